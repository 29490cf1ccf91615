import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { demoCommand, type DemoServices } from '../../../../cli/demo/demo.js';
import { inProcessWorld } from '../../../../cli/demo/in-process-world.js';
import { playDemo } from '../../../../cli/demo/play-demo.js';
import { whereDemoRuns } from '../../../../cli/demo/where-demo-runs.js';
import { createOutput } from '../../../../cli/context/output.js';
import type { DemoOptions } from '../../../../cli/run-demo.js';

const LACKS = 'The local engine needs Python 3.10 or newer with venv; none was found.';

/** Collects what is written to an output. */
function written(options: DemoOptions) {
  const [stdout, stderr]: [string[], string[]] = [[], []];
  const into = (lines: string[]) => ({ write: (text: string) => lines.push(text) });
  const output = createOutput(options, into(stdout), into(stderr), {});
  return { output, stdout: () => stdout.join(''), stderr: () => stderr.join('') };
}

async function demo(options: DemoOptions, probes: Partial<Omit<DemoServices, 'output'>> = {}) {
  const { output, stdout, stderr } = written(options);
  const code = await demoCommand(options, { output, ...probes });
  return { code, stdout: stdout(), stderr: stderr() };
}

interface Summary {
  readonly engine: string;
  readonly clock: { readonly began: string; readonly ended: string };
  readonly conversations: readonly { readonly state: string }[];
}

async function summary(options: DemoOptions) {
  const { code, stdout } = await demo({ ...options, engine: 'in-process', json: true, quiet: true });
  const read = JSON.parse(stdout) as Summary;
  return { ...read, code, seconds: (Date.parse(read.clock.ended) - Date.parse(read.clock.began)) / 1000 };
}

describe('the demo in process', () => {
  it('plays three vehicles to their ends, and says where it ran and what that leaves out', async () => {
    const { code, stdout, stderr } = await demo({ engine: 'in-process' });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ok {2}potential engine problem +scheduled +expected scheduled/m);
    expect(stdout).toMatch(/^ok {2}critically low oil pressure +scheduled +expected scheduled/m);
    expect(stdout).toMatch(/^ok {2}normal readings +healthy +expected healthy/m);
    expect(stdout).toContain(
      'repair for EUR 1780, limit 1500: approved by demo service desk (cheaper than a breakdown)',
    );
    expect(stdout).toMatch(/slot booked: Service Centre .+, bay \d/);
    expect(stdout).toContain('repairs above the cost limit: 1, approved: 1; holds released: 0\n');
    expect(stdout).toContain('3 published, 0 refused, 3 completed, 0 expired, 0 dead-lettered, 0 failed in ');
    expect(stdout).toMatch(
      /In process: [^]*its own clock, which began at 2026-06-03T11:00:00[^]*Left out: permissions \(IAM\)/,
    );
    // What follows from a message comes after it, in the drawing as in the ledger.
    const [first = ''] = stdout.split('\nrequest ');
    const steps = ['AnalyzeVehicle', 'VehicleAnalyzed', 'CustomerResponded', 'CustomerEngaged', 'ScheduleService'];
    const drawn = [...steps, 'ServiceScheduled'].map((type) => first.indexOf(` ${type} `));
    expect(drawn).toEqual(drawn.toSorted((a, b) => a - b));
    expect(drawn).not.toContain(-1);
    expect(stderr).toContain('normal readings              +0 ms     VehicleTelemetryReported from telemetry-gateway');
    expect(stderr).not.toContain('runs in process');
  });

  it('with a silent customer reminds, follows up, and gives the held slot back', async () => {
    const { code, seconds, conversations, ...rest } = await summary({ silentCustomer: true });
    expect({ code, ...rest }).toMatchObject({
      code: 0,
      engine: 'in-process',
      approvals: 0,
      released: 1,
      deadLettered: 0,
    });
    expect(conversations.map(({ state }) => state)).toEqual(['unanswered', 'escalated', 'healthy']);
    // Two notices of ten seconds each, on a clock that did not make anybody wait.
    expect(seconds).toBeGreaterThanOrEqual(20);
  });

  it('ends with 1 when a conversation does not end as it should', async () => {
    const options = { engine: 'in-process' } as const;
    const { output, stdout } = written(options);
    const world = inProcessWorld('10 seconds');
    const deaf = { ...world, bystanders: { ...world.bystanders, accept: () => Promise.resolve() } };
    const { signal } = new AbortController();
    expect(await playDemo(deaf, { options, output, signal, began: Date.now() })).toBe(false);
    expect(stdout()).toMatch(/NOT AS EXPECTED +potential engine problem +unanswered +expected scheduled/);
  });

  describe('of a file', () => {
    let folder: string;
    beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'laneway-demo-'))));
    afterEach(() => rmSync(folder, { recursive: true }));

    const HEAD = 'Engine rpm,Lub oil pressure,Fuel pressure,Coolant pressure,lub oil temp,Coolant temp';
    const healthy = '800,3.3,6.5,2.3,78,78';
    const file = (...rows: string[]) => {
      const path = join(folder, 'telemetry.csv');
      writeFileSync(path, [HEAD, ...rows, ''].join('\n'));
      return path;
    };

    it('reads as many rows as it is told to, at its rate on its own clock, and refuses the bad ones', async () => {
      const input = file(
        healthy,
        '800,much,6.5,2.3,78,78',
        '2400,0.4,6.5,2.3,78,78',
        healthy,
        healthy,
        'beyond the limit',
      );
      const { code, seconds, conversations, ...rest } = await summary({ input, rate: 0.1, limit: 5, vehicles: 2 });
      expect({ code, ...rest }).toMatchObject({
        code: 0,
        rows: 5,
        published: 4,
        refused: 1,
        completed: 4,
        approved: 1,
      });
      expect(conversations.map(({ state }) => state)).toEqual(['healthy', 'scheduled', 'healthy', 'healthy']);
      expect(seconds).toBeGreaterThanOrEqual(30);
    });
  });

  it('is refused with --keep, with the way out, before anything runs', async () => {
    const lacks = () => Promise.reject(new Error('asked for what nobody needs to know'));
    await expect(demo({ engine: 'in-process', keep: true }, { lacks })).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      message: expect.stringContaining('leave --keep away') as string,
    });
  });

  it('is what the demo falls back to, saying so once, where no engine can be had', async () => {
    const { code, stdout, stderr } = await demo({}, { hasEndpoint: () => false, lacks: () => Promise.resolve(LACKS) });
    expect(code).toBe(0);
    expect(stderr.split('\n').filter((line) => line.includes('in process'))).toEqual([
      `${LACKS} AWS_ENDPOINT_URL names no engine either: the demo runs in process.`,
    ]);
    expect(stdout).toContain('In process: ');
  });
});

describe('where the demo runs', () => {
  const here = (endpoint: boolean, lacking: string | undefined) => ({
    hasEndpoint: () => endpoint,
    lacks: () => Promise.resolve(lacking),
  });
  const engine = { place: 'engine' };

  it.each([
    ['where an engine can be had', {}, here(false, undefined), engine],
    ['where one is named, whatever this machine lacks', {}, here(true, LACKS), engine],
    ['where none can be had', {}, here(false, LACKS), { place: 'in-process', because: LACKS }],
    ['where an engine is asked for: it is missed, not replaced', { engine: 'local' }, here(false, LACKS), engine],
    ['where one is to be kept', { keep: true }, here(false, LACKS), engine],
    ['where it is told to, an engine or not', { engine: 'in-process' }, here(true, undefined), { place: 'in-process' }],
  ] as const)('%s', async (_, options, probes, expected) => {
    expect(await whereDemoRuns(options, probes)).toEqual(expected);
  });
});
