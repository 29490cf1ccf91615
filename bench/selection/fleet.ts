import { orderOf } from '../../shared/domain/selection/selection.js';
import { DueHeap } from '../../shared/testing/memory/due/due-heap.js';
import { ManualClock } from '../../shared/testing/memory/manual-clock.js';
import { MemoryDeliveries } from '../../shared/testing/memory/memory-deliveries.js';
import { MemoryLanes } from '../../shared/testing/memory/memory-lanes.js';
import { MemoryLedger } from '../../shared/testing/memory/memory-ledger.js';
import { MemoryPayloads } from '../../shared/testing/memory/memory-payloads.js';
import { seededRandom } from '../../shared/testing/memory/seeded-random.js';
import { MemoryStandings } from '../../shared/testing/memory/standings/memory-standings.js';
import type { Strategy } from './strategies.js';

/** An agent of the fleet. */
export interface Server {
  readonly agent: string;
  /** Times the size of a task that it takes over it. */
  readonly slowness: number;
  /** Share of its tries that fail, each after a tenth of the time. @defaultValue 0 */
  readonly fails?: number;
}

/** Work that comes to the fleet. */
export interface Work {
  readonly tasks: number;
  /** Tasks a second. */
  readonly rate: number;
  /** Processes that publish, each with standings of its own. */
  readonly publishers: number;
  readonly seed: number;
}

/** Ends of the work; times are simulated milliseconds. */
export interface Served {
  /** From publishing to the end, of each task that was done. */
  readonly latencies: readonly number[];
  /** Tasks that no agent could do. */
  readonly lost: number;
  /** Tasks by the agent that was chosen for them first. */
  readonly chosen: Readonly<Record<string, number>>;
}

/** Tasks that an agent does at a time. */
const SLOTS = 4;
/** Tries of a task at one agent, and the seconds between two; then the next agent of the ladder is asked. */
const [TRIES, BACKOFF_SECONDS] = [3, 1];
/** Log-normal sizes of tasks: mean 2 seconds, of which one in a hundred is above 16. */
const [SIGMA, MEAN_MS] = [1.2, 2_000];

interface Task {
  readonly begun: number;
  readonly size: number;
  /** Agents that are asked, in this order. */
  readonly order: readonly string[];
  asked: number;
}

/**
 * Runs work through a fleet, over the chooser of the product and the lanes, standings and clock of the harness. The agents
 * are simulated: each has its slots, takes copies out of its lane, and fails as it is told to.
 */
export async function serve(fleet: readonly Server[], strategy: Strategy, work: Work): Promise<Served> {
  return new Fleet(fleet, strategy, work).run();
}

class Fleet {
  readonly #clock = new ManualClock();
  readonly #events = new DueHeap<() => Promise<void> | void>();
  readonly #tasks = new Map<string, Task>();
  readonly #free = new Map<string, number>();
  readonly #lanes: MemoryLanes;
  readonly #deliveries = new MemoryDeliveries(new MemoryLedger(new MemoryPayloads()));
  readonly #latencies: number[] = [];
  readonly #chosen: Record<string, number> = {};
  #order = 0;
  #lost = 0;

  constructor(
    private readonly servers: readonly Server[],
    private readonly strategy: Strategy,
    private readonly work: Work,
  ) {
    this.#lanes = new MemoryLanes(this.#clock, Object.fromEntries(servers.map(({ agent }) => [agent, ['normal']])));
    for (const { agent } of servers) this.#free.set(agent, SLOTS);
  }

  async run(): Promise<Served> {
    const { tasks, rate, publishers, seed } = this.work;
    // Each has chances of its own, so that all strategies get the same tasks at the same times.
    const [arrivals, sizes, failures] = [seededRandom(seed), seededRandom(seed + 1), seededRandom(seed + 2)];
    const { clock, lanes, deliveries } = { clock: this.#clock, lanes: this.#lanes, deliveries: this.#deliveries };
    const standings = new MemoryStandings({ clock, lanes, deliveries, quarantines: { holds: () => false } });
    const choosers = Array.from({ length: publishers }, () => this.strategy.chooser(standings, clock));
    const open = {
      ...{ channel: 'tasks', ...this.strategy.selection },
      candidates: this.servers.map(({ agent }) => ({ agent, capabilities: {} })),
    };
    let at = clock.now();
    for (let index = 0; index < tasks; index++) {
      at += (-Math.log(1 - arrivals()) / rate) * 1_000;
      const size = lognormal(sizes);
      this.#at(at, async () => {
        const id = `task-${index}`;
        const { agent = '', choice } = (await choosers[index % publishers]?.choose(open, id)) ?? { choice: undefined };
        this.#chosen[agent] = (this.#chosen[agent] ?? 0) + 1;
        const order = choice ? orderOf(agent, choice) : [agent];
        this.#tasks.set(id, { begun: clock.now(), size, order, asked: 0 });
        this.#send(id, agent, failures);
      });
    }
    for (let next = this.#events.next; next !== undefined; next = this.#events.next) {
      clock.advanceTo(next);
      await this.#events.takeUntil(next)?.();
    }
    return { latencies: this.#latencies, lost: this.#lost, chosen: this.#chosen };
  }

  #at(time: number, run: () => Promise<void> | void): void {
    this.#events.set(run, time, this.#order++);
  }

  #send(id: string, agent: string, failures: () => number): void {
    this.#lanes.queue(agent, 'normal')?.send(id);
    this.#take(agent, failures);
  }

  /** Has an agent take what it has a slot for. */
  #take(agent: string, failures: () => number): void {
    const server = this.servers.find((one) => one.agent === agent);
    const queue = this.#lanes.queue(agent, 'normal');
    if (!server || !queue) return;
    for (let free = this.#free.get(agent) ?? 0; free > 0; free--) {
      const [copy] = queue.receive(1, 86_400);
      const task = copy && this.#tasks.get(copy.body);
      if (!copy || !task) return;
      this.#free.set(agent, free - 1);
      const fails = failures() < (server.fails ?? 0);
      const takes = task.size * server.slowness * (fails ? 0.1 : 1);
      this.#at(this.#clock.now() + takes, () => {
        this.#free.set(agent, (this.#free.get(agent) ?? 0) + 1);
        this.#deliveries.tried(agent, !fails);
        if (!fails) {
          queue.delete(copy.receipt);
          this.#latencies.push(this.#clock.now() - task.begun);
        } else if (copy.receiveCount < TRIES) {
          queue.setVisibility(copy.receipt, BACKOFF_SECONDS);
          this.#at(this.#clock.now() + BACKOFF_SECONDS * 1_000, () => this.#take(agent, failures));
        } else {
          queue.delete(copy.receipt);
          this.#askNext(copy.body, task, failures);
        }
        this.#take(agent, failures);
      });
    }
  }

  #askNext(id: string, task: Task, failures: () => number): void {
    const next = task.order[++task.asked];
    if (next === undefined) this.#lost++;
    else this.#send(id, next, failures);
  }
}

function lognormal(random: () => number): number {
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return MEAN_MS * Math.exp(SIGMA * normal - SIGMA ** 2 / 2);
}
