import { LanewayError } from '../../../../shared/domain/base/errors.js';
import type { Waiter } from '../../../../shared/domain/request/pending.js';
import { publishMessage } from '../../../../shared/publishing/publish-message.js';
import { platformWorld } from '../../../kit/stands/platform-world.js';
import { Book, travel } from '../../../kit/applications/trip-topology.js';

const cases: { waiter: Waiter; intents: number }[] = [
  // Made again by whoever died over it: the sweeper must not send it while nobody waits.
  { waiter: { kind: 'workflow', token: 't', execution: 'e', step: 's' }, intents: 0 },
  { waiter: { kind: 'saga', execution: 'e' }, intents: 0 },
  // Made again by nobody: what was accepted is sent.
  { waiter: { kind: 'client' }, intents: 1 },
];

test.each(cases)('a record that cannot be written, waited for by a $waiter.kind', async ({ waiter, intents }) => {
  const world = platformWorld(travel);
  const pending = Object.assign(world.pending, {
    open: () => Promise.reject(new LanewayError('UNAVAILABLE', 'the table is busy')),
  });
  const publishing = { ...world.publishing, senders: { ...world.senders, pending } };
  const deadline = new Date(world.clock.now() + 60_000);
  await expect(
    publishMessage(publishing, Book, { trip: 't1', what: 'hotel' }, { deadline, correlationId: 'c', waiter }),
  ).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  expect(await world.entries('c', 'message')).toHaveLength(intents);
  expect(world.bus.published).toEqual([]);
});

const other: Waiter = { kind: 'saga', execution: 'other' };
const gone: { what: string; waiter: Waiter; code?: string }[] = [
  { what: 'has ended', waiter: { kind: 'saga', execution: 'e' } },
  { what: 'somebody else waits for', waiter: other, code: 'REFUSED' },
];

// The sweeper would send its command two minutes later, long after its waiter was told how it ended.
test.each(gone)('of a request that $what there is no intent', async ({ waiter, code }) => {
  const world = platformWorld(travel);
  const at = new Date(world.clock.now()).toISOString();
  await world.pending.open({
    ...{ requestId: 'r', correlationId: 'c', messageId: 'm', type: 'Book', replyType: 'Booked', deadline: at },
    ...{ attempt: 1, hops: 1, waiter },
    ...(code === undefined ? { outcome: { state: 'timed-out', by: 'timer', at } as const } : {}),
  });
  const made = publishMessage(
    world.publishing,
    Book,
    { trip: 't1', what: 'hotel' },
    {
      deadline: new Date(world.clock.now() + 60_000),
      ...{ correlationId: 'c', id: 'm', requestId: 'r', waiter: { kind: 'saga', execution: 'e' } },
    },
  );
  if (code === undefined) expect(await made).toMatchObject({ id: 'm', requestId: 'r' });
  else await expect(made).rejects.toMatchObject({ code });
  expect(await world.entries('c', 'message')).toEqual([]);
  expect(world.bus.published).toEqual([]);
});
