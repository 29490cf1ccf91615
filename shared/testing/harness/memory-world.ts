import { defined } from '../../domain/base/defined.js';
import type { Log } from '../../agent/context.js';
import type { BoundAgent } from '../../agent/create-agent.js';
import type { Stop } from '../../agent/receive/stopped-handling.js';
import { ProcessGuards } from '../../agent/receive/process-guards.js';
import { receiveBatch } from '../../agent/receive/receive-batch.js';
import type { Concurrency } from '../../agent/receive/services.js';
import type { Awaited } from '../../domain/request/awaited.js';
import { wholeSeconds } from '../../domain/base/duration.js';
import { summarizeError, type LanewayError } from '../../domain/base/errors.js';
import type { Clock } from '../../domain/base/clock.js';
import type { Origin } from '../../platform/dead-letters/dead-copy.js';
import type { QueuedCopy } from '../../platform/ingress/queued-copy.js';
import { returnDelay } from '../../platform/ingress/return-delay.js';
import { isEmergencyLane } from '../../topology/emergency/emergency-channel.js';
import { isDirectLane, laneKeysOf } from '../../topology/mailbox-names.js';
import { routingRules } from '../../topology/rules.js';
import type { Topology } from '../../topology/topology.js';
import type { WorkflowDefinition } from '../../workflow/define/workflow-definition.js';
import { AS_DEPLOYED, leftToNext, returnsInto, withRun, type Consumer } from './consumer.js';
import { batchSizeOf, logOf, SILENT, withFaults } from './bound-agents.js';
import { FaultPlan } from './fault-plan.js';
import { MemoryBreakers } from '../memory/breakers/memory-breakers.js';
import { MemoryCursors } from '../memory/memory-cursors.js';
import { MemoryDeadLetterBook } from '../memory/memory-dead-letter-book.js';
import { MemoryDeliveries } from '../memory/memory-deliveries.js';
import { MemoryEmergencies } from '../memory/emergency/memory-emergencies.js';
import { MemoryIntents } from '../memory/memory-intents.js';
import { MemoryDeadLetterQueue, MemoryLaneReceipts, MemoryLanes } from '../memory/memory-lanes.js';
import { MemoryDeferredReplies } from '../memory/memory-deferred-replies.js';
import { MemoryLedger } from '../memory/memory-ledger.js';
import { LINK_BASE, MemoryLinkSigner } from '../memory/memory-link-signer.js';
import { MemoryOpenExecutions } from '../memory/memory-workflows.js';
import { MemoryPayloads } from '../memory/memory-payloads.js';
import { MemoryPauses } from '../memory/pauses/memory-pauses.js';
import { MemoryPending } from '../memory/memory-pending.js';
import { MemoryQuarantines } from '../memory/memory-quarantines.js';
import { MemoryQueue, type QueueCopy } from '../memory/memory-queue.js';
import { MemoryRates } from '../memory/rates/memory-rates.js';
import { MemorySagas } from '../memory/memory-sagas.js';
import { memoryChoices } from '../memory/standings/memory-standings.js';
import { MemoryTimers } from '../memory/memory-timers.js';
import { Instances } from './instances/instances.js';
import { MortalProcess, type ProcessOwner } from './mortal-process.js';
import { PLATFORM_TIMEOUT_MS, PlatformFunctions } from './platform-functions.js';
import { deadLettersOf, portsOf, processReceipts, type WorldPorts } from './process-ports.js';
import { RoutingBus } from './routing-bus.js';
import { SlowWork } from './slow-work.js';
import { WorkflowExecutions, type TokenWatch } from './workflow-executions.js';

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
  readonly deferredReplies = new MemoryDeferredReplies();
  readonly breakers: MemoryBreakers;
  readonly pending = new MemoryPending(this.ledger.unreadable);
  readonly sagas = new MemorySagas();
  readonly openExecutions = new MemoryOpenExecutions((name) => this.executions.hasEnded(name));
  readonly quarantines = new MemoryQuarantines();
  readonly emergencies = new MemoryEmergencies();
  readonly pauses = new MemoryPauses();
  readonly rates = new MemoryRates();
  readonly instances: Instances;
  readonly slow = new SlowWork();
  readonly ports: WorldPorts;
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
  /** Kinds of the lanes from which copies went to a dead letter queue by themselves, by SQS message id. */
  readonly #moved = new Map<string, 'bus' | 'direct'>();

  constructor(
    { topology, agents, workflows, random, watch, approvalLinks: hasLinks = false }: WorldParts,
    { clock, log = SILENT, concurrency, isExperiment = true, due }: WorldSurroundings<Time>,
  ) {
    const { model } = topology;
    this.#random = random;
    this.#log = log;
    this.#concurrency = concurrency;
    this.clock = clock;
    const purge = (who: string): number | undefined => this.#purge(who);
    this.faults = new FaultPlan({ clock, random, purge, isPossible: isExperiment });
    const retained = (ms: () => number) => (isExperiment ? () => this.faults.retainMs ?? ms() : undefined);
    const queue = (ms = AS_DEPLOYED.laneRetentionMs): MemoryQueue =>
      new MemoryQueue(
        this.clock,
        retained(() => ms),
      );
    // Queues of who is or was in quarantine keep what they have for longer.
    const keeping = (party: string): MemoryQueue => {
      const isKept = () => this.quarantines.knows(party);
      return new MemoryQueue(
        this.clock,
        retained(() => (isKept() ? AS_DEPLOYED.letterRetentionMs : AS_DEPLOYED.laneRetentionMs)),
      );
    };
    const events = queue(AS_DEPLOYED.letterRetentionMs);
    const routed = {
      replies: queue(),
      starts: queue(),
      ingress: events,
      unroutable: queue(AS_DEPLOYED.letterRetentionMs),
    };
    const [statusEvents, stream, platformDeadLetters] = [queue(), queue(), queue(AS_DEPLOYED.letterRetentionMs)];
    this.breakers = new MemoryBreakers((...change) => void stream.send(JSON.stringify(change)));
    this.timers = queue();
    this.starts = Object.fromEntries(workflows.map(({ name, startedBy }) => [name, startedBy.name]));
    const laneNames = Object.fromEntries(Object.keys(model.agents).map((id) => [id, laneKeysOf(model, id)]));
    this.lanes = new MemoryLanes(
      this.clock,
      laneNames,
      (agent) => keeping(`agent.${agent}`),
      () => queue(AS_DEPLOYED.letterRetentionMs),
    );
    this.instances = new Instances({
      ...{ clock, topology, agents, lanes: this.lanes },
      isHeld: (agent) => this.quarantines.holds(`agent.${agent}`),
      registryOf: (agent, host) =>
        portsOf(this.process(agent, undefined, { party: `agent.${agent}`, host }), this.ports).registry,
    });
    this.awaited = workflows.flatMap(({ awaits }) => awaits);
    const types = this.awaited.map(({ type }) => type);
    const rules = routingRules(model, Object.values(this.starts), types);
    this.bus = new RoutingBus(this.clock, rules, this.lanes, routed, this.faults, isExperiment);
    this.executions = new WorkflowExecutions(workflows, {
      clock: this.clock,
      random,
      dispatch: async (payload) => {
        const waits = typeof payload === 'object' && payload !== null && 'token' in payload;
        if (waits && this.faults.losesDispatch()) return undefined;
        return this.#functions.dispatch(payload, this.process('dispatcher', PLATFORM_TIMEOUT_MS));
      },
      ended: (event, execution) => {
        this.openExecutions.end(execution);
        this.#tellStatus(event, statusEvents);
      },
      ...defined({ due, watch }),
    });
    const { executions } = this;
    this.ports = {
      clock: this.clock,
      deliveries: this.deliveries,
      intents: this.intents,
      payloads: this.payloads,
      pending: this.pending,
      approvals: this.pending,
      timers: new MemoryTimers(this.timers),
      ...{ deferredReplies: this.deferredReplies, breakers: this.breakers, pauses: this.pauses, rates: this.rates },
      ledger: this.ledger,
      book: new MemoryDeadLetterBook(this.ledger),
      cursors: new MemoryCursors(),
      ...{ registry: this.instances.registry, agentFunctions: this.instances },
      ...{ quarantines: this.quarantines, heldTimes: this.quarantines, emergencies: this.emergencies },
      ...{ sagas: this.sagas, openExecutions: this.openExecutions },
      ...{ bus: this.bus, lanes: this.lanes, choices: memoryChoices(model, this) },
      returns: returnsInto(this.lanes, this.#returns),
      deadLetters: new MemoryDeadLetterQueue(platformDeadLetters, this.payloads),
      ...{ starter: executions, resumer: executions, executions, executionFacts: executions },
      linkSigner: this.linkSigner,
      unreadable: this.ledger.unreadable,
    };
    this.#functions = new PlatformFunctions({
      ...{ topology, log, random, ports: this.ports, starts: this.starts, awaited: this.awaited },
      linkBase: hasLinks ? LINK_BASE : undefined,
      returned: (copy) => this.#returns.get(copy) ?? 0,
      moved: (copy) => this.#moved.get(copy),
    });
    const fn = this.#functions;
    const letters = (from: MemoryQueue, origin: Origin) =>
      this.#platform('dead-letters', from, undefined, (copy, process) => fn.deadLetters(copy, process, origin));
    this.consumers = [
      ...agents.flatMap((bound) => this.#agent(bound)),
      this.#platform('replies', routed.replies, platformDeadLetters, (...given) => fn.replies(...given)),
      this.#platform('starter', routed.starts, platformDeadLetters, (...given) => fn.starter(...given)),
      this.#platform('ingress', routed.ingress, platformDeadLetters, (...given) => fn.ingress(...given)),
      this.#platform('workflow-events', statusEvents, platformDeadLetters, (...given) => fn.workflowEvents(...given)),
      this.#platform('ledger-stream', stream, platformDeadLetters, (...given) => fn.ledgerStream(...given)),
      this.#platform('deadlines', this.timers, platformDeadLetters, (...given) => fn.deadlines(...given)),
      letters(routed.unroutable, { kind: 'unroutable' }),
      letters(platformDeadLetters, { kind: 'platform' }),
      ...agents.flatMap(({ agent }) => {
        const deadQueue = this.lanes.deadLetters(agent.id);
        return deadQueue ? [letters(deadQueue, { kind: 'mailbox', receiver: agent.id })] : [];
      }),
    ];
  }

  /**
   * A process of a function or of a client.
   * @param timeout milliseconds after which a function is ended
   */
  process(who: string, timeout = Infinity, owner: ProcessOwner = {}): MortalProcess {
    const { clock, faults, slow, quarantines } = this;
    const confines = (one: string) => quarantines.holds(one);
    return new MortalProcess(who, { clock, faults, slow, confines }, clock.now() + timeout, owner);
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
    await this.#scheduled('sweeper', (process) => this.#functions.sweep(process));
    if (Object.keys(this.starts).length > 0)
      await this.#scheduled('supervisor', (process) => this.#functions.supervise(process));
  }

  /** One look at all agents; what fails is left to the next. */
  watch(): Promise<void> {
    return this.#scheduled('registry', (process) => this.#functions.watch(process));
  }

  #scheduled(who: string, work: (process: MortalProcess) => Promise<void>): Promise<void> {
    return this.#followed(who, PLATFORM_TIMEOUT_MS, (process) => leftToNext(work(process)));
  }

  /** A status event of an execution, which EventBridge brings at best effort. */
  #tellStatus(event: string, queue: MemoryQueue): void {
    const about = { type: 'Step Functions Execution Status Change', data: undefined };
    for (const delay of this.faults.copiesOf(about, 'workflow-events')) queue.send(event, delay);
  }

  #purge(who: string): number | undefined {
    const lanes = [...this.lanes.lanes(who)].map(([, lane]) => lane);
    const consumed = this.consumers.filter(({ name, agent }) => name === who || agent === who);
    const queues = new Set([...lanes, ...consumed.map(({ queue }) => queue)]);
    if (queues.size === 0) return undefined;
    return [...queues].reduce((sum, queue) => sum + queue.purge(), 0);
  }

  #agent(bound: BoundAgent): Consumer[] {
    const { id, model } = bound.agent;
    const timeout = (wholeSeconds(model.handlerTimeout) + AS_DEPLOYED.marginSeconds) * 1000;
    let guards = new ProcessGuards();
    const log = logOf(this.#log, id);
    const deadLetters = this.lanes.deadLetters(id);
    return [...this.lanes.lanes(id)].map(([key, queue]) => {
      const direct = isDirectLane(key);
      const always = isEmergencyLane(bound.agent.topology.model, key);
      const isHeld = () => this.quarantines.holds(`agent.${id}`) || !this.instances.takes(id, always);
      const handle = async (copies: readonly QueueCopy[], process: MortalProcess): Promise<void> => {
        const ports = portsOf(process, this.ports);
        const end = this.clock.now() + timeout;
        const services = {
          ...{ ...ports, senders: ports, random: this.#random, guards, log },
          ...(this.#concurrency && { attach: this.#attach }),
          deadLetters: deadLettersOf(process, new MemoryDeadLetterQueue(deadLetters ?? queue, this.payloads)),
          tried: (isGood: boolean) => this.instances.tried(id, process.host, isGood),
        };
        const returned = await receiveBatch(withFaults(bound, process), services, {
          copies: copies.map(({ messageId, receipt, body, receiveCount }) => ({
            ...{ copy: messageId, receipt, body, receives: receiveCount },
          })),
          lane: key,
          receipts: processReceipts(process, new MemoryLaneReceipts(queue)),
          remaining: () => end - this.clock.now(),
          concurrency: this.#concurrency,
        });
        if (!process.alive) return;
        for (const { messageId, receipt } of copies) if (!returned.includes(messageId)) queue.delete(receipt);
      };
      // The memory of a process ends with it.
      const mortal = (copies: readonly QueueCopy[], process: MortalProcess) =>
        handle(copies, process).finally(() => process.alive || (guards = new ProcessGuards()));
      return withRun({
        ...{ name: `${id}/${key}`, queue, agent: id },
        handle: (copies) =>
          this.instances.run({ agent: id, tasks: copies.length, always }, (host) =>
            this.#followed(id, timeout, (process) => mortal(copies, process), {
              party: `agent.${id}`,
              ...defined({ host }),
            }),
          ),
        batchSize: Math.min(AS_DEPLOYED.mostCopies, batchSizeOf(bound, key)),
        isHeld,
        receive: (most) => {
          const room = isHeld() ? 0 : Math.min(most, this.instances.room(id, always));
          return room === 0 ? [] : this.#receive(queue, room, timeout, deadLetters, direct);
        },
      });
    });
  }

  #platform(
    name: string,
    queue: MemoryQueue,
    deadLetters: MemoryQueue | undefined,
    handle: (copy: QueuedCopy, process: MortalProcess) => Promise<number | undefined | void>,
  ): Consumer {
    return withRun({
      ...{ name, queue, batchSize: AS_DEPLOYED.mostCopies, isHeld: () => false },
      receive: (most) => this.#receive(queue, most, PLATFORM_TIMEOUT_MS, deadLetters),
      handle: (copies) =>
        this.#followed(name, PLATFORM_TIMEOUT_MS, async (process) => {
          await Promise.all(
            copies.map(async ({ messageId, receipt, body, receiveCount, sentAt }) => {
              try {
                const again = await handle({ copy: messageId, body, receives: receiveCount }, process);
                if (!process.alive) return;
                if (typeof again === 'number') queue.postpone(receipt, (again - process.clock.now()) / 1000);
                else queue.delete(receipt);
              } catch (error) {
                // A process that has died brings no visibility down: its copies come again when that ends.
                const wait = returnDelay(receiveCount, this.clock.now() - sentAt, this.#random());
                if (process.alive) queue.setVisibility(receipt, wait / 1_000);
                this.#log.warn('a function of the platform failed; its message comes again', {
                  ...{ function: name, error: summarizeError(error).message },
                });
              }
            }),
          );
        }),
    });
  }

  /** Work of a process of its own, until it ends or pauses. */
  #followed(
    who: string,
    timeout: number,
    work: (process: MortalProcess) => Promise<void>,
    owner?: ProcessOwner,
  ): Promise<void> {
    const process = this.process(who, timeout, owner);
    return this.slow.follow(process, work(process));
  }

  #receive(
    queue: MemoryQueue,
    most: number,
    timeout: number,
    deadLetters: MemoryQueue | undefined,
    direct = false,
  ): QueueCopy[] {
    const received = queue.receive(most, (AS_DEPLOYED.visibilityTimeouts * timeout) / 1000);
    const worn = deadLetters ? received.filter(({ receiveCount }) => receiveCount > AS_DEPLOYED.maxReceives) : [];
    for (const { body, messageId, receipt } of worn) {
      deadLetters?.send(body, 0, messageId);
      this.#moved.set(messageId, direct ? 'direct' : 'bus');
      queue.delete(receipt);
    }
    return received.filter((copy) => !worn.includes(copy));
  }
}
