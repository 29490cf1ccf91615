import { MemoryDeliveries } from '../../../../../shared/testing/memory/memory-deliveries.js';
import { MemoryLedger } from '../../../../../shared/testing/memory/memory-ledger.js';
import { MemoryPayloads } from '../../../../../shared/testing/memory/memory-payloads.js';
import type { MessageFacts } from '../../../../../shared/domain/delivery/delivery.js';

const facts: MessageFacts = {
  type: 'ParcelArrived',
  channel: 'arrivals',
  priority: 'normal',
  source: 'laneway.parcels.client.gate',
  time: '2026-01-01T00:00:00.000Z',
  expires: '2026-01-01T01:00:00.000Z',
  attempt: 1,
  hops: 0,
};
const keyOf = (receiver: string) => ({ correlationId: 'c', messageId: 'm', origin: 'client.gate/arrivals', receiver });

test.each([1, 2])('what was read of %d deliveries stays as it was when an outcome is written', async (count) => {
  const ledger = new MemoryLedger(new MemoryPayloads());
  const deliveries = new MemoryDeliveries(ledger);
  const receivers = ['desk', 'scales'].slice(0, count);
  for (const receiver of receivers)
    await deliveries.lease(keyOf(receiver), facts, { owner: receiver, now: 1_000, until: 9_000, alone: false });
  const entries = await ledger.conversation('c');
  const record = await deliveries.get(keyOf('desk'));
  const outcome = { state: 'completed', copy: 'copy', at: 2_000, emissions: [] } as const;
  expect(await deliveries.settle(keyOf('desk'), 'desk', outcome)).toBe('stored');
  expect(record).toMatchObject({ state: 'leased', owner: 'desk' });
  expect(entries.map((entry) => entry.kind === 'delivery' && entry.delivery.state)).toEqual(
    receivers.map(() => 'leased'),
  );
  const states = ledger.stored('c').flatMap((entry) => (entry.kind === 'delivery' ? [entry.delivery] : []));
  expect(states.map(({ receiver, state }) => `${receiver} ${state}`)).toEqual(
    ['desk completed', 'scales leased'].slice(0, count),
  );
});

test('an outcome without a lease has no owner and the facts of its message, and a cancellation that came before stays', async () => {
  const deliveries = new MemoryDeliveries(new MemoryLedger(new MemoryPayloads()));
  const cancellation = { by: 'x', why: 'no need', at: '2026-01-01T00:00:00.000Z' };
  await deliveries.cancel(keyOf('scales'), cancellation);
  await deliveries.lease(keyOf('desk'), facts, { owner: 'dead', now: 1_000, until: 2_000, alone: true });
  const outcome = { state: 'expired', copy: 'copy', at: 3_000, emissions: [] } as const;
  const later = { ...facts, attempt: 2 };
  for (const receiver of ['desk', 'scales'])
    expect(await deliveries.settleUnleased(keyOf(receiver), later, outcome)).toBe('stored');
  const [desk, scales] = await Promise.all(['desk', 'scales'].map((receiver) => deliveries.get(keyOf(receiver))));
  const common = { state: 'expired', copy: 'copy', emissions: [], facts: later, updated: '1970-01-01T00:00:03.000Z' };
  const began = '1970-01-01T00:00:01.000Z';
  expect(desk).toEqual({ ...keyOf('desk'), ...common, tries: 1, alone: true, firstReceived: began });
  expect(scales).toEqual({
    ...{ ...keyOf('scales'), ...common, tries: 0, firstReceived: common.updated },
    cancelled: cancellation,
  });
});
