import { createAgent } from 'laneway/agent';
import { receiveBatch } from '../../../../../shared/agent/receive/receive-batch.js';
import type { Concurrency, Renewal } from '../../../../../shared/agent/receive/services.js';
import { factsOf } from '../../../../../shared/domain/delivery/delivery.js';
import { MemoryLaneReceipts } from '../../../../../shared/testing/memory/memory-lanes.js';
import { agentStand } from '../../../../kit/stands/agent-stand.js';
import { parcels } from '../../../../kit/applications/parcel-topology.js';

const SECOND = 1_000;
const KEY = {
  correlationId: 'conversation-1',
  messageId: 'p',
  origin: 'client.gate/parcel.arrivals',
  receiver: 'desk',
};
const COMPANY: Concurrency = { beside: (run) => run(), alone: (run) => run() };

/** A worker of one lane with leases of fifteen seconds, on a clock that stands, and a handler that ends when told. */
function worker(handlerSeconds = 60) {
  const seen: { signal?: AbortSignal } = {};
  const open: (() => void)[] = [];
  const agent = createAgent(parcels, 'desk').handle({
    ParcelArrived: async (_message, { signal }) => {
      seen.signal = signal;
      await new Promise<void>((resolve) => open.push(resolve));
    },
    ParcelWeighed: () => undefined,
  });
  const bound = agent.with({});
  const stand = agentStand(bound);
  let renewing: (() => Promise<void>) | undefined;
  const renewal: Renewal = {
    lease: 15 * SECOND,
    repeat: (run) => {
      renewing = run;
      return () => (renewing = undefined);
    },
  };
  const receive = async (): Promise<readonly string[]> => {
    const end = stand.clock.now() + handlerSeconds * SECOND;
    const copies = stand.lane.receive(10, 360).map(({ messageId, receipt, body, receiveCount }) => ({
      ...{ copy: messageId, receipt, body, receives: receiveCount },
    }));
    const returned = await receiveBatch(bound, stand.services, {
      ...{ copies, concurrency: COMPANY, renewal },
      receipts: new MemoryLaneReceipts(stand.lane),
      remaining: () => end - stand.clock.now(),
    });
    for (const { copy, receipt } of copies) if (!returned.includes(copy)) stand.lane.delete(receipt);
    return returned;
  };
  const deliver = (): string => stand.deliver(stand.envelope('ParcelArrived', { parcel: 'p' }, { id: 'p' }));
  const renew = async (seconds: number): Promise<void> => {
    stand.clock.advance(seconds * SECOND);
    await renewing?.();
  };
  return { stand, seen, open, deliver, receive, renew, isRenewing: () => renewing !== undefined };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

test('lease and visibility are short, and renewed together while the process lives', async () => {
  const { stand, open, deliver, receive, renew, isRenewing } = worker();
  deliver();
  const received = receive();
  await settled();
  const began = stand.clock.now();
  const until = (seconds: number) => new Date(began + seconds * SECOND).toISOString();
  expect(await stand.record('p')).toMatchObject({ state: 'leased', leasedUntil: until(15) });
  await renew(10);
  expect(await stand.record('p')).toMatchObject({ state: 'leased', leasedUntil: until(25) });
  // Twenty seconds after it was received a copy that was not renewed would be there again.
  await renew(12);
  expect(stand.lane.depth).toBe(0);
  expect(await stand.record('p')).toMatchObject({ leasedUntil: until(37) });
  for (const finish of open) finish();
  expect(await received).toEqual([]);
  expect(await stand.record('p')).toMatchObject({ state: 'completed', tries: 1 });
  expect(isRenewing()).toBe(false);
});

test('a killed worker costs the rest of one lease and five seconds, not the longest handling', async () => {
  const { stand, deliver, receive } = worker();
  deliver();
  void receive();
  await settled();
  stand.clock.advance(20 * SECOND);
  expect(stand.lane.depth).toBe(1);
});

test('nothing is renewed beyond the time of the handler', async () => {
  const { stand, deliver, receive, renew } = worker(20);
  const began = stand.clock.now();
  deliver();
  void receive();
  await settled();
  await renew(10);
  const end = new Date(began + 20 * SECOND).toISOString();
  expect(await stand.record('p')).toMatchObject({ leasedUntil: end });
  await renew(10);
  await renew(5);
  expect(await stand.record('p')).toMatchObject({ leasedUntil: end });
  expect(stand.lane.depth).toBe(1);
});

test('a handler that lost its lease is told by its signal, and its copy is not acknowledged', async () => {
  const { stand, seen, deliver, receive, renew } = worker();
  deliver();
  const received = receive();
  await settled();
  stand.clock.advance(16 * SECOND);
  const now = stand.clock.now();
  const facts = factsOf(stand.envelope('ParcelArrived', {}));
  await stand.deliveries.lease(KEY, facts, { owner: 'other', now, until: now + 60 * SECOND, alone: true });
  await renew(0);
  expect(await received).toHaveLength(1);
  expect(seen.signal?.reason).toMatchObject({ code: 'LEASE_LOST' });
  expect(await stand.record('p')).toMatchObject({ state: 'leased', owner: 'other' });
});

test('a handler whose request was taken back hears of it at the next renewal', async () => {
  const { stand, seen, deliver, receive, renew } = worker();
  deliver();
  const received = receive();
  await settled();
  await stand.deliveries.cancel(KEY, { by: 'c', why: 'no need', at: new Date(stand.clock.now()).toISOString() });
  expect(seen.signal?.aborted).toBe(false);
  await renew(5);
  expect(await received).toEqual([]);
  expect(seen.signal?.reason).toMatchObject({ code: 'CANCELLED' });
  expect(await stand.record('p')).toMatchObject({ state: 'expired', error: { code: 'CANCELLED' }, emissions: [] });
});

test('a renewal that fails is left to the next one', async () => {
  const { stand, open, deliver, receive, renew } = worker();
  deliver();
  const received = receive();
  await settled();
  const renewLease = stand.deliveries.renew.bind(stand.deliveries);
  stand.deliveries.renew = () => Promise.reject(new Error('the table is gone'));
  await renew(5);
  stand.deliveries.renew = renewLease;
  await renew(5);
  for (const finish of open) finish();
  expect(await received).toEqual([]);
  expect(await stand.record('p')).toMatchObject({ state: 'completed' });
});
