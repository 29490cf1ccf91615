import { createAgent, type Context, type GuardOptions } from 'laneway/agent';
import { ProcessGuards } from '../../../../../shared/agent/receive/process-guards.js';
import type { BreakerStore } from '../../../../../shared/domain/breaker/breaker-store.js';
import type { BreakerKey, BreakerRecord } from '../../../../../shared/domain/breaker/breaker.js';
import { LanewayError } from '../../../../../shared/domain/base/errors.js';
import { parcels } from '../../../../kit/applications/parcel-topology.js';
import { agentStand } from '../../../../kit/stands/agent-stand.js';

const OPTIONS: GuardOptions = { failureThreshold: 2, recoveryTimeout: '60 seconds' };
type Weighing = (context: Pick<Context, 'guard' | 'tries'>) => unknown;

/** Scales that weigh by a call outside. */
function standOf(weighing: Weighing) {
  const agent = createAgent(parcels, 'scales').handle({
    WeighParcel: async ({ data: { parcel } }, context) => {
      await weighing(context);
      return { parcel, grams: 1 };
    },
  });
  const stand = agentStand(agent.with({}));
  let number = 0;
  const weigh = (): string => {
    const id = `WeighParcel-${++number}`;
    const expires = new Date(stand.clock.now() + 86_400_000).toISOString();
    stand.deliver(stand.envelope('WeighParcel', { parcel: id }, { id, requestid: id, receiver: 'scales', expires }));
    return id;
  };
  const breaker = () => stand.services.breakers.get({ agent: 'scales', name: 'crm' });
  return { ...stand, weigh, breaker };
}

const away = (): Promise<never> => Promise.reject(new LanewayError('UNAVAILABLE', 'the store is away'));

/** Replaces calls of the store of breakers. */
function replace({ services }: ReturnType<typeof standOf>, calls: Partial<BreakerStore>): void {
  const { breakers } = services;
  const all = {
    get: (key: BreakerKey) => breakers.get(key),
    put: (record: BreakerRecord) => breakers.put(record),
    of: (agent: string) => breakers.of(agent),
  };
  Object.assign(services, { breakers: { ...all, ...calls } });
}

/** A side that answers, fails, or is away, and counts what it is asked. */
function outside() {
  const side = {
    asked: 0,
    fails: false,
    call: async (): Promise<string> => {
      side.asked++;
      return side.fails ? Promise.reject(new Error('no answer')) : Promise.resolve('fine');
    },
  };
  return side;
}

it('gives the result, and writes its breaker once', async () => {
  const side = outside();
  const results: unknown[] = [];
  const stand = standOf(async ({ guard }) => results.push(await guard('crm', side.call, OPTIONS)));
  const calls: string[] = [];
  const { breakers } = stand.services;
  replace(stand, {
    get: (key) => (calls.push('get'), breakers.get(key)),
    put: (record) => (calls.push('put'), breakers.put(record)),
  });
  for (let one = 0; one < 5; one++) stand.weigh();
  for (let one = 0; one < 5; one++) await stand.receive(1);
  expect(results).toEqual(Array(5).fill('fine'));
  expect(calls).toEqual(['get', 'put']);
});

it('costs an agent without guards no call', async () => {
  const stand = standOf(() => undefined);
  replace(stand, { get: away, put: away, of: away });
  const id = stand.weigh();
  await stand.receive();
  expect(await stand.record(id)).toMatchObject({ state: 'completed' });
});

it('opens, and what waits at it keeps its tries until it is handled', async () => {
  const side = outside();
  side.fails = true;
  const stand = standOf(({ guard }) => guard('crm', side.call, OPTIONS));
  const [first, second, third] = [stand.weigh(), stand.weigh(), stand.weigh()];
  for (let one = 0; one < 3; one++) await stand.receive(1);
  expect(side.asked).toBe(2);
  expect(await stand.breaker()).toMatchObject({ state: 'open', failures: 2 });
  expect(await stand.record(third)).toMatchObject({ state: 'retrying', tries: 0, error: { code: 'CIRCUIT_OPEN' } });
  // Two failed tries are theirs; all that follows is none.
  const tries = async () => (await Promise.all([first, second, third].map(stand.record))).map((one) => one?.tries);
  expect(await tries()).toEqual([1, 1, 0]);
  for (let receipt = 0; receipt < 20; receipt++) {
    stand.clock.advance(20_000);
    await stand.receive(10);
  }
  expect(stand.letters()).toEqual([]);
  side.fails = false;
  for (let receipt = 0; receipt < 20; receipt++) {
    stand.clock.advance(1_800_000);
    await stand.receive(10);
  }
  expect(await stand.breaker()).toMatchObject({ state: 'closed', failures: 0 });
  expect(await stand.record(third)).toMatchObject({ state: 'completed' });
});

it('comes back when the recovery time is over, not before', async () => {
  const side = outside();
  side.fails = true;
  const stand = standOf(({ guard }) => guard('crm', side.call, { failureThreshold: 1, recoveryTimeout: '10 minutes' }));
  stand.weigh();
  await stand.receive();
  stand.weigh();
  expect(await stand.receive()).toHaveLength(1);
  const waits = (stand.lane.nextVisibleAt ?? 0) - stand.clock.now();
  // The first copy waits for its own backoff; the second for the breaker.
  stand.clock.advance(599_000);
  expect(waits).toBeGreaterThan(0);
  await stand.receive();
  expect(side.asked).toBe(1);
});

it('lets exactly one of many processes try, again and again', async () => {
  const side = outside();
  let [running, most, tried] = [0, 0, 0];
  let let_go: (() => void)[] = [];
  const slow = async (): Promise<void> => {
    most = Math.max(most, ++running);
    tried++;
    await new Promise<void>((resolve) => void (let_go = [...let_go, resolve]));
    running--;
    await side.call();
  };
  const stands = Array.from({ length: 8 }, () => standOf(({ guard }) => guard('crm', slow, { failureThreshold: 1 })));
  const [shared] = stands;
  if (!shared) throw new Error('none');
  const { breakers, clock } = shared.services;
  for (const stand of stands) Object.assign(stand.services, { breakers, clock, guards: new ProcessGuards() });
  const round = async () => {
    for (const stand of stands) stand.weigh();
    const all = Promise.all(stands.map((stand) => stand.receive(1)));
    await new Promise((resolve) => void setImmediate(resolve));
    const held = let_go.length;
    for (const one of let_go) one();
    let_go = [];
    await all;
    return held;
  };
  side.fails = true;
  expect(await round()).toBe(8);
  expect(await shared.breaker()).toMatchObject({ state: 'open' });
  [most, tried] = [0, 0];
  for (let time = 0; time < 5; time++) {
    shared.clock.advance(60_000);
    expect(await round()).toBe(1);
  }
  expect([most, tried]).toEqual([1, 5]);
  side.fails = false;
  shared.clock.advance(60_000);
  expect(await round()).toBe(1);
  expect(await shared.breaker()).toMatchObject({ state: 'closed' });
  shared.clock.advance(6_000);
  expect(await round()).toBe(8);
});

it('counts no answer that is an error for good', async () => {
  const stand = standOf(({ guard }) =>
    guard('crm', () => Promise.reject(new LanewayError('PERMANENT', 'no such customer')), { failureThreshold: 1 }),
  );
  stand.weigh();
  await stand.receive();
  expect(stand.letters()).toMatchObject([{ error: { code: 'PERMANENT' } }]);
  expect(await stand.breaker()).toMatchObject({ state: 'closed', failures: 0 });
});

it('takes a call that outlasts the handling for a failure, and notes it before the message goes back', async () => {
  const stand = standOf(({ guard }) => guard('crm', () => new Promise(() => undefined), { failureThreshold: 1 }));
  stand.weigh();
  // The handling has what the process has left, less the time for its outcome.
  expect(await stand.receive(1, 3_001)).toHaveLength(1);
  expect(await stand.breaker()).toMatchObject({
    state: 'open',
    error: expect.stringContaining('did not end within') as string,
  });
});

it('passes the signal of the handling', async () => {
  const seen: boolean[] = [];
  const stand = standOf(({ guard }) => guard('crm', (signal) => void seen.push(signal.aborted)));
  stand.weigh();
  await stand.receive();
  expect(seen).toEqual([false]);
});

it('lets a handler do without the call', async () => {
  const stand = standOf(async ({ guard }) => {
    await guard('crm', () => Promise.reject(new Error('no answer')), { failureThreshold: 1 }).catch(
      (error: unknown) => {
        if (!(error instanceof LanewayError) || error.code !== 'CIRCUIT_OPEN') throw error;
      },
    );
  });
  stand.weigh();
  await stand.receive();
  const second = stand.weigh();
  await stand.receive(1);
  expect(await stand.record(second)).toMatchObject({ state: 'completed', tries: 1 });
});

it('does not open by the guard within it', async () => {
  const stand = standOf(({ guard }) =>
    guard('crm', () => guard('mail', () => Promise.reject(new Error('no')), { failureThreshold: 1 }), OPTIONS),
  );
  for (let one = 0; one < 4; one++) stand.weigh();
  for (let one = 0; one < 4; one++) await stand.receive(1);
  expect(await stand.services.breakers.get({ agent: 'scales', name: 'mail' })).toMatchObject({ state: 'open' });
  expect(await stand.breaker()).toMatchObject({ state: 'closed', failures: 1 });
});

it('waits when its breaker cannot be read, and stands by the result of a call whose end cannot be noted', async () => {
  const side = outside();
  const stand = standOf(({ guard }) => guard('crm', side.call, OPTIONS));
  const { breakers } = stand.services;
  replace(stand, { get: away });
  const id = stand.weigh();
  await stand.receive();
  expect(side.asked).toBe(0);
  expect(await stand.record(id)).toMatchObject({ state: 'retrying', tries: 0 });
  replace(stand, { get: () => Promise.reject(new LanewayError('UNREADABLE', 'it is no breaker')) });
  stand.clock.advance(60_000);
  await stand.receive();
  expect(await stand.record(id)).toMatchObject({ state: 'retrying', tries: 0 });
  // Its first write is made, the second, of the failure, is not.
  side.fails = true;
  stand.clock.advance(60_000);
  let writes = 0;
  replace(stand, {
    get: (key) => breakers.get(key),
    put: (record) => (++writes > 1 ? away() : breakers.put(record)),
  });
  await stand.receive();
  expect(side.asked).toBe(1);
  expect(await stand.record(id)).toMatchObject({ state: 'retrying', tries: 1, error: { message: 'no answer' } });
});

it.each([
  ['a name that is none', 'No name', {}],
  ['no threshold', 'crm', { failureThreshold: 0 }],
  ['half a failure', 'crm', { failureThreshold: 1.5 }],
  ['no recovery', 'crm', { recoveryTimeout: '10 milliseconds' }],
  ['a day of recovery', 'crm', { recoveryTimeout: '1 day' }],
] as const)('refuses %s', async (_what, name, options) => {
  const stand = standOf(({ guard }) => guard(name, () => undefined, options));
  stand.weigh();
  await stand.receive();
  expect(stand.letters()).toMatchObject([{ error: { code: 'INVALID_OPTION' } }]);
});

it('is refused after the handling has ended', async () => {
  let kept: Context['guard'] | undefined;
  const stand = standOf(({ guard }) => void (kept = guard));
  stand.weigh();
  await stand.receive();
  await expect(kept?.('crm', () => 1)).rejects.toMatchObject({ code: 'HANDLER' });
});
