import { createAgent, PermanentError } from 'laneway/agent';
import { startInProcess, type InProcess, type InProcessOptions } from 'laneway/in-process';
import {
  OrderPlaced,
  ReserveStock,
  shop,
  StockReserved,
  smallest,
} from '../../../kit/applications/fixture-topology.js';
import { barrier, keepingLog } from '../../../kit/stands/barrier.js';

type Shop = InProcess<typeof shop.channels, typeof shop.clients>;
type Reserve = (order: string, tries: number) => Promise<boolean> | boolean;

const running: Shop[] = [];

async function open(options: InProcessOptions): Promise<Shop> {
  const app = await startInProcess(shop, { log: keepingLog(), ...options });
  running.push(app);
  return app;
}

const warehouse = (reserve: Reserve, placed: (order: string) => Promise<void> | void = () => undefined) =>
  createAgent(shop, 'warehouse').handle({
    ReserveStock: async ({ data: { order } }, { tries }) => ({ order, reserved: await reserve(order, tries) }),
    OrderPlaced: ({ data }) => placed(data.order),
  });

const clerk = (answered: string[]) =>
  createAgent(shop, 'clerk').handle({
    OrderPlaced: ({ data }, { publish }) => void publish(ReserveStock, data),
    StockReserved: ({ data }) => void answered.push(data.order),
    otherwise: () => undefined,
  });

afterEach(async () => {
  await Promise.all(running.splice(0).map((app) => app.stop({ timeout: '1 second' })));
});

test('a message goes through every agent by itself, and the account closes', async () => {
  const answered: string[] = [];
  const app = await open({ agents: [clerk(answered), warehouse(() => true)] });
  const { correlationId } = await app.client('web-shop').publish(OrderPlaced, { order: 'o-1' });
  await app.settled();
  expect(answered).toEqual(['o-1']);
  const { account, sequence } = app.conversation(correlationId);
  expect(account).toMatchObject({ expected: 4, completed: 4, atRest: true, missing: [] });
  expect(app.conversations()).toEqual([correlationId]);
  expect(sequence).toContain('warehouse on ReserveStock: completed');
});

test('a client gets the reply of its request, typed as from a deployed application', async () => {
  const app = await open({ agents: [warehouse((order) => order !== 'none')] });
  const client = app.client('web-shop');
  const reply = await client.request(ReserveStock, { order: 'o-1' }, { timeout: '1 minute' });
  expect(reply satisfies { order: string; reserved: boolean }).toEqual({ order: 'o-1', reserved: true });
  expect(await app.request(ReserveStock, { order: 'none' }, { timeout: '1 minute' })).toMatchObject({
    reserved: false,
  });
  // @ts-expect-error: the client does not declare the type
  await expect(client.publish(StockReserved, { order: 'o-1', reserved: true })).rejects.toMatchObject({
    code: 'NOT_DECLARED',
  });
});

test('many requests at once each get their own reply', async () => {
  const app = await open({ agents: [warehouse((order) => Number(order) % 2 === 0)], concurrency: { warehouse: 3 } });
  const asked = Array.from({ length: 200 }, (_, order) =>
    app.request(ReserveStock, { order: `${order}` }, { timeout: '1 minute' }),
  );
  const replies = await Promise.all(asked);
  expect(replies).toEqual(replies.map((_, order) => ({ order: `${order}`, reserved: order % 2 === 0 })));
});

test('what fails is tried again by itself, and a request waits for it', async () => {
  const tries: number[] = [];
  const reserve: Reserve = (_, count) => {
    tries.push(count);
    if (count < 3) throw new Error('not yet');
    return true;
  };
  const app = await open({ agents: [warehouse(reserve)] });
  expect(await app.request(ReserveStock, { order: 'o-1' }, { timeout: '1 minute' })).toMatchObject({ reserved: true });
  expect(tries).toEqual([1, 2, 3]);
});

test('what is refused for good is a dead letter that can be read, the request fails, and the application goes on', async () => {
  const app = await open({
    agents: [
      warehouse((order) => {
        if (order === 'bad') throw new PermanentError('the shelf is gone');
        return true;
      }),
    ],
  });
  await expect(app.request(ReserveStock, { order: 'bad' }, { timeout: '1 minute' })).rejects.toMatchObject({
    code: 'REQUEST_FAILED',
    message: expect.stringContaining('the shelf is gone') as string,
  });
  expect(await app.deadLetters()).toMatchObject([{ receiver: 'warehouse', error: { code: 'PERMANENT' } }]);
  expect(await app.request(ReserveStock, { order: 'good' }, { timeout: '1 minute' })).toMatchObject({ reserved: true });
});

test('a request that nobody answers times out by itself', async () => {
  const app = await open({ agents: [] });
  await expect(app.request(ReserveStock, { order: 'o-1' }, { timeout: '1 second' })).rejects.toMatchObject({
    code: 'REQUEST_TIMED_OUT',
  });
});

test('a request whose signal is aborted ends with the reason, and is taken back', async () => {
  const begun = barrier();
  const held = barrier();
  const app = await open({
    agents: [
      warehouse(async () => {
        begun.open();
        await held.passed;
        return true;
      }),
    ],
  });
  const abort = new AbortController();
  const asked = app.request(ReserveStock, { order: 'o-1' }, { timeout: '1 minute', signal: abort.signal });
  await begun.passed;
  abort.abort(new Error('no longer of interest'));
  await expect(asked).rejects.toThrow('no longer of interest');
  held.open();
  await app.settled();
  const [id = ''] = app.conversations();
  expect(app.conversation(id).messages({ name: 'RequestCancelled' })).toHaveLength(1);
});

test('what waits longer than it may be old is not handled any more', async () => {
  const seen: string[] = [];
  const held = barrier();
  const placed = async (order: string): Promise<void> => {
    seen.push(order);
    await held.passed;
  };
  const app = await open({ agents: [warehouse(() => true, placed)], concurrency: 1 });
  await app.publish(OrderPlaced, { order: 'first' });
  const { correlationId } = await app.publish(OrderPlaced, { order: 'late' }, { expires: '1 second' });
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  held.open();
  await app.settled();
  expect(seen).toEqual(['first']);
  expect(app.conversation(correlationId).account).toMatchObject({ expired: 1, completed: 0 });
});

test('handlers run side by side up to the bound, and the urgent lane goes first', async () => {
  const seen: string[] = [];
  const peak = { now: 0, most: 0 };
  const held = barrier();
  const three = barrier();
  const placed = async (order: string): Promise<void> => {
    seen.push(order);
    peak.most = Math.max(peak.most, ++peak.now);
    if (seen.length === 3) three.open();
    await held.passed;
    peak.now -= 1;
  };
  const app = await open({ agents: [warehouse(() => true, placed)], concurrency: { warehouse: 3 } });
  for (const order of ['1', '2', '3', '4', '5', '6']) await app.publish(OrderPlaced, { order });
  await three.passed;
  await app.publish(OrderPlaced, { order: 'urgent' }, { priority: 'critical' });
  held.open();
  await app.settled();
  expect(peak.most).toBe(3);
  expect(seen.slice(0, 3).toSorted()).toEqual(['1', '2', '3']);
  expect(seen[3]).toBe('urgent');
  expect(seen).toHaveLength(7);
});

test('who publishes in a loop does not hold up the handlers, and messages that follow each other without end no timer', async () => {
  let handled = 0;
  const placed = async (order: string): Promise<void> => {
    handled += 1;
    if (order === 'endless') await app.publish(OrderPlaced, { order }).catch(() => undefined);
  };
  const app = await open({ agents: [warehouse(() => true, placed)] });
  for (let order = 0; order < 50; order += 1) await app.publish(OrderPlaced, { order: `${order}` });
  expect(handled).toBeGreaterThan(0);
  await app.settled();
  expect(handled).toBe(50);
  await app.publish(OrderPlaced, { order: 'endless' });
  // A timer that never had its turn would end the test by its time.
  while (handled < 500) await new Promise((resolve) => setTimeout(resolve, 1));
  await app.stop();
});

test("an event of another system comes in by the application's ingress", async () => {
  const answered: string[] = [];
  const app = await open({ agents: [clerk(answered), warehouse(() => true)] });
  app.putEvent({ source: 'com.example.market', 'detail-type': 'Order', detail: {} });
  await app.settled();
  expect(answered).toHaveLength(1);
});

test('stop takes no more, lets handlings finish and tells who waits for them', async () => {
  const begun = barrier();
  const held = barrier();
  const seen: string[] = [];
  const reserve: Reserve = async (order) => {
    seen.push(order);
    begun.open();
    await held.passed;
    return true;
  };
  const app = await open({ agents: [warehouse(reserve)], concurrency: 1 });
  const first = app.request(ReserveStock, { order: 'first' }, { timeout: '1 minute' });
  const second = app.request(ReserveStock, { order: 'second' }, { timeout: '1 minute' });
  const lost = expect(second).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  await begun.passed;
  const stopping = app.stop();
  await expect(app.publish(OrderPlaced, { order: 'o-1' })).rejects.toMatchObject({ code: 'REFUSED' });
  await expect(app.cancel('r-1', 'too late')).rejects.toMatchObject({ code: 'REFUSED' });
  expect(() => app.putEvent({ source: 'com.example.market', 'detail-type': 'Order', detail: {} })).toThrow(
    /had been stopped/,
  );
  held.open();
  expect(await first).toMatchObject({ order: 'first', reserved: true });
  await lost;
  expect(await stopping).toEqual({ waiting: 1, givenUp: 0, workflows: 0, requests: 1 });
  expect(seen).toEqual(['first']);
  expect(app.stop()).toBe(stopping);
});

test('stop gives up what takes longer than its time, and says so', async () => {
  const log = keepingLog();
  const begun = barrier();
  const reserve: Reserve = () => {
    begun.open();
    return new Promise(() => undefined);
  };
  const app = await open({ agents: [warehouse(reserve)], log });
  void app.publish(ReserveStock, { order: 'o-1' });
  await begun.passed;
  const waiting = expect(app.settled()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  expect(await app.stop({ timeout: '50 milliseconds' })).toMatchObject({ waiting: 0, givenUp: 1 });
  await waiting;
  expect(log.lines.filter((line) => line.includes('lost'))).toHaveLength(1);
});

test('what stop gives up is stopped: the signal of its handler aborts', async () => {
  const begun = barrier();
  let given: AbortSignal | undefined;
  const slow = createAgent(shop, 'warehouse').handle({
    ReserveStock: (_message, { signal }) => {
      given = signal;
      begun.open();
      return new Promise(() => undefined);
    },
    OrderPlaced: () => undefined,
  });
  const app = await open({ agents: [slow] });
  void app.publish(ReserveStock, { order: 'o-1' });
  await begun.passed;
  expect(given?.aborted).toBe(false);
  await app.stop({ timeout: '50 milliseconds' });
  expect(given).toMatchObject({ aborted: true, reason: { code: 'UNAVAILABLE' } });
});

test('who waits for rest no longer than so hears what is in flight', async () => {
  const app = await open({ agents: [warehouse(() => new Promise(() => undefined))] });
  await app.publish(ReserveStock, { order: 'o-1' });
  await expect(app.settled({ timeout: '50 milliseconds' })).rejects.toThrow(/not at rest.*\n.*1 copies in lanes/);
});

test('it says once that nothing survives, before anything is handled', async () => {
  const log = keepingLog();
  const app = await open({ agents: [warehouse(() => true)], log });
  await app.request(ReserveStock, { order: 'o-1' }, { timeout: '1 minute' });
  const notices = log.lines.filter((line) => line.includes('nothing of it survives'));
  expect(notices).toEqual([log.lines[0]]);
  expect(notices[0]).toMatch(/^warn: 'fixture-shop' runs in this process/);
  expect(log.lines[1]).toBe('warn: not given, so that their messages wait in their lanes: clerk, scanner');
});

test('wrong input is refused with the agent it is about', async () => {
  const one = warehouse(() => true);
  const stranger = createAgent(smallest, 'reader').handle({ ShelfCounted: () => undefined });
  const refused = (options: InProcessOptions) => expect(startInProcess(shop, options)).rejects;
  await refused({ agents: [one, one] }).toThrow("'warehouse', is given a second time");
  await refused({ agents: [stranger] }).toMatchObject({
    code: 'UNKNOWN_AGENT',
    message: expect.stringContaining("'reader'") as string,
  });
  await refused({ agents: [{} as never] }).toMatchObject({ code: 'INVALID_OPTION' });
  await refused({ agents: [one], concurrency: 0 }).toThrow('concurrency is 0');
  await refused({ agents: [one], concurrency: { warehouse: 1.5 } }).toThrow("concurrency of 'warehouse' is 1.5");
  await refused({ agents: [one], concurrency: { warehose: 1 } }).toThrow(/'warehose'[^]*warehouse/);
  const app = await open({ agents: [one] });
  expect(() => app.client('web-shp' as 'web-shop')).toThrow(/'web-shp' is no client/);
  await expect(app.publish(OrderPlaced, { order: 1 as never })).rejects.toMatchObject({ code: 'SCHEMA' });
});
