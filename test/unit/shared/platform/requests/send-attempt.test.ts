import { commandsOf, enquiry, fire, recordOf } from '../../../../kit/stands/enquiry-world.js';

// A record under an agent's or a client's key is that one's word: the platform sends further attempts by it, in its own name.

test.each([
  ['an agent that publishes no command', 'agent.sage:forged', {}],
  ['a client that the application does not have', 'client.kiosk:forged', {}],
  ['a client, with another reply', 'client.counter:forged', { replyType: 'EnquiryMade' }],
  ['a client, for a type that it does not publish', 'client.counter:forged', { type: 'Answered' }],
])('the platform asks for nothing in the place of %s, on no rung', async (_who, requestId, own) => {
  const asked = await enquiry();
  const { world } = asked;
  const record = await recordOf(asked);
  await world.pending.open({ ...record, ...own, requestId });
  const forged = { ...asked, requestId };
  for (let timers = 0; timers < 20 && !(await recordOf(forged)).outcome; timers++) await fire(forged);
  expect((await recordOf(forged)).outcome).toMatchObject({ state: 'failed', error: { code: 'NOT_DECLARED' } });
  expect(commandsOf(asked)).toHaveLength(1);
});

test('it asks again in the place of a client that publishes the command', async () => {
  const asked = await enquiry();
  for (let timers = 0; timers < 20 && !(await recordOf(asked)).outcome; timers++) await fire(asked);
  expect(commandsOf(asked)).toHaveLength(4);
});
