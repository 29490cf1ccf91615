import { LanewayError } from '../../../../../shared/domain/base/errors.js';
import { deliveryKeyOf, factsOf } from '../../../../../shared/domain/delivery/delivery.js';
import { closeRequest } from '../../../../../shared/platform/requests/close-request.js';
import { commandsOf, enquiry, failureOf, hear, recordOf } from '../../../../kit/stands/enquiry-world.js';

async function askedOfOneThatIsDown() {
  const asked = await enquiry();
  const [command] = commandsOf(asked);
  if (!command) throw new Error('nobody was asked');
  return { asked, world: asked.world, command, down: failureOf(command, 'AGENT_DOWN') };
}

test.each([
  ['completed', 1],
  ['expired', 2],
] as const)('an attempt whose command is %s by an agent that is down becomes attempt %d', async (state, attempt) => {
  const { asked, world, command, down } = await askedOfOneThatIsDown();
  const [key, now] = [deliveryKeyOf(command, 'sage'), world.clock.now()];
  const outcome = { state, copy: 'c', emissions: [], at: now } as const;
  await world.deliveries.settleUnleased(key, factsOf(command), outcome);
  await hear(asked, down);
  await hear(asked, down);
  expect((await recordOf(asked)).attempt).toBe(attempt);
  expect(world.deadLetters.sent).toEqual([]);
});

test('a delivery that its agent made unreadable holds no attempt open; a store that is away is asked again', async () => {
  const { asked, world, down } = await askedOfOneThatIsDown();
  world.deliveries.cancel = () => Promise.reject(new LanewayError('UNAVAILABLE', 'away', { retryable: true }));
  await expect(closeRequest({ copy: 'c', body: down }, world)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  expect((await recordOf(asked)).attempt).toBe(1);
  world.deliveries.cancel = () => Promise.reject(new LanewayError('UNREADABLE', 'the delivery is spoilt'));
  await hear(asked, down);
  expect((await recordOf(asked)).attempt).toBe(2);
  expect(world.deadLetters.sent).toEqual([]);
});
