import { createAgent } from 'laneway/agent';
import { ProcessGuards } from '../../../../../shared/agent/receive/process-guards.js';
import { payloadPlace, putText } from '../../../../../shared/domain/delivery/claim-check.js';
import { LanewayError } from '../../../../../shared/domain/base/errors.js';
import { PAYLOAD_LIMIT_BYTES } from '../../../../../shared/domain/wire/json-form.js';
import type { Envelope } from '../../../../../shared/domain/wire/envelope.js';
import { agentStand } from '../../../../kit/stands/agent-stand.js';
import { parcels } from '../../../../kit/applications/parcel-topology.js';

// A payload by reference is another's object: what is fetched, when, and what is believed of it.

const ID = 'ParcelArrived-1';

function stand() {
  const seen: string[] = [];
  const agent = createAgent(parcels, 'desk').handle({
    ParcelArrived: ({ data }) => {
      seen.push(data.note ?? '');
    },
    ParcelWeighed: () => undefined,
  });
  const own = agentStand(agent.with({}));
  const gets: string[] = [];
  const get = own.payloads.get.bind(own.payloads);
  own.payloads.get = (key, most) => {
    gets.push(key);
    return get(key, most);
  };
  return Object.assign(own, { seen, gets });
}

/** An envelope that refers to a payload as its publisher stores it. */
async function referring({ payloads, envelope: make }: ReturnType<typeof stand>) {
  const { data: _data, ...envelope } = make('ParcelArrived', {});
  const text = JSON.stringify({ parcel: 'p', note: 'as it was sent' });
  return { ...envelope, ...(await putText(payloadPlace(envelope), text, payloads)) };
}

test('a payload that was swapped in flight is a dead letter, and no handler sees it', async () => {
  const own = stand();
  const envelope = await referring(own);
  await own.payloads.put(envelope.dataref, JSON.stringify({ parcel: 'p', note: 'is swapped now' }));
  own.deliver(envelope);
  expect(await own.receive()).toEqual([]);
  expect(own.seen).toEqual([]);
  expect(own.letters()).toMatchObject([{ reason: 'not-allowed', error: { code: 'PAYLOAD_MISMATCH' } }]);
  expect(await own.record(ID)).toMatchObject({ state: 'dead-lettered' });
});

test.each([
  ['without its digest', { datadigest: undefined }, 'PAYLOAD_MISMATCH'],
  ['of 400 MB', { datasize: 400_000_000 }, 'TOO_LARGE'],
  [
    'to what another publisher stored',
    { dataref: 'agent.scales/channel=parcel.arrivals/c/x.json' },
    'PAYLOAD_MISMATCH',
  ],
  ['to what is on another channel', { dataref: 'client.gate/channel=parcel.weights/c/x.json' }, 'PAYLOAD_MISMATCH'],
  ['to a dead letter', { dataref: 'agent.desk/kept=letters/c/x.json' }, 'PAYLOAD_MISMATCH'],
])('a reference %s is refused before anything is fetched', async (_, more: Partial<Envelope>, code) => {
  const own = stand();
  own.deliver({ ...(await referring(own)), ...more });
  expect(await own.receive()).toEqual([]);
  expect(own.gets).toEqual([]);
  expect(own.letters()).toMatchObject([{ error: { code }, tries: 1 }]);
});

test('an object that is longer than the reference says is not read to its end', async () => {
  const own = stand();
  const envelope = await referring(own);
  let most: number | undefined;
  const get = own.payloads.get.bind(own.payloads);
  own.payloads.get = (key, bytes) => {
    most = bytes;
    return get(key, bytes);
  };
  await own.payloads.put(envelope.dataref, 'x'.repeat(PAYLOAD_LIMIT_BYTES + 1));
  own.deliver(envelope);
  expect(await own.receive()).toEqual([]);
  expect(most).toBe(envelope.datasize);
  expect(own.letters()).toMatchObject([{ error: { code: 'PAYLOAD_MISMATCH' } }]);
});

test('a process that dies of a payload has made a try each time, and the message ends as crashed', async () => {
  const own = stand();
  own.deliver(await referring(own));
  const died = new Error('the process is gone');
  const { settle, release, giveBack } = own.deliveries;
  // Nothing after the fetch happens any more: that is what the end of the process leaves.
  own.payloads.get = () => Promise.reject(died);
  own.deliveries.settle = own.deliveries.release = own.deliveries.giveBack = () => Promise.reject(died);
  let tries = 0;
  for (; tries < 20 && own.lane.size > 0; tries++) {
    if ((await own.record(ID))?.tries === 3) Object.assign(own.deliveries, { settle, release, giveBack });
    // Whoever takes it up is another process.
    Object.assign(own.services, { guards: new ProcessGuards() });
    await own.receive();
    own.clock.advance(900_000);
    if ((await own.record(ID))?.state === 'dead-lettered') break;
  }
  expect(own.letters()).toMatchObject([{ reason: 'crashed', error: { code: 'CRASHED' } }]);
  expect(tries).toBeLessThan(12);
});

test('a payload that is not there, or may not be read, is tried as often as the channel says', async () => {
  const own = stand();
  own.deliver(await referring(own));
  let fetched = 0;
  own.payloads.get = () => {
    fetched++;
    return Promise.reject(new LanewayError('NOT_FOUND', 'not there, or not shown', { retryable: true }));
  };
  for (let round = 0; round < 10; round++) {
    await own.receive();
    own.clock.advance(600_000);
  }
  expect(fetched).toBe(3);
  expect(own.letters()).toMatchObject([{ reason: 'exhausted', tries: 3, error: { code: 'NOT_FOUND' } }]);
});

test('a store that fails while a payload is fetched counts no try', async () => {
  const own = stand();
  own.deliver(await referring(own));
  const get = own.payloads.get.bind(own.payloads);
  own.payloads.get = () => Promise.reject(new LanewayError('UNAVAILABLE', 'the bucket is away'));
  for (let round = 0; round < 5; round++) {
    await own.receive();
    own.clock.advance(900_000);
  }
  own.payloads.get = get;
  own.clock.advance(900_000);
  const found = await own.record(ID);
  expect(found?.state).not.toBe('dead-lettered');
  expect(own.letters()).toEqual([]);
});
