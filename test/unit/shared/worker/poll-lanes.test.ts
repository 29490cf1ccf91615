import fc from 'fast-check';
import { setImmediate as turn } from 'node:timers/promises';
import type { ReceivedCopy } from '../../../../shared/agent/receive/services.js';
import type { AgentLane } from '../../../../shared/worker/agent-lanes.js';
import { pollLanes, type PolledLane } from '../../../../shared/worker/poll-lanes.js';
import { work } from '../../../../shared/worker/run-worker.js';
import { Slots } from '../../../../shared/worker/slots.js';

/** Lanes in memory whose handlers end when the test says so. */
class Lanes {
  readonly begun: string[] = [];
  readonly open = new Map<string, () => void>();
  readonly returned: string[] = [];
  readonly lanes: (PolledLane & { readonly waiting: string[]; wake: () => void })[];
  running = 0;
  most = 0;

  constructor(...names: string[]) {
    this.lanes = names.map((name) => this.#lane(name));
  }

  put(lane: number, ...copies: string[]): void {
    this.lanes[lane]?.waiting.push(...copies);
    this.lanes[lane]?.wake();
  }

  finish(copy: string): void {
    this.open.get(copy)?.();
    this.open.delete(copy);
  }

  #lane(name: string) {
    const waiting: string[] = [];
    let woken: () => void = () => undefined;
    return {
      name,
      waiting,
      wake: () => woken(),
      receive: async (most: number, patient: boolean, signal: AbortSignal) => {
        if (waiting.length === 0 && patient && !signal.aborted) {
          await new Promise<void>((resolve) => {
            woken = resolve;
            signal.addEventListener('abort', () => resolve(), { once: true });
          });
        }
        await turn();
        return waiting.splice(0, most).map((copy): ReceivedCopy => ({ copy, receipt: copy, body: '', receives: 1 }));
      },
      handle: async ({ copy }: ReceivedCopy) => {
        this.begun.push(copy);
        this.most = Math.max(this.most, ++this.running);
        await new Promise<void>((resolve) => this.open.set(copy, resolve));
        this.running -= 1;
      },
      giveBack: (copies: readonly ReceivedCopy[]) => {
        this.returned.push(...copies.map(({ copy }) => copy));
        waiting.unshift(...copies.map(({ copy }) => copy));
        return Promise.resolve();
      },
    };
  }
}

const rounds = async (count = 40): Promise<void> => {
  for (let at = 0; at < count; at += 1) await turn();
};

function start(lanes: readonly PolledLane[], concurrency: number) {
  const stopping = new AbortController();
  const failed: string[] = [];
  const slots = new Slots(concurrency);
  const ended = pollLanes(lanes, slots, stopping.signal, { failed: (lane) => failed.push(lane) });
  return {
    slots,
    failed,
    stop: async () => {
      stopping.abort();
      await ended;
    },
  };
}

test('one slow handler holds up nobody: the slots of those that end are used at once', async () => {
  const world = new Lanes('desk/normal');
  const worker = start(world.lanes, 2);
  world.put(0, 'slow', ...['1', '2', '3', '4', '5', '6']);
  for (const copy of ['1', '2', '3', '4', '5', '6']) {
    await rounds();
    world.finish(copy);
  }
  await rounds();
  expect(world.begun).toEqual(['slow', '1', '2', '3', '4', '5', '6']);
  expect([...world.open.keys()]).toEqual(['slow']);
  expect(world.most).toBe(2);
  await worker.stop();
});

test('a lane that has something gets every slot, however many other lanes are empty', async () => {
  const world = new Lanes('desk/critical', 'desk/high', 'desk/normal');
  const worker = start(world.lanes, 8);
  await rounds();
  world.put(2, ...Array.from({ length: 20 }, (_, at) => String(at)));
  await rounds();
  expect(world.running).toBe(8);
  await worker.stop();
});

test('slots that become free go to the most urgent lane that has something', async () => {
  const world = new Lanes('desk/critical', 'desk/normal');
  const worker = start(world.lanes, 2);
  world.put(1, 'n1', 'n2', 'n3', 'n4');
  await rounds();
  expect(world.begun).toEqual(['n1', 'n2']);
  world.put(0, 'c1', 'c2');
  await rounds();
  world.finish('n1');
  await rounds();
  world.finish('n2');
  await rounds();
  expect(world.begun).toEqual(['n1', 'n2', 'c1', 'c2']);
  await worker.stop();
});

test('what a waiting lane brings when no slot is left goes back, and is handled when one is', async () => {
  const world = new Lanes('desk/critical', 'desk/normal');
  const worker = start(world.lanes, 1);
  await rounds();
  world.put(1, 'n1');
  await rounds();
  expect(world.begun).toEqual(['n1']);
  world.put(0, 'c1');
  await rounds();
  expect({ begun: world.begun, returned: world.returned }).toEqual({ begun: ['n1'], returned: ['c1'] });
  world.finish('n1');
  await rounds();
  expect(world.begun).toEqual(['n1', 'c1']);
  await worker.stop();
});

test('a lane that cannot be read delays no other one, and is told', async () => {
  const world = new Lanes('desk/normal');
  const broken: PolledLane = {
    name: 'desk/critical',
    receive: () => Promise.reject(new Error('no such queue')),
    handle: () => Promise.resolve(),
    giveBack: () => Promise.resolve(),
  };
  const worker = start([broken, ...world.lanes], 2);
  world.put(0, 'n1', 'n2');
  await rounds();
  expect(world.begun).toEqual(['n1', 'n2']);
  expect(worker.failed).toEqual(['desk/critical']);
  await worker.stop();
});

test('nor while slots are scarce, when lanes are asked in their order', async () => {
  const world = new Lanes('desk/normal');
  const broken: PolledLane = {
    name: 'desk/critical',
    receive: () => Promise.reject(new Error('no such queue')),
    handle: () => Promise.resolve(),
    giveBack: () => Promise.resolve(),
  };
  const worker = start([broken, ...world.lanes], 1);
  world.put(0, 'n1', 'n2', 'n3');
  for (const copy of ['n1', 'n2', 'n3']) {
    await rounds();
    expect([...world.open.keys()]).toEqual([copy]);
    world.finish(copy);
  }
  await worker.stop();
});

test('whatever comes and ends in whatever order: never more than the slots, and everything once', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 5 }),
      fc.array(fc.oneof(fc.constantFrom('end', 'wait'), fc.integer({ min: 0, max: 2 })), { maxLength: 60 }),
      async (concurrency, actions) => {
        const world = new Lanes('a', 'b', 'c');
        const worker = start(world.lanes, concurrency);
        let sent = 0;
        const endOne = (): void => {
          const [oldest] = world.open.keys();
          if (oldest !== undefined) world.finish(oldest);
        };
        for (const action of actions) {
          if (typeof action === 'number') world.put(action, String(sent++));
          else if (action === 'end') endOne();
          else await rounds(3);
        }
        while (world.begun.length < sent || world.running > 0) {
          await rounds(3);
          endOne();
        }
        expect(world.most).toBeLessThanOrEqual(concurrency);
        expect(world.begun.map(Number).toSorted((a, b) => a - b)).toEqual(Array.from({ length: sent }, (_, at) => at));
        await worker.stop();
      },
    ),
    { numRuns: 60 },
  );
});

describe('the end of a worker', () => {
  function worker(drainMs: number) {
    const world = new Lanes('desk/normal');
    const running = new Set<ReceivedCopy>();
    const [lane] = world.lanes;
    if (lane === undefined) throw new Error('no lane');
    const handle = async (copy: ReceivedCopy) => {
      running.add(copy);
      await lane.handle(copy);
      running.delete(copy);
    };
    const agentLane: AgentLane = {
      ...lane,
      agent: 'desk',
      priority: 'normal',
      direct: false,
      always: false,
      running,
      handle,
    };
    return { world, worker: work([agentLane], { agents: ['desk'], concurrency: 2, drainMs, signal: undefined }) };
  }

  it('waits for what is handled, and begins nothing more', async () => {
    const { world, worker: desk } = worker(60_000);
    world.put(0, '1', '2', '3');
    await rounds();
    const stopped = desk.stop();
    await rounds();
    expect(desk.status()).toMatchObject({ state: 'draining', lanes: [{ agent: 'desk', running: 2 }] });
    world.finish('1');
    world.finish('2');
    await stopped;
    expect(world.begun).toEqual(['1', '2']);
    expect(world.returned).toEqual([]);
    expect(desk.status()).toMatchObject({ state: 'ended', concurrency: 2 });
  });

  it('gives back what takes longer than it waits', async () => {
    const { world, worker: desk } = worker(50);
    world.put(0, '1', '2');
    await rounds();
    world.finish('1');
    await rounds();
    await desk.stop();
    expect(world.returned).toEqual(['2']);
  });
});
