import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { ExecutionCheck, RecordedExecution } from 'laneway/testing';
import { boundAgents } from '../../../../../shared/testing/harness/bound-agents.js';
import { HarnessWorld } from '../../../../../shared/testing/harness/harness-world.js';
import { harnessOver } from '../../../../../shared/testing/harness/harness.js';
import { seededRandom } from '../../../../../shared/testing/memory/seeded-random.js';
import { recordAll } from '../../../../kit/generators/record-all.js';
import { agency, bookTrip, travel, TripWanted } from '../../../../kit/applications/trip-topology.js';

const root = resolve(import.meta.dirname, '../../../../..');
const loader = import.meta.resolve('tsx');
const project = mkdtempSync(join(tmpdir(), 'laneway-check-'));
afterAll(() => rmSync(project, { recursive: true }));

/** Runs the command from source in a project of its own, where nobody is signed in and no engine runs. */
function laneway(...args: readonly string[]) {
  const env = { PATH: process.env['PATH'], NODE_NO_WARNINGS: '1', AWS_EC2_METADATA_DISABLED: 'true' };
  const all = ['--conditions=laneway-source', '--import', loader, join(root, 'cli/main.ts'), ...args];
  const { status, stdout, stderr } = spawnSync(process.execPath, all, { cwd: project, env, encoding: 'utf8' });
  return { status, stdout, stderr };
}

let recorded: RecordedExecution;
const write = (file: string, ...recordings: readonly RecordedExecution[]) =>
  writeFileSync(join(project, file), recordings.map((one) => `${JSON.stringify(one)}\n`).join(''));

beforeAll(async () => {
  const source = join(root, 'test/kit/applications');
  const app = `${process.execPath} --conditions=laneway-source --import ${loader} ${join(source, 'checked-trips/app.ts')}`;
  const settings = { topology: `${join(source, 'trip-topology.ts')}#travel`, app };
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'trips', laneway: settings }));
  const parts = { topology: travel, agents: boundAgents(travel, [agency([], [])]), workflows: [bookTrip] };
  const world = new HarnessWorld({ ...parts, random: seededRandom(1) });
  const harness = harnessOver(world, parts);
  await harness.publish(TripWanted, { trip: 't1', travellers: [] });
  await harness.settle();
  const [one] = await recordAll(world, travel);
  if (!one) throw new Error('nothing was recorded');
  recorded = one;
});

test('an export that the sources still go through ends with 0, one that they do not with 1, and says what to do', () => {
  write('same.jsonl', recorded);
  const same = laneway('workflow', 'check', '--against', 'same.jsonl');
  expect(same).toMatchObject({ status: 0, stdout: '1 executions: 1 go the same way, 0 another way, 0 would fail\n' });

  const steps = recorded.steps.map((step) => (step.step === 'flight' ? { ...step, step: 'plane' } : step));
  const refused = recorded.steps.map((step) =>
    step.step === 'hotel' && step.outcome?.state === 'replied'
      ? { ...step, outcome: { ...step.outcome, data: { what: 'hotel' } } }
      : step,
  );
  mkdirSync(join(project, 'exports'));
  write('exports/a.jsonl', { ...recorded, execution: `${recorded.execution}-1`, steps });
  write('exports/b.jsonl', recorded, { ...recorded, steps: refused });
  const differs = laneway('workflow', 'check', '--against', 'exports');
  expect(differs.status).toBe(1);
  expect(differs.stdout).toContain(`${recorded.execution}-1 (succeeded): differs`);
  expect(differs.stdout).toContain('would-wait at flight: it would wait here for Book');
  expect(differs.stdout).toContain('not-reached at plane: it did this (request Book), and the workflow has no step');
  expect(differs.stdout).toContain('keep the name of a step that was renamed');
  expect(differs.stdout).toContain('reply-refused at hotel: SCHEMA: Booked v1: booking');
  expect(differs.stdout).toContain('3 executions: 1 go the same way, 1 another way, 1 would fail');

  const { status, stdout } = laneway('--json', 'workflow', 'check', '--against', 'exports/b.jsonl');
  expect(status).toBe(1);
  const { ok, executions } = JSON.parse(stdout) as { ok: boolean; executions: ExecutionCheck[] };
  expect(ok).toBe(false);
  expect(executions.map(({ verdict }) => verdict)).toEqual(['same', 'breaks']);
  expect(executions[1]?.findings).toMatchObject([{ kind: 'reply-refused', level: 'breaks', step: 'hotel' }]);
});

test('nothing to check, lines that are none, and an export of another application are refused before anything is made', () => {
  const nothing = laneway('workflow', 'check', '--against', 'nowhere.jsonl');
  expect(nothing.status).toBe(3);
  expect(nothing.stderr).toContain('laneway workflow export --out executions.jsonl');
  writeFileSync(join(project, 'broken.jsonl'), `${JSON.stringify(recorded)}\n{}\n`);
  const broken = laneway('workflow', 'check', '--against', 'broken.jsonl');
  expect(broken.status).toBe(2);
  expect(broken.stderr).toContain('broken.jsonl, line 2, is no recorded execution');
  write('foreign.jsonl', { ...recorded, application: 'claims' });
  const foreign = laneway('workflow', 'check', '--against', 'foreign.jsonl');
  expect(foreign.status).toBe(1);
  expect(foreign.stderr).toContain("was recorded of 'claims', and the sources are of 'travel'");
  expect(laneway('workflow', 'check').stderr).toContain("required option '--against <export>' not specified");
});
