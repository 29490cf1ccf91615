import type { Log, Middleware } from '../agent/context.js';
import type { BoundAgent } from '../agent/create-agent.js';
import { ProcessGuards } from '../agent/receive/process-guards.js';
import { receiveBatch } from '../agent/receive/receive-batch.js';
import { approvalLinks } from '../domain/approval-link.js';
import type { Awaited } from '../domain/awaited.js';
import { wholeSeconds } from '../domain/duration.js';
import { LanewayError, summarizeError } from '../domain/errors.js';
import type { CursorStore } from '../domain/ports.js';
import type { Origin } from '../platform/buried.js';
import type { QueuedCopy } from '../platform/queued-copy.js';
import { routingRules } from '../topology/rules.js';
import type { Topology } from '../topology/topology.js';
import type { WorkflowDefinition } from '../workflow/define-workflow.js';
import { FaultPlan } from './faults.js';
import { ManualClock } from './manual-clock.js';
import { MemoryDeadLetterBook } from './memory-dead-letter-book.js';
import { MemoryDeliveries } from './memory-deliveries.js';
import { MemoryIntents } from './memory-intents.js';
import { MemoryDeadLetterQueue, MemoryLaneReceipts, MemoryLanes } from './memory-lanes.js';
import { MemoryLater } from './memory-later.js';
import { MemoryLedger } from './memory-ledger.js';
import { MemoryLinkSigner } from './memory-link-signer.js';
import { MemoryPayloads } from './memory-payloads.js';
import { MemoryPending } from './memory-pending.js';
import { MemoryQueue, type ReceivedCopy } from './memory-queue.js';
import { MemorySagas } from './memory-sagas.js';
import { MemoryTimers } from './memory-timers.js';
import { MortalProcess } from './mortal-process.js';
import { PLATFORM_TIMEOUT_MS, PlatformFunctions } from './platform-functions.js';
import { lettersOf, portsOf, receiptsOf, type Ports } from './process-ports.js';
import { RoutingBus } from './routing-bus.js';
import { WorkflowExecutions, type TokenWatch } from './workflow-executions.js';

/** Receptions after which a queue moves a copy to its dead letter queue; as deployed. */
const MAX_RECEIVES = 100;
/** What a function has beyond its longest handler, seconds; as deployed. */
const MARGIN_SECONDS = 15;
/** A queue hides a copy for this many timeouts of its function; as deployed. */
const VISIBILITY_TIMEOUTS = 6;
const MOST_COPIES = 10;
const SILENT: Log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** Where links of approvals lead; nothing answers there but the harness itself. */
const LINK_BASE = 'https://approvals.invalid';

/** A queue and the function behind it. */
export interface Consumer {
  readonly name: string;
  readonly queue: MemoryQueue;
  /** Receives once, and handles what it got. */
  readonly run: () => Promise<void>;
}

/** What a world is made of. */
export interface WorldParts {
  readonly topology: Topology;
  readonly agents: readonly BoundAgent[];
  readonly workflows: readonly WorkflowDefinition[];
  readonly random: () => number;
  readonly start?: number;
  readonly approvalLinks?: boolean;
  readonly watch?: TokenWatch;
}

/** All stores, queues and functions of an application in memory, and who receives from what. */
export class HarnessWorld {
  readonly clock: ManualClock;
  readonly faults: FaultPlan;
  readonly payloads = new MemoryPayloads();
  readonly ledger = new MemoryLedger(this.payloads);
  readonly lanes: MemoryLanes;
  readonly bus: RoutingBus;
  readonly ports: Ports;
  readonly timers: MemoryQueue;
  readonly executions: WorkflowExecutions;
  readonly consumers: readonly Consumer[];
  /** Workflow name -> name of the type that starts it. */
  readonly starts: Readonly<Record<string, string>>;
  readonly awaited: readonly Awaited[];
  readonly linkSigner = new MemoryLinkSigner();
  readonly #random: () => number;
  readonly #functions: PlatformFunctions;
  /** How often the drain put a copy back, by SQS message id. */
  readonly #returns = new Map<string, number>();

  constructor({ topology, agents, workflows, random, start, watch, approvalLinks: hasLinks = false }: WorldParts) {
    const { model } = topology;
    this.#random = random;
    this.faults = new FaultPlan(random);
    this.clock = new ManualClock(start);
    const queue = (): MemoryQueue => new MemoryQueue(this.clock);
    const routed = { replies: queue(), starts: queue(), ingress: queue(), unroutable: queue() };
    const [statusEvents, platformLetters] = [queue(), queue()];
    this.timers = queue();
    this.starts = Object.fromEntries(workflows.map(({ name, startedBy }) => [name, startedBy.name]));
    const laneNames = Object.fromEntries(Object.values(model.agents).map(({ id, lanes }) => [id, lanes]));
    this.lanes = new MemoryLanes(this.clock, laneNames);
    this.awaited = workflows.flatMap(({ awaits }) => awaits);
    const types = this.awaited.map(({ type }) => type);
    const rules = routingRules(model, Object.values(this.starts), types);
    this.bus = new RoutingBus(this.clock, rules, this.lanes, routed, this.faults);
    const cursors = new Map<string, number>();
    this.ports = {
      deliveries: new MemoryDeliveries(this.ledger),
      intents: new MemoryIntents(this.ledger, this.payloads),
      payloads: this.payloads,
      pending: new MemoryPending(),
      timers: new MemoryTimers(this.timers),
      later: new MemoryLater(),
      ledger: this.ledger,
      cursors: cursorsIn(cursors),
      sagas: new MemorySagas(),
      bus: this.bus,
      lanes: this.lanes,
    };
    this.executions = new WorkflowExecutions(workflows, {
      clock: this.clock,
      random,
      dispatch: async (payload) => {
        const waits = typeof payload === 'object' && payload !== null && 'token' in payload;
        if (waits && this.faults.losesDispatch()) return undefined;
        return this.#functions.dispatch(payload, this.process('dispatcher'));
      },
      ended: (event) => void statusEvents.send(event),
      ...(watch === undefined ? {} : { watch }),
    });
    this.#functions = new PlatformFunctions({
      ...{
        topology,
        clock: this.clock,
        log: SILENT,
        ports: this.ports,
        executions: this.executions,
        starts: this.starts,
        awaited: this.awaited,
        book: new MemoryDeadLetterBook(this.ledger),
        approvalLinks: hasLinks ? approvalLinks(LINK_BASE, topology.name, this.linkSigner) : undefined,
      },
      deadLetters: new MemoryDeadLetterQueue(platformLetters, this.payloads),
      returned: (copy) => this.#returns.get(copy) ?? 0,
      returns: {
        put: async ({ receiver, lane, body, returns }) => {
          const copy = this.lanes.queue(receiver, lane)?.send(body);
          if (copy === undefined) throw new LanewayError('UNKNOWN_RECEIVER', `'${receiver}' has no lane`);
          this.#returns.set(copy, returns);
          return Promise.resolve();
        },
      },
    });
    const fn = this.#functions;
    const letters = (from: MemoryQueue, origin: Origin) =>
      this.#platform('dead-letters', from, undefined, (copy, process) => fn.deadLetters(copy, process, origin));
    this.consumers = [
      ...agents.flatMap((bound) => this.#agent(bound)),
      this.#platform('replies', routed.replies, platformLetters, (...given) => fn.replies(...given)),
      this.#platform('starter', routed.starts, platformLetters, (...given) => fn.starter(...given)),
      this.#platform('ingress', routed.ingress, platformLetters, (...given) => fn.ingress(...given)),
      this.#platform('workflow-events', statusEvents, platformLetters, (...given) => fn.workflowEvents(...given)),
      this.#platform('deadlines', this.timers, platformLetters, (...given) => fn.deadlines(...given)),
      letters(routed.unroutable, { kind: 'unroutable' }),
      letters(platformLetters, { kind: 'platform' }),
      ...agents.flatMap(({ agent }) => {
        const buried = this.lanes.deadLetters(agent.id);
        return buried ? [letters(buried, { kind: 'mailbox', receiver: agent.id })] : [];
      }),
    ];
  }

  /** A process of a function or of a client. */
  process(who: string): MortalProcess {
    return new MortalProcess(who, this.faults);
  }

  /** One run of the sweeper, and of supervision where there are workflows; what fails is left to the next. */
  async sweep(): Promise<void> {
    await leftToNext(this.#functions.sweep(this.process('sweeper')));
    if (Object.keys(this.starts).length > 0) await leftToNext(this.#functions.supervise(this.process('supervisor')));
  }

  #agent(bound: BoundAgent): Consumer[] {
    const { id, model, topology } = bound.agent;
    const timeout = (wholeSeconds(model.handlerTimeout) + MARGIN_SECONDS) * 1000;
    const guards = new ProcessGuards();
    return [...this.lanes.lanes(id)].map(([priority, queue]) => {
      const profiles = model.subscribes.flatMap((channel) => topology.model.channels[channel]?.qos ?? []);
      const served = profiles.filter(({ priorities }) => priorities.includes(priority));
      const most = Math.min(MOST_COPIES, ...served.map(({ batchSize }) => batchSize));
      const run = async (): Promise<void> => {
        const copies = this.#receive(queue, most, timeout, this.lanes.deadLetters(id));
        if (copies.length === 0) return;
        const process = this.process(id);
        const ports = portsOf(process, this.ports);
        const { deliveries, bus, lanes, pending, timers, payloads, later } = ports;
        const end = this.clock.now() + timeout;
        const letters = this.lanes.deadLetters(id) ?? queue;
        const services = {
          ...{ clock: this.clock, random: this.#random, deliveries, payloads, later, guards, log: SILENT },
          senders: { bus, lanes, pending, timers },
          deadLetters: lettersOf(process, new MemoryDeadLetterQueue(letters, this.payloads)),
        };
        const returned = await receiveBatch(withFaults(bound, process), services, {
          copies: copies.map(({ messageId, receipt, body, receiveCount }) => ({
            ...{ copy: messageId, receipt, body, receives: receiveCount },
          })),
          receipts: receiptsOf(process, new MemoryLaneReceipts(queue)),
          remaining: () => end - this.clock.now(),
        });
        if (!process.alive) return;
        for (const { messageId, receipt } of copies) if (!returned.includes(messageId)) queue.delete(receipt);
      };
      return { name: `${id}/${priority}`, queue, run };
    });
  }

  #platform(
    name: string,
    queue: MemoryQueue,
    deadLetters: MemoryQueue | undefined,
    handle: (copy: QueuedCopy, process: MortalProcess) => Promise<void>,
  ): Consumer {
    const run = async (): Promise<void> => {
      const copies = this.#receive(queue, MOST_COPIES, PLATFORM_TIMEOUT_MS, deadLetters);
      const process = this.process(name);
      await Promise.all(
        copies.map(async ({ messageId, receipt, body }) => {
          try {
            await handle({ copy: messageId, body }, process);
            if (process.alive) queue.delete(receipt);
          } catch {
            // As with Lambda's partial batch response: it comes again when its visibility ends.
          }
        }),
      );
    };
    return { name, queue, run };
  }

  #receive(queue: MemoryQueue, most: number, timeout: number, deadLetters: MemoryQueue | undefined): ReceivedCopy[] {
    const received = queue.receive(most, (VISIBILITY_TIMEOUTS * timeout) / 1000);
    const worn = received.filter(({ receiveCount }) => deadLetters !== undefined && receiveCount > MAX_RECEIVES);
    for (const { body, messageId, receipt } of worn) {
      deadLetters?.send(body, 0, messageId);
      queue.delete(receipt);
    }
    return received.filter((copy) => !worn.includes(copy));
  }
}

function withFaults({ agent, deps }: BoundAgent, process: MortalProcess): BoundAgent {
  const faulty: Middleware<never> = async (_message, _context, next) => {
    process.pass('before-handler');
    const result = await next();
    process.pass('after-handler');
    return result;
  };
  return { agent: { ...agent, middleware: [faulty, ...agent.middleware] }, deps };
}

async function leftToNext(run: Promise<void>): Promise<void> {
  try {
    await run;
  } catch (error) {
    if (!summarizeError(error).retryable) throw error;
  }
}

function cursorsIn(values: Map<string, number>): CursorStore {
  return {
    get: (name) => Promise.resolve(values.get(name)),
    put: async (name, value) => {
      values.set(name, value);
      return Promise.resolve();
    },
  };
}
