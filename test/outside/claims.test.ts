import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import type { ExecutionCheck } from '../../shared/testing/recordings/check-executions.js';
import { sharedEngine, type SharedEngine } from '../kit/stands/engine.js';
import { outsideUser, type OutsideUser } from '../kit/stands/outside-user.js';
import { readPage } from '../kit/pages/read-page.js';
import { runPage } from '../kit/pages/run-page.js';
import { HowToScene } from './how-to-scene.js';

/**
 * An insurer's claims, built and run by somebody who has the packed tarball alone: four agents, one of them a worker, and a workflow
 * that looks side by side, for each photo, chooses, asks people and undoes. Cut to what a package can break: the command, the worker, the
 * functions that are bundled from dist, the deployment.
 */
let engine: SharedEngine;
let user: OutsideUser;
const workers: ChildProcess[] = [];

const path = (file: string): string => join(user.directory, file);
const lines = (file: 'notebook.txt' | 'bank.txt'): string[] =>
  readFileSync(path(file), 'utf8').split('\n').filter(Boolean);

/** Polls until the agents' own records have a line; at most two minutes. */
async function until(what: string, found: () => boolean): Promise<void> {
  for (const giveUp = Date.now() + 120_000; !found(); await sleep(200)) {
    if (Date.now() > giveUp)
      throw new Error(
        `${what}: not within two minutes\n${lines('notebook.txt').join('\n')}\n${lines('bank.txt').join('\n')}`,
      );
  }
}

/** `laneway worker run appraiser`, as an operator starts it; resolved when it is at work. */
async function startAppraiser(): Promise<ChildProcess> {
  const child = spawn('npx', ['--no', 'laneway', 'worker', 'run', 'appraiser', '--port', '0'], {
    cwd: user.directory,
    env: user.environment,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  workers.push(child);
  let said = '';
  await new Promise<void>((resolve, reject) => {
    child.stderr?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes('appraiser at work')) resolve();
    });
    child.once('exit', (code) => reject(new Error(`the worker ended with ${code}: ${said}`)));
  });
  return child;
}

/** Ends a worker and what npx put around it. */
function kill(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

async function report(claim: string, photos: readonly string[]): Promise<void> {
  await user.must('laneway', 'send', 'ClaimReported', '--data', JSON.stringify({ claim, policy: 'P-1', photos }));
}

/** The open approval about a claim, once it is there. */
async function approvalOf(claim: string): Promise<string> {
  for (const giveUp = Date.now() + 120_000; Date.now() < giveUp; await sleep(500)) {
    const { stdout } = await user.must('laneway', '--json', 'approval', 'list');
    const open = JSON.parse(stdout) as { readonly id: string }[];
    for (const { id } of open) {
      const shown = await user.must('laneway', '--json', 'approval', 'show', id);
      if (shown.stdout.includes(`"${claim}"`)) return id;
    }
  }
  throw new Error(`nobody is asked about ${claim}`);
}

beforeAll(async () => {
  engine = await sharedEngine();
  user = await outsideUser({ environment: engine.environment, project: 'test/outside/claims' });
  for (const file of ['notebook.txt', 'bank.txt']) writeFileSync(path(file), '');
}, 300_000);

afterAll(async () => {
  workers.forEach(kill);
  user.remove();
  await engine.stop();
});

test('it compiles, with all declarations of the package checked, and its own tests pass in the harness', async () => {
  await user.must('tsc');
  const { stdout } = await user.must('node', '--import', 'tsx', '--test', 'claims/claims.test.ts');
  expect(stdout).toMatch(/^# pass 4$/m);
}, 120_000);

describe('deployed', () => {
  const large = ['windscreen.jpg', 'bonnet.jpg', 'door.jpg'];

  beforeAll(async () => {
    await user.must('laneway', 'deploy', '--quiet');
    await startAppraiser();
  }, 300_000);

  afterAll(async () => {
    workers.forEach(kill);
    await user.must('laneway', 'destroy', '--yes');
    const { code, stderr } = await user.run('laneway', 'queues');
    expect(code).toBe(3);
    expect(stderr).toContain('no deployed stacks');
  }, 300_000);

  test('a small claim is paid, with what a worker and three functions did', async () => {
    await report('C-1', ['lamp.jpg', 'hub.jpg']);
    await until('payment of C-1', () => lines('bank.txt').includes('paid C-1 from R-C-1'));
    expect(lines('notebook.txt').toSorted()).toEqual(['C-1 hub.jpg', 'C-1 lamp.jpg']);
  }, 180_000);

  test('a worker that is killed costs its message twenty seconds, and nothing is done twice', async () => {
    await report('C-2', ['slow-lamp.jpg']);
    // It is asleep over the photo, or about to be: either way the message is taken up by the next one.
    await sleep(2_000);
    workers.forEach(kill);
    await startAppraiser();
    await until('payment of C-2', () => lines('bank.txt').includes('paid C-2 from R-C-2'));
    expect(lines('notebook.txt').filter((line) => line.startsWith('C-2 '))).toEqual(['C-2 slow-lamp.jpg']);
  }, 240_000);

  test('a large claim waits for people; the next release is deployed meanwhile; approved, it is paid as the new one pays', async () => {
    await report('C-3', large);
    const approval = await approvalOf('C-3');
    await user.must('laneway', 'workflow', 'export', '--out', 'executions.jsonl');
    edit('claims/messages.ts', /^import \{ command, event \}/m, 'import { command, event, older }');
    edit(
      'claims/messages.ts',
      /^export const PayClaim = [\s\S]*$/m,
      `const payment = { claim, reservation: z.string() };
export const PayClaim = command('PayClaim', z.object({ ...payment, reference: z.string() }), {
  reply: ClaimPaid,
  version: 2,
  accepts: [older(1, z.object(payment), (data) => ({ ...data, reference: \`claim \${data.claim}\` }))],
});
`,
    );
    // The type asks for what the workflow does not pass yet: claims that were paid would fail, the one that waits is not there yet.
    const halfDone = await user.run('laneway', '--json', 'workflow', 'check', '--against', 'executions.jsonl');
    expect(halfDone.code).toBe(1);
    expect(checked(halfDone.stdout)).toEqual([
      ['running', 'same', []],
      ['succeeded', 'breaks', ['payload-refused pay']],
      ['succeeded', 'breaks', ['payload-refused pay']],
    ]);
    edit(
      'claims/settle.ts',
      /reservation: money\.reservation \}/,
      'reservation: money.reservation, reference: policy }',
    );
    await user.must('tsc');
    const done = await user.must('laneway', '--json', 'workflow', 'check', '--against', 'executions.jsonl');
    expect(checked(done.stdout)).toEqual([
      ['running', 'same', []],
      ['succeeded', 'same', []],
      ['succeeded', 'same', []],
    ]);
    const diff = await user.must('laneway', '--json', 'workflow', 'diff');
    expect(JSON.parse(diff.stdout)).toMatchObject([
      { workflow: 'settle', change: 'changed', changed: ['pay'], breaks: [], running: 1, affected: [] },
    ]);
    await user.must('laneway', 'deploy', '--quiet');
    await user.must('laneway', 'approval', 'approve', approval, '--reason', 'photos and prices agree');
    await until('payment of C-3', () => lines('bank.txt').includes('paid C-3 from R-C-3 for claim C-3'));
  }, 300_000);

  test('rejected, what was reserved is given back', async () => {
    await report('C-4', large);
    const approval = await approvalOf('C-4');
    await user.must('laneway', 'approval', 'reject', approval, '--reason', 'too much', '--by', 'ann');
    await until('release of C-4', () => lines('bank.txt').includes('released R-C-4'));
    expect(lines('bank.txt').filter((line) => line.includes('C-4'))).toEqual(['reserved for C-4', 'released R-C-4']);
  }, 240_000);

  describe('the commands of the how-tos, as they are written', () => {
    const pages = readdirSync('docs/how-to').filter((file) => file.endsWith('.md'));
    /** Nobody may appraise meanwhile, so that requests stay open. */
    const withoutAppraiser = ['escalate-a-request.md'];
    let scene: HowToScene;
    let ran = 0;

    beforeAll(async () => {
      scene = new HowToScene(user);
      writeFileSync(path('claim.json'), JSON.stringify({ claim: 'H-0', policy: 'P-2', photos: ['lamp.jpg'] }));
      for (const folder of ['home/.local/share/bash-completion/completions', 'home/.config/fish/completions'])
        mkdirSync(path(folder), { recursive: true });
      const bucket = new S3Client({ ...engine.client, forcePathStyle: true });
      await bucket.send(new CreateBucketCommand({ Bucket: 'evidence' }));
      bucket.destroy();
    });

    afterAll(() => {
      process.stderr.write(`${ran} commands of ${pages.length} how-tos ran\n`);
    });

    test.each([...pages.filter((page) => !withoutAppraiser.includes(page)), ...withoutAppraiser])(
      '%s',
      async (page) => {
        if (withoutAppraiser.includes(page)) workers.forEach(kill);
        const environment = { ...user.environment, HOME: path('home') };
        const place = { directory: user.directory, environment, fill: (name: string) => scene.fill(name) };
        const { ran: here, skipped } = await runPage(join('docs/how-to', page), place);
        ran += here;
        // A page that shows commands has some that run, or says of each why it does not.
        expect({
          page,
          silent:
            here === 0 &&
            skipped.length === 0 &&
            readPage(join('docs/how-to', page)).some(({ language }) => language === 'sh'),
        }).toEqual({ page, silent: false });
      },
      300_000,
    );
  });
});

/** Reads what `workflow check` found: status, verdict and findings of each execution. */
function checked(stdout: string): unknown[] {
  const { executions } = JSON.parse(stdout) as { readonly executions: readonly ExecutionCheck[] };
  return executions
    .map(({ status, verdict, findings }) => [
      status,
      verdict,
      findings.map(({ kind, step }) => `${kind} ${step ?? ''}`),
    ])
    .sort((one, other) => String(one[0]).localeCompare(String(other[0])));
}

function edit(file: string, what: RegExp, by: string): void {
  const before = readFileSync(path(file), 'utf8');
  const after = before.replace(what, by);
  expect(after).not.toBe(before);
  writeFileSync(path(file), after);
}
