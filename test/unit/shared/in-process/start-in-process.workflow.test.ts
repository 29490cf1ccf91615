import { createAgent } from 'laneway/agent';
import { startInProcess } from 'laneway/in-process';
import { command, event } from 'laneway/message';
import { defineTopology } from 'laneway/topology';
import { defineWorkflow } from 'laneway/workflow';
import * as z from 'zod';
import { keepingLog } from '../../../kit/stands/barrier.js';

const Claimed = event('Claimed', z.object({ claim: z.string() }));
const Checked = event('Checked', z.object({ claim: z.string(), verdict: z.enum(['small', 'dear']) }));
const Check = command('Check', z.object({ claim: z.string() }), { reply: Checked });

const office = defineTopology('fixture-office', {
  channels: { claims: { carries: [Claimed] }, checks: { carries: [Check] }, checked: { carries: [Checked] } },
  agents: { auditor: { subscribes: ['checks'] } },
  clients: { desk: { publishes: [Claimed] } },
});

const settle = defineWorkflow(office, 'settle', { startedBy: Claimed }, (flow, { claim }) => {
  const { verdict } = flow.request('check', Check, { claim }, { timeout: '1 minute' });
  flow.wait('pause', '1 second');
  flow.match(verdict, {
    small: () => flow.complete('paid'),
    dear: () => {
      const { decision } = flow.approval('budget', {
        title: 'Pay?',
        details: { claim },
        approvers: 'leads',
        timeout: '1 hour',
      });
      flow.match(decision, {
        approved: () => flow.complete('paid'),
        rejected: () => flow.complete('refused'),
        silent: () => flow.fail('Silent', 'nobody decided'),
      });
    },
  });
});

const auditor = createAgent(office, 'auditor').handle({
  Check: ({ data: { claim } }) => ({ claim, verdict: claim === 'small' ? 'small' : 'dear' }),
});

test('a workflow asks an agent, waits, and completes; another waits for a person until one decides', async () => {
  const app = await startInProcess(office, { agents: [auditor], workflows: [settle], log: keepingLog() });
  try {
    const desk = app.client('desk');
    const small = await desk.publish(Claimed, { claim: 'small' });
    const dear = await desk.publish(Claimed, { claim: 'dear' });
    const asked = async () => {
      for (;;) {
        const [open] = await app.approvals();
        if (open) return open;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    };
    const { requestId, correlationId } = await asked();
    expect(correlationId).toBe(dear.correlationId);
    await expect(app.settled({ timeout: '100 milliseconds' })).rejects.toThrow(/1 workflows, 1 requests/);
    await app.decide(requestId, 'rejected', { by: 'ann', why: 'no receipt' });
    await app.settled();
    const endings = [small, dear].map((one) => app.conversation(one.correlationId).endings);
    expect(endings).toMatchObject([
      [{ status: 'succeeded', result: 'paid' }],
      [{ status: 'succeeded', result: 'refused' }],
    ]);
    const executions = await app.executions();
    expect(executions.map(({ status }) => status)).toEqual(['succeeded', 'succeeded']);
    // Where a client of a deployed application follows a conversation, it sees the same.
    const kinds = new Set<string>();
    for await (const { kind } of desk.conversation(small.correlationId)) kinds.add(kind);
    expect([...kinds]).toEqual(expect.arrayContaining(['message', 'delivery', 'request']));
  } finally {
    await app.stop();
  }
});

test('a workflow that has not ended is told of when the application is stopped', async () => {
  const app = await startInProcess(office, { agents: [], workflows: [settle], log: keepingLog() });
  await app.publish(Claimed, { claim: 'small' });
  while ((await app.executions()).length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(await app.stop()).toMatchObject({ workflows: 1 });
});
