import { createAgent, PermanentError } from 'laneway/agent';
import { startInProcess, type InProcess } from 'laneway/in-process';
import { command, event } from 'laneway/message';
import { defineTopology } from 'laneway/topology';
import { defineWorkflow } from 'laneway/workflow';
import * as z from 'zod';
import { DevConsole } from '../../../../../../cli/commands/deployment/dev/dev-console.js';
import { createOutput } from '../../../../../../cli/context/output.js';

const Claimed = event('Claimed', z.object({ claim: z.string() }));
const Checked = event('Checked', z.object({ claim: z.string() }));
const Check = command('Check', z.object({ claim: z.string() }), { reply: Checked });

const office = defineTopology('console-office', {
  channels: { claims: { carries: [Claimed] }, checks: { carries: [Check] }, checked: { carries: [Checked] } },
  agents: { auditor: { subscribes: ['checks'] } },
  clients: { desk: { publishes: [Claimed, Check] } },
});

const settle = defineWorkflow(office, 'settle', { startedBy: Claimed }, (flow, { claim }) => {
  const { decision } = flow.approval('budget', {
    title: 'Pay it?',
    details: { claim },
    approvers: 'leads',
    timeout: '1 hour',
  });
  flow.match(decision, {
    approved: () => flow.complete('paid'),
    rejected: () => flow.complete('refused'),
    silent: () => flow.complete('forgotten'),
  });
});

const auditor = createAgent(office, 'auditor').handle({
  Check: ({ data }) => {
    if (data.claim === 'bad') throw new PermanentError('unreadable');
    return data;
  },
});

let app: InProcess;
let printed: string[];

beforeEach(async () => {
  const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
  app = await startInProcess(office, { agents: [auditor], workflows: [settle], log });
  printed = [];
});
afterEach(() => app.stop({ timeout: '1 second' }));

function open(json = false): DevConsole {
  const stdout = { write: (text: string) => printed.push(...text.split('\n').filter(Boolean)) };
  return new DevConsole(office, app, createOutput({ json }, stdout, { write: () => true }));
}

test('a workflow is started, found waiting for a person, and decided', async () => {
  const console = open();
  await console.run('send Claimed {"claim":"c  1"}');
  const [conversation = ''] = printed.splice(0);
  while (printed.join() === '' || printed.join().startsWith('no approval')) {
    printed = [];
    await console.run('approvals');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const [line = ''] = printed.splice(0);
  expect(line).toContain(`Pay it?  ${conversation}`);
  await console.run(`reject ${line.split(' ')[0] ?? ''} there is  no receipt`);
  expect(printed.splice(0)).toEqual([expect.stringMatching(/ rejected$/)]);
  await app.settled();
  expect(app.conversation(conversation).endings).toMatchObject([{ result: 'refused' }]);
  await console.run(`trace ${conversation}`);
  expect(printed.join('\n')).toMatch(/publishes Claimed[^]*publishes WorkflowCompleted/);
});

test('what comes back is data: a reply, and with --json everything', async () => {
  await open().run('  send   Check   {"claim":"a  b"}  ');
  expect(printed.splice(0)).toEqual(['{"claim":"a  b"}']);
  await expect(open().run('send Check {"claim":"bad"}')).rejects.toMatchObject({ code: 'REQUEST_FAILED' });
  await open(true).run('letters');
  expect(JSON.parse(printed.join(''))).toMatchObject([{ receiver: 'auditor', error: { code: 'PERMANENT' } }]);
});

test.each([
  ['sned Check {}', 'INVALID_OPTION', "did you mean 'send'"],
  ['send Chek {}', 'UNKNOWN_TYPE', "did you mean 'Check'"],
  ['send Check {"claim":1}', 'SCHEMA', 'claim'],
  ['send Check', 'INVALID_OPTION', 'the payload is no JSON'],
  ['send Checked {"claim":"a"}', 'NOT_DECLARED', 'no client'],
  ['approve 1 looks good', 'NOT_FOUND', '1'],
])('%s is refused with what is wrong with it', async (line, code, message) => {
  await expect(open().run(line)).rejects.toMatchObject({ code });
  await expect(open().run(line)).rejects.toThrow(message);
  expect(printed).toEqual([]);
});
