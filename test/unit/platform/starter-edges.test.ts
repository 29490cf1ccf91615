import { startWorkflows } from '../../../shared/platform/start-workflow.js';
import { factsOf } from '../../../shared/domain/delivery.js';
import { envelopeAt, overTheBus, platformWorld } from '../../support/platform-world.js';

function stand() {
  const world = platformWorld();
  const order = envelopeAt(world.clock.now(), 'OrderPlaced', { order: 'o-1' });
  const key = { correlationId: order.correlationid, messageId: order.id, receiver: 'workflow:fulfil' };
  const services = { ...world, starts: { fulfil: 'OrderPlaced' } };
  const receive = (copy: string) =>
    startWorkflows({ copy, body: overTheBus(order) }, world.clock.now() + 30_000, services);
  return { world, order, key, receive };
}

test('the copy that started a workflow tells of it also when it comes again after the message has expired', async () => {
  const { world, order, receive } = stand();
  const { record } = world.intents;
  world.intents.record = () => Promise.reject(new Error('the table is gone'));
  await expect(receive('c1')).rejects.toThrow('gone');
  world.intents.record = record.bind(world.intents);
  world.clock.advanceTo(Date.parse(order.expires) + 1_000);
  await receive('c1');
  expect([world.workflows.executions.size, world.ofType('WorkflowStarted').length]).toEqual([1, 1]);
});

test('a duplicate that is refused while another copy starts the workflow comes again, and writes no dead letter', async () => {
  const { world, order, key, receive } = stand();
  world.clock.advanceTo(Date.parse(order.expires) + 1_000);
  const now = world.clock.now();
  await world.deliveries.lease(key, factsOf(order), { owner: 'other', now, until: now + 20_000, alone: true });
  await expect(receive('c2')).rejects.toMatchObject({ code: 'LEASE_LOST' });
  expect(world.deadLetters.sent).toEqual([]);
  expect(await world.deliveries.get(key)).toMatchObject({ state: 'leased', owner: 'other' });
});
