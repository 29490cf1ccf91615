import type { Log, Middleware } from '../../agent/context.js';
import type { BoundAgent } from '../../agent/create-agent.js';
import type { Stop } from '../../agent/receive/handling-run.js';
import { ProcessGuards } from '../../agent/receive/process-guards.js';
import { receiveBatch } from '../../agent/receive/receive-batch.js';
import type { Concurrency } from '../../agent/receive/services.js';
import { approvalLinks } from '../../domain/request/approval-link.js';
import type { Awaited } from '../../domain/request/awaited.js';
import { wholeSeconds } from '../../domain/base/duration.js';
import { LanewayError, summarizeError } from '../../domain/base/errors.js';
import type { Clock } from '../../domain/base/clock.js';
import type { CursorStore } from '../../domain/base/cursor-store.js';
import type { Origin } from '../../platform/dead-letters/dead-copy.js';
import type { QueuedCopy } from '../../platform/ingress/queued-copy.js';
import { routingRules } from '../../topology/rules.js';
import type { Topology } from '../../topology/topology.js';
import type { WorkflowDefinition } from '../../workflow/define/workflow-definition.js';
import { FaultPlan } from './faults.js';
import { MemoryDeadLetterBook } from '../memory/memory-dead-letter-book.js';
import { MemoryDeliveries } from '../memory/memory-deliveries.js';
import { MemoryIntents } from '../memory/memory-intents.js';
import { MemoryDeadLetterQueue, MemoryLaneReceipts, MemoryLanes } from '../memory/memory-lanes.js';
import { MemoryDeferredReplies } from '../memory/memory-deferred-replies.js';
import { MemoryLedger } from '../memory/memory-ledger.js';
import { MemoryLinkSigner } from '../memory/memory-link-signer.js';
import { MemoryPayloads } from '../memory/memory-payloads.js';
import { MemoryPending } from '../memory/memory-pending.js';
import { MemoryQueue, type ReceivedCopy } from '../memory/memory-queue.js';
import { MemorySagas } from '../memory/memory-sagas.js';
import { MemoryTimers } from '../memory/memory-timers.js';
import { MortalProcess } from './mortal-process.js';
import { PLATFORM_TIMEOUT_MS, PlatformFunctions } from './platform-functions.js';
import { lettersOf, portsOf, receiptsOf, type Ports } from './process-ports.js';
import { RoutingBus } from './routing-bus.js';
import { WorkflowExecutions, type TokenWatch } from './workflow-executions.js';

/** Receptions after which a queue moves a copy to its dead letter queue; as deployed. */
const MAX_RECEIVES = 100;
/** Seconds that a function has beyond its longest handler; as deployed. */
const MARGIN_SECONDS = 15;
/** A queue hides a copy for this many timeouts of its function; as deployed. */
const VISIBILITY_TIMEOUTS = 6;
const MOST_COPIES = 10;
const SILENT: Log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** Address that links of approvals begin with; nothing answers there but the harness itself. */
const LINK_BASE = 'https://approvals.invalid';

/** A queue and the function behind it. */
export interface Consumer {
  readonly name: string;
  readonly queue: MemoryQueue;
  /** Agent whose lane it is; absent for a function of the platform. */
  readonly agent?: string;
  /** Copies that the function takes at once. */
  readonly batchSize: number;
  /** Takes up to so many copies, which are hidden meanwhile. */
  readonly receive: (most: number) => readonly ReceivedCopy[];
  /** Handles what was received, each copy to its acknowledgement or return. */
  readonly handle: (copies: readonly ReceivedCopy[]) => Promise<void>;
  /** Receives a batch, and handles what it got. */
  readonly run: () => Promise<void>;
}

/** Parts that a world is made of. */
export interface WorldParts {
  readonly topology: Topology;
  readonly agents: readonly BoundAgent[];
  readonly workflows: readonly WorkflowDefinition[];
  readonly random: () => number;
  readonly approvalLinks?: boolean;
  readonly watch?: TokenWatch;
}

/** Surroundings of a world: its clock, its log, and the callback for its next due time. */
export interface WorldSurroundings<Time extends Clock> {
  readonly clock: Time;
  /** Log of the functions and handlers. @defaultValue silent */
  readonly log?: Log;
  /** For agents that handle several batches at a time. */
  readonly concurrency?: Concurrency;
  /** True for an experiment: with a fault plan, and every envelope in `bus.published`. @defaultValue true */
  readonly isExperiment?: boolean;
  /** Called with the time at which something in a workflow will be due: `executions.fire` is to be called by then. */
  readonly due?: (at: number) => void;
}

/** All stores, queues and functions of an application in memory, and who receives from what. Nothing runs by itself. */
export class MemoryWorld<Time extends Clock = Clock> {
  readonly clock: Time;
  readonly faults: FaultPlan;
  readonly payloads = new MemoryPayloads();
  readonly ledger = new MemoryLedger(this.payloads);
  readonly lanes: MemoryLanes;
  readonly bus: RoutingBus;
  readonly deliveries = new MemoryDeliveries(this.ledger);
  readonly intents = new MemoryIntents(this.ledger, this.payloads);
  readonly later = new MemoryDeferredReplies();
  readonly pending = new MemoryPending();
  readonly sagas = new MemorySagas();
  readonly ports: Ports;
  readonly timers: MemoryQueue;
  readonly executions: WorkflowExecutions;
  readonly consumers: readonly Consumer[];
  /** Workflow name -> name of the type that starts it. */
  readonly starts: Readonly<Record<string, string>>;
  readonly awaited: readonly Awaited[];
  readonly linkSigner = new MemoryLinkSigner();
  readonly #random: () => number;
  readonly #log: Log;
  readonly #concurrency: Concurrency | undefined;
  readonly #functions: PlatformFunctions;
  readonly #running = new Set<Stop>();
  /** Times that the drain has put a copy back, by the SQS message id that the copy got. */
  readonly #returns = new Map<string, number>();

  constructor(
    { topology, agents, workflows, random, watch, approvalLinks: hasLinks = false }: WorldParts,
    { clock, log = SILENT, concurrency, isExperiment = true, due }: WorldSurroundings<Time>,
  ) {
    const { model } = topology;
    this.#random = random;
    this.#log = log;
    this.#concurrency = concurrency;
    this.faults = new FaultPlan(random, isExperiment);
    this.clock = clock;
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
    this.bus = new RoutingBus(this.clock, rules, this.lanes, routed, this.faults, isExperiment);
    const cursors = new Map<string, number>();
    this.ports = {
      deliveries: this.deliveries,
      intents: this.intents,
      payloads: this.payloads,
      pending: this.pending,
      timers: new MemoryTimers(this.timers),
      later: this.later,
      ledger: this.ledger,
      cursors: cursorsIn(cursors),
      sagas: this.sagas,
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
      ...(due === undefined ? {} : { due }),
      ...(watch === undefined ? {} : { watch }),
    });
    this.#functions = new PlatformFunctions({
      ...{
        topology,
        clock: this.clock,
        log,
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
        const deadQueue = this.lanes.deadLetters(agent.id);
        return deadQueue ? [letters(deadQueue, { kind: 'mailbox', receiver: agent.id })] : [];
      }),
    ];
  }

  /** A process of a function or of a client. */
  process(who: string): MortalProcess {
    return new MortalProcess(who, this.faults);
  }

  /** Stops what handlers have begun and not ended: their signals abort, and their tries fail with `why`. */
  stopHandlings(why: LanewayError): void {
    for (const stop of this.#running) stop(why);
  }

  readonly #attach = (stop: Stop): (() => void) => {
    this.#running.add(stop);
    return () => void this.#running.delete(stop);
  };

  /** One run of the sweeper, and of supervision where there are workflows; what fails is left to the next. */
  async sweep(): Promise<void> {
    await leftToNext(this.#functions.sweep(this.process('sweeper')));
    if (Object.keys(this.starts).length > 0) await leftToNext(this.#functions.supervise(this.process('supervisor')));
  }

  #agent(bound: BoundAgent): Consumer[] {
    const { id, model, topology } = bound.agent;
    const timeout = (wholeSeconds(model.handlerTimeout) + MARGIN_SECONDS) * 1000;
    const guards = new ProcessGuards();
    const log = logOf(this.#log, id);
    const deadLetters = this.lanes.deadLetters(id);
    return [...this.lanes.lanes(id)].map(([priority, queue]) => {
      const profiles = model.subscribes.flatMap((channel) => topology.model.channels[channel]?.qos ?? []);
      const served = profiles.filter(({ priorities }) => priorities.includes(priority));
      const receipts = new MemoryLaneReceipts(queue);
      const letters = new MemoryDeadLetterQueue(deadLetters ?? queue, this.payloads);
      const handle = async (copies: readonly ReceivedCopy[]): Promise<void> => {
        const process = this.process(id);
        const ports = portsOf(process, this.ports);
        const { deliveries, bus, lanes, pending, timers, payloads, later } = ports;
        const end = this.clock.now() + timeout;
        const services = {
          ...{ clock: this.clock, random: this.#random, deliveries, payloads, later, guards, log },
          ...(this.#concurrency && { attach: this.#attach }),
          senders: { bus, lanes, pending, timers },
          deadLetters: lettersOf(process, letters),
        };
        const returned = await receiveBatch(withFaults(bound, process), services, {
          copies: copies.map(({ messageId, receipt, body, receiveCount }) => ({
            ...{ copy: messageId, receipt, body, receives: receiveCount },
          })),
          receipts: receiptsOf(process, receipts),
          remaining: () => end - this.clock.now(),
          concurrency: this.#concurrency,
        });
        if (!process.alive) return;
        for (const { messageId, receipt } of copies) if (!returned.includes(messageId)) queue.delete(receipt);
      };
      return withRun({
        ...{ name: `${id}/${priority}`, queue, agent: id, handle },
        batchSize: Math.min(MOST_COPIES, ...served.map(({ batchSize }) => batchSize)),
        receive: (most) => this.#receive(queue, most, timeout, deadLetters),
      });
    });
  }

  #platform(
    name: string,
    queue: MemoryQueue,
    deadLetters: MemoryQueue | undefined,
    handle: (copy: QueuedCopy, process: MortalProcess) => Promise<void>,
  ): Consumer {
    return withRun({
      ...{ name, queue, batchSize: MOST_COPIES },
      receive: (most) => this.#receive(queue, most, PLATFORM_TIMEOUT_MS, deadLetters),
      handle: async (copies) => {
        const process = this.process(name);
        await Promise.all(
          copies.map(async ({ messageId, receipt, body }) => {
            try {
              await handle({ copy: messageId, body }, process);
              if (process.alive) queue.delete(receipt);
            } catch (error) {
              // As with Lambda's partial batch response: it comes again when its visibility ends.
              this.#log.warn('a function of the platform failed; its message comes again', {
                ...{ function: name, error: summarizeError(error).message },
              });
            }
          }),
        );
      },
    });
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

function withRun(consumer: Omit<Consumer, 'run'>): Consumer {
  const run = async (): Promise<void> => {
    const copies = consumer.receive(consumer.batchSize);
    if (copies.length > 0) await consumer.handle(copies);
  };
  return { ...consumer, run };
}

/** Adds to each line the agent that it is about. A deployed function needs no such field: its name tells the agent. */
function logOf(log: Log, agent: string): Log {
  if (log === SILENT) return log;
  const line =
    (level: keyof Log): Log['info'] =>
    (message, fields) =>
      log[level](message, { agent, ...fields });
  return { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') };
}

function withFaults(bound: BoundAgent, process: MortalProcess): BoundAgent {
  if (!process.faults.isPossible) return bound;
  const { agent, deps } = bound;
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
