import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ExecutionCheck } from '../../shared/testing/recordings/check-executions.js';
import type { OutsideUser } from '../kit/stands/outside-user.js';
import { ClaimsOffice } from './claims-office.js';

let office: ClaimsOffice;
let user: OutsideUser;

beforeAll(async () => {
  office = await ClaimsOffice.open();
  user = office.user;
}, 900_000);

afterAll(() => office.close());

test('it compiles, with all declarations of the package checked, and its own tests pass in the harness', async () => {
  await user.must('tsc');
  const { stdout } = await user.must('node', '--import', 'tsx', '--test', 'claims/claims.test.ts');
  expect(stdout).toMatch(/^# pass 4$/m);
}, 600_000);

describe('deployed', () => {
  const large = ['windscreen.jpg', 'bonnet.jpg', 'door.jpg'];

  beforeAll(async () => {
    await office.deploy();
  }, 900_000);

  afterAll(async () => {
    await office.destroy();
    const { code, stderr } = await user.run('laneway', 'queues');
    expect(code).toBe(3);
    expect(stderr).toContain('no deployed stacks');
  }, 900_000);

  test('a small claim is paid, with what a worker and three functions did', async () => {
    await office.report('C-1', ['lamp.jpg', 'hub.jpg']);
    await office.until('payment of C-1', () => office.lines('bank.txt').includes('paid C-1 from R-C-1'));
    expect(office.lines('notebook.txt').toSorted()).toEqual(['C-1 hub.jpg', 'C-1 lamp.jpg']);
  }, 600_000);

  test('a worker that is killed costs its message twenty seconds, and nothing is done twice', async () => {
    await office.report('C-2', ['slow-lamp.jpg']);
    // It is asleep over the photo, or about to be: either way the message is taken up by the next one.
    await sleep(2_000);
    office.killWorkers();
    await office.startAppraiser();
    await office.until('payment of C-2', () => office.lines('bank.txt').includes('paid C-2 from R-C-2'));
    expect(office.lines('notebook.txt').filter((line) => line.startsWith('C-2 '))).toEqual(['C-2 slow-lamp.jpg']);
  }, 600_000);

  test('a large claim waits for people; the next release is deployed meanwhile; approved, it is paid as the new one pays', async () => {
    const approval = await office.approvalOf(await office.report('C-3', large));
    expect((await user.must('laneway', '--json', 'approval', 'show', approval)).stdout).toContain('"C-3"');
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
    await office.until('payment of C-3', () => office.lines('bank.txt').includes('paid C-3 from R-C-3 for claim C-3'));
  }, 900_000);

  test('rejected, what was reserved is given back', async () => {
    const approval = await office.approvalOf(await office.report('C-4', large));
    await user.must('laneway', 'approval', 'reject', approval, '--reason', 'too much', '--by', 'ann');
    await office.until('release of C-4', () => office.lines('bank.txt').includes('released R-C-4'));
    expect(office.lines('bank.txt').filter((line) => line.includes('C-4'))).toEqual([
      'reserved for C-4',
      'released R-C-4',
    ]);
  }, 600_000);
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
  const before = readFileSync(office.path(file), 'utf8');
  const after = before.replace(what, by);
  expect(after).not.toBe(before);
  writeFileSync(office.path(file), after);
}
