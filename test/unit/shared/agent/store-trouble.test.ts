import { createAgent, PermanentError, type BoundAgent } from 'laneway/agent';
import { LanewayError } from '../../../../shared/domain/base/errors.js';
import { ProcessGuards } from '../../../../shared/agent/receive/process-guards.js';
import { ownStore, troubleOf } from '../../../../shared/agent/store-trouble.js';
import { parcels, StampParcel, WeighParcel } from '../../../kit/applications/parcel-topology.js';
import { agentStand } from '../../../kit/stands/agent-stand.js';

/** More than a message of these channels has tries. */
const RECEIPTS = 12;
const LONGEST_PAUSE_MS = 1_800_000;
const away = (): Promise<never> => Promise.reject(new LanewayError('UNAVAILABLE', 'the store is away'));

type Stand = ReturnType<typeof agentStand>;

/** Receives the one message in the lane again and again, then once more when `mend` has been called. */
async function outlast(stand: Stand, mend: () => void): Promise<void> {
  for (let receipt = 0; receipt < RECEIPTS; receipt++) {
    expect(await stand.receive()).toHaveLength(1);
    stand.clock.advance(LONGEST_PAUSE_MS);
  }
  mend();
  expect(await stand.receive()).toEqual([]);
  expect(stand.letters()).toEqual([]);
}

/** Lets a call of a port fail until the returned function is called. */
function breaks(port: object, call: string): () => void {
  const own: unknown = Reflect.get(port, call);
  Reflect.set(port, call, away);
  return () => void Reflect.set(port, call, own);
}

function weigh(stand: Stand): void {
  const expires = new Date(stand.clock.now() + 86_400_000).toISOString();
  stand.deliver(
    stand.envelope(
      'WeighParcel',
      { parcel: 'p' },
      { id: 'WeighParcel-1', requestid: 'r', receiver: 'scales', expires },
    ),
  );
}

/** Scales that weigh at once, after `first`; `answer` answers a command that was put off. */
function scales(first: (answer: () => Promise<unknown>) => unknown): BoundAgent {
  return createAgent(parcels, 'scales')
    .handle({
      WeighParcel: async ({ data: { parcel } }, { replyTo }) => {
        await first(() => replyTo(WeighParcel, parcel, { parcel, grams: 1 }));
        return { parcel, grams: 1 };
      },
    })
    .with({});
}

test('a reply that cannot be put off costs no try, and is put off when the store is back', async () => {
  const agent = createAgent(parcels, 'scales').handle({
    WeighParcel: ({ data }, { replyLater }) => replyLater({ key: data.parcel, within: '1 hour' }),
  });
  const stand = agentStand(agent.with({}));
  weigh(stand);
  await outlast(stand, breaks(stand.services.deferredReplies, 'put'));
  expect(await stand.record('WeighParcel-1')).toMatchObject({ state: 'completed', tries: 1 });
  expect(await stand.services.deferredReplies.get('scales', 'WeighParcel', 'p')).toBeDefined();
});

test('a put-off reply that cannot be read costs no try, also when the handler wraps the error', async () => {
  const stand = agentStand(
    scales(async (answer) => {
      await answer().catch((cause: unknown) => {
        throw new Error('the reply waits', { cause });
      });
    }),
  );
  weigh(stand);
  const mend = breaks(stand.services.deferredReplies, 'get');
  const known = { envelope: stand.envelope('WeighParcel', {}, { requestid: 'r', replyto: 'gate' }) };
  await outlast(stand, () => {
    mend();
    stand.services.deferredReplies.get = () => Promise.resolve(known as never);
  });
  expect(await stand.record('WeighParcel-1')).toMatchObject({ state: 'completed', tries: 1 });
});

test('messages that are too long for their outcome and cannot be stored cost no try', async () => {
  const clerk = createAgent(parcels, 'desk').handle({
    ParcelArrived: (_message, { publish }) => void publish(StampParcel, { parcel: 'p'.repeat(300_000) }),
    ParcelWeighed: () => undefined,
  });
  const stand = agentStand(clerk.with({}));
  const sent = (messages: readonly unknown[]) => Promise.resolve(messages.map(() => ({ ok: true }) as const));
  Object.assign(stand.services.senders, { lanes: { send: sent } });
  const expires = new Date(stand.clock.now() + 86_400_000).toISOString();
  stand.deliver(stand.envelope('ParcelArrived', { parcel: 'p' }, { expires }));
  await outlast(stand, breaks(stand.payloads, 'put'));
  expect(await stand.record('ParcelArrived-1')).toMatchObject({ state: 'completed', tries: 1 });
});

test('progress that cannot be noted costs no try', async () => {
  const agent = createAgent(parcels, 'scales').handle({
    WeighParcel: async ({ data }, { progress }) => {
      await progress(0.5);
      return { parcel: data.parcel, grams: 1 };
    },
  });
  const stand = agentStand(agent.with({}));
  weigh(stand);
  await outlast(stand, breaks(stand.deliveries, 'progress'));
  expect(await stand.record('WeighParcel-1')).toMatchObject({ state: 'completed', tries: 1 });
});

test('an outcome that cannot be written costs no try', async () => {
  const stand = agentStand(scales(() => undefined));
  weigh(stand);
  await outlast(stand, breaks(stand.deliveries, 'settle'));
  expect(await stand.record('WeighParcel-1')).toMatchObject({ state: 'completed', tries: 1 });
});

test('nor does it when the store refuses most of the calls that give the try back', async () => {
  const stand = agentStand(scales(() => undefined));
  weigh(stand);
  const mend = breaks(stand.deliveries, 'settle');
  const giveBack = stand.deliveries.giveBack.bind(stand.deliveries);
  let calls = 0;
  stand.deliveries.giveBack = (...asked) => (++calls % 8 === 0 ? giveBack(...asked) : away());
  await outlast(stand, mend);
  expect(await stand.record('WeighParcel-1')).toMatchObject({ state: 'completed', tries: 1 });
});

test('a failed try is given back also where the store refuses most calls, so that it is no crash', async () => {
  const stand = agentStand(
    scales(() => {
      throw new Error('the scales are wet');
    }),
  );
  weigh(stand);
  const release = stand.deliveries.release.bind(stand.deliveries);
  let calls = 0;
  stand.deliveries.release = (...asked) => (++calls % 8 === 0 ? release(...asked) : away());
  await stand.receive();
  expect(await stand.record('WeighParcel-1')).toMatchObject({ state: 'retrying', tries: 1 });
});

test('the handler that gives up for good after such an error is heard', async () => {
  const stand = agentStand(
    scales(async (answer) => {
      await answer().catch((cause: unknown) => {
        throw new PermanentError('no reply, no parcel', { cause });
      });
    }),
  );
  weigh(stand);
  stand.services.deferredReplies.get = away;
  expect(await stand.receive()).toEqual([]);
  expect(stand.letters()).toMatchObject([{ reason: 'permanent', tries: 1 }]);
});

test('a reply that was never put off, and what fails after a store was heard of, cost tries', async () => {
  const stand = agentStand(
    scales(async (answer) => {
      await answer().catch(() => undefined);
      throw new Error('the desk itself');
    }),
  );
  weigh(stand);
  stand.services.deferredReplies.get = away;
  await stand.receive();
  expect(await stand.record('WeighParcel-1')).toMatchObject({ state: 'retrying', tries: 1 });
  const unknown = agentStand(scales((answer) => answer()));
  weigh(unknown);
  await unknown.receive();
  expect(await unknown.record('WeighParcel-1')).toMatchObject({
    ...{ state: 'retrying', tries: 1, error: { code: 'NOT_FOUND' } },
  });
});

test('a delivery whose try is given back is counted in its conversation once', async () => {
  const stand = agentStand(scales(() => undefined));
  const counts: string[] = [];
  const count = stand.deliveries.countConversation.bind(stand.deliveries);
  stand.deliveries.countConversation = (key, ...given) => {
    counts.push(`${key.receiver} ${key.correlationId}`);
    return count(key, ...given);
  };
  Object.assign(stand.services, { guards: new ProcessGuards(() => 0) });
  weigh(stand);
  await outlast(stand, breaks(stand.deliveries, 'settle'));
  expect(counts).toEqual(['scales conversation-1']);
});

test('only an error that a repetition may mend is trouble of a store', async () => {
  const final = new LanewayError('SCHEMA', 'no');
  await expect(ownStore(Promise.reject(final))).rejects.toBe(final);
  expect(troubleOf(final)).toBeUndefined();
  const evil = Object.defineProperty(new Error('evil'), 'cause', {
    get: () => {
      throw new Error('looked at');
    },
  });
  expect(troubleOf(evil)).toBeUndefined();
});
