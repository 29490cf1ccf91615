import { createAgent } from 'laneway/agent';
import { receiveBatch } from '../../../shared/agent/receive/receive-batch.js';
import { deliveryKeyOf, factsOf } from '../../../shared/domain/delivery/delivery.js';
import type { Envelope } from '../../../shared/domain/wire/envelope.js';
import { ProcessConcurrency } from '../../../shared/worker/process-concurrency.js';
import { agentStand } from '../../kit/stands/agent-stand.js';
import { parcels } from '../../kit/applications/parcel-topology.js';

/** A worker: batches of several lanes at a time in one process, with the handlers' beginnings and ends noted. */
function worker() {
  const notes: string[] = [];
  const finish = new Map<string, () => void>();
  const agent = createAgent(parcels, 'desk').handle({
    ParcelArrived: async ({ data }) => {
      notes.push(`begin ${data.parcel}`);
      if (data.note === 'slow') await new Promise<void>((resolve) => finish.set(data.parcel, resolve));
      notes.push(`end ${data.parcel}`);
    },
    ParcelWeighed: () => undefined,
  });
  const bound = agent.with({});
  const stand = agentStand(bound);
  const concurrency = new ProcessConcurrency();
  const message = (parcel: string, note?: string): Envelope =>
    stand.envelope('ParcelArrived', note === undefined ? { parcel } : { parcel, note }, { id: parcel });
  const receive = (...envelopes: Envelope[]) =>
    receiveBatch(bound, stand.services, {
      copies: envelopes.map((envelope) => ({
        ...{ copy: `copy of ${envelope.id}`, receipt: 'r', receives: 1 },
        body: JSON.stringify({ source: envelope.source, 'detail-type': envelope.type, detail: envelope }),
      })),
      receipts: { setVisibility: () => Promise.resolve() },
      remaining: () => 60_000,
      concurrency,
    });
  /** A lease whose process died. */
  const dead = async (envelope: Envelope): Promise<void> => {
    const now = stand.clock.now();
    const key = deliveryKeyOf(envelope, 'desk');
    await stand.deliveries.lease(key, factsOf(envelope), { owner: 'dead', now, until: now + 1_000, alone: false });
    stand.clock.advance(2_000);
  };
  return { stand, notes, finish, message, receive, dead };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

test('a batch of one in a worker has neighbours in the other lanes, so that a crash is not held against it', async () => {
  const { stand, message, receive } = worker();
  expect(await receive(message('p'))).toEqual([]);
  expect(await stand.record('p')).toMatchObject({ state: 'completed', alone: false });
});

test('a message whose handling died runs when the other lanes have finished, and they wait for it', async () => {
  const { stand, notes, finish, message, receive, dead } = worker();
  const suspect = message('suspect', 'slow');
  await dead(suspect);
  const first = receive(message('slow', 'slow'));
  await settled();
  const second = receive(suspect, message('beside'));
  await settled();
  expect(notes).toEqual(['begin slow', 'begin beside', 'end beside']);
  const third = receive(message('later'));
  await settled();
  finish.get('slow')?.();
  await first;
  await settled();
  expect(notes.slice(3)).toEqual(['end slow', 'begin suspect']);
  finish.get('suspect')?.();
  expect(await Promise.all([second, third])).toEqual([[], []]);
  expect(notes.slice(5)).toEqual(['end suspect', 'begin later', 'end later']);
  expect(await stand.record('suspect')).toMatchObject({ state: 'completed', alone: true });
});

test('one that fails alone does not keep the others waiting', async () => {
  const concurrency = new ProcessConcurrency();
  await expect(concurrency.alone(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
  await expect(concurrency.beside(() => Promise.resolve('next'))).resolves.toBe('next');
});
