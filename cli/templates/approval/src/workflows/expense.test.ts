import { createHarness } from 'laneway/testing';
import { auditor } from '../auditor/agent.js';
import { ExpenseClaimed } from '../messages.js';
import { topology } from '../topology.js';
import { expense } from './expense.js';

const world = () => createHarness(topology, { agents: [auditor.with({})], workflows: [expense] });

test('a small claim is paid without asking anybody', async () => {
  const office = world();
  const { correlationId } = await office.publish(ExpenseClaimed, { claim: 'E-1', cents: 900 });
  await office.settle();
  expect(office.conversation(correlationId).endings[0]?.result).toBe('paid');
});

test.each([
  ['approved', 'paid'],
  ['rejected', 'refused'],
] as const)('a large claim that a person has %s is %s', async (decision, result) => {
  const office = world();
  const { correlationId } = await office.publish(ExpenseClaimed, { claim: 'E-2', cents: 90_000 });
  await office.advance('1 minute');
  const [open] = await office.approvals();
  await office.decide(open?.requestId ?? '', decision, { by: 'ann', why: 'seen the receipt' });
  await office.settle();
  expect(office.conversation(correlationId).endings[0]?.result).toBe(result);
});
