import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../agent/context.js';
import { followConversation } from '../client/follow-conversation.js';
import type { LanewayClient } from '../client/laneway-client.js';
import type { DeadLetterEntry } from '../domain/delivery/dead-letter.js';
import { milliseconds, type Duration } from '../domain/base/duration.js';
import { LanewayError, summarizeError, unknownName } from '../domain/base/errors.js';
import type { PendingRecord } from '../domain/request/pending.js';
import type { Clock } from '../domain/base/clock.js';
import type { CommandType, DataOf, InputOf, MessageType, ReplyOf } from '../message/message-type.js';
import type { Actor } from '../operator/operator-services.js';
import { SWEEP_EVERY } from '../domain/base/sweep-every.js';
import { MemoryDeadLetterBook } from '../testing/memory/memory-dead-letter-book.js';
import { findAsClient } from '../topology/registry/find-agents.js';
import { AgentsSchedule, WorldAgents, type AgentsAccess } from '../testing/harness/instances/harness-agents.js';
import { WorldEmergencies, type Emergencies } from '../testing/harness/emergency/world-emergencies.js';
import type { Consumer } from '../testing/harness/consumer.js';
import { nextAwaited } from '../testing/harness/in-flight/awaited-copies.js';
import type { MemoryWorld } from '../testing/harness/memory-world.js';
import { WorldAccess } from '../testing/harness/world-access.js';
import { cancelRequestOf } from '../publishing/cancel-request-of.js';
import { checkStartSize } from '../publishing/check-start-size.js';
import type { RequestOptions } from '../publishing/client-options.js';
import {
  EACH_SUBSCRIBER,
  gatherAnswers,
  type Broadcast,
  type BroadcastOptions,
} from '../publishing/broadcast/broadcast.js';
import { checkOneReceiver } from '../publishing/check-each.js';
import type { OutsideOptions, Published, Publishing } from '../publishing/publish-message.js';
import { timeoutOf } from '../topology/defaults/topology-defaults.js';
import { readReply, replyTypeOf } from '../topology/read-reply.js';
import type { Topology } from '../topology/topology.js';
import type { AsClient, InProcess } from './in-process.js';
import type { Leftover, StopOptions } from './in-process-options.js';
import { Pump, type PumpEvents } from './pump.js';
import { TimerWheel } from './timer-wheel.js';

/** Time between two runs of the sweeper, milliseconds. */
const SWEEP_EVERY_MS = milliseconds(SWEEP_EVERY);
/** Messages that a function of the platform handles side by side. */
const PLATFORM_CONCURRENCY = 64;
const DRAIN: Duration = '30 seconds';

/** A promise with its two ends, for somebody who waits. */
interface Waiting {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

interface OwnedPump {
  readonly pump: Pump;
  /** Name of the agent; undefined for a function of the platform. */
  readonly agent: string | undefined;
}

/** Parts that a running application is made of. */
export interface ApplicationParts {
  readonly topology: Topology;
  readonly world: MemoryWorld;
  readonly log: Log;
  readonly concurrencyOf: (agent: string) => number;
}

/** A world whose lanes are pumped, and whose time goes by itself. */
export class RunningApplication extends WorldAccess<MemoryWorld> implements InProcess {
  readonly agents: AgentsAccess;
  readonly emergency: Emergencies;
  readonly #schedule: AgentsSchedule;
  readonly #log: Log;
  readonly #clock: Clock;
  readonly #wheel: TimerWheel;
  readonly #pumps: readonly OwnedPump[];
  readonly #replies = new Map<string, Waiting>();
  readonly #resting = new Set<Waiting>();
  #quiet: Waiting | undefined;
  #turn: Promise<void> | undefined;
  #nextSweep: number;
  #isSweeping = false;
  #stopped: Promise<Leftover> | undefined;

  constructor({ topology, world, log, concurrencyOf }: ApplicationParts) {
    super(topology, world, 'the application in process');
    this.#log = log;
    this.agents = new WorldAgents(topology, world, () => this.#wake());
    this.emergency = new WorldEmergencies(topology, world, undefined, () => this.#wake());
    this.#schedule = new AgentsSchedule(topology, world);
    this.#clock = world.clock;
    this.#nextSweep = this.#clock.now() + SWEEP_EVERY_MS;
    this.#wheel = new TimerWheel(this.#clock, () => this.#ring());
    this.#pumps = pumpsOf(world, concurrencyOf, {
      due: (at) => this.#wheel.by(at),
      rested: () => this.#rested(),
      failed: (lane, error) =>
        log.error('a message could not be handled; it comes again', { lane, error: summarizeError(error).message }),
    });
    world.pending.closed = ({ requestId }) => this.#replies.get(requestId)?.resolve();
    this.#wheel.by(Math.min(this.#nextSweep, this.#schedule.next ?? Number.POSITIVE_INFINITY));
  }

  /** Sets the timer for something in a workflow that will be due, milliseconds since 1970. */
  due(at: number): void {
    this.#wheel.by(at);
  }

  client(id: string): LanewayClient<never> {
    const { clients } = this.topology.model;
    if (!clients[id]) {
      const what = `'${id}' is no client of '${this.topology.name}'`;
      throw unknownName('UNKNOWN_CLIENT', what, id, Object.keys(clients), this.topology.name);
    }
    const client: LanewayClient<MessageType> = {
      publish: (type, data, options) => this.publish(type, data, { ...options, as: id }),
      request: (command, data, options) => this.request(command, data, { ...options, as: id }),
      broadcast: (command, data, options) => this.broadcast(command, data, { ...options, as: id }),
      cancel: (requestId, why) => this.cancel(requestId, why, { as: id }),
      agents: { find: (options) => findAsClient(this.topology.model, id, this.agents, options) },
      conversation: (correlationId, { signal } = {}) => followConversation(this.world.ledger, correlationId, signal),
    };
    return client;
  }

  protected override async publishEach(
    type: MessageType,
    data: unknown,
    options: OutsideOptions & AsClient = {},
  ): Promise<Published> {
    this.#checkRunning(`${type.name} was published`);
    const started = Object.entries(this.world.starts).flatMap(([workflow, by]) => (by === type.name ? [workflow] : []));
    checkStartSize(type.name, data, started);
    const published = await super.publishEach(type, data, options);
    await this.#nextTurn();
    return published;
  }

  async broadcast<Command extends CommandType>(
    command: Command,
    data: InputOf<Command>,
    { timeout: asked, signal, to = EACH_SUBSCRIBER, ...given }: BroadcastOptions & AsClient = {},
  ): Promise<Broadcast<DataOf<ReplyOf<Command>>>> {
    signal?.throwIfAborted();
    replyTypeOf(command);
    const timeout = timeoutOf(asked, this.topology.model);
    const published = await this.publishEach(command, data, { ...given, signal, to, deadline: timeout });
    return gatherAnswers(
      published,
      ({ requestId = '' }) => this.#replyTo(command, { requestId, timeout, signal }),
      async (requestId) => signal?.aborted === true && !this.#stopped && this.#giveUp(requestId, command, given.as),
    );
  }

  async request<Command extends CommandType>(
    command: Command,
    data: InputOf<Command>,
    { timeout: asked, signal, ...given }: RequestOptions & AsClient = {},
  ): Promise<DataOf<ReplyOf<Command>>> {
    signal?.throwIfAborted();
    replyTypeOf(command);
    const timeout = timeoutOf(asked, this.topology.model);
    checkOneReceiver(command, given.to);
    const { requestId = '' } = await this.publishEach(command, data, { ...given, signal, deadline: timeout });
    try {
      return await this.#replyTo(command, { requestId, timeout, signal });
    } catch (error) {
      if (signal?.aborted === true && !this.#stopped) await this.#giveUp(requestId, command, given.as);
      throw error;
    }
  }

  /** Takes a request back that nobody waits for any more. */
  #giveUp(requestId: string, command: MessageType, as = this.clientFor(command)): Promise<boolean> {
    return cancelRequestOf(this.publishingAs(as), requestId, 'whoever asked no longer waits');
  }

  /** @throws LanewayError REQUEST_FAILED, REQUEST_TIMED_OUT */
  async #replyTo<Command extends CommandType>(
    command: Command,
    {
      requestId,
      timeout,
      signal,
    }: { readonly requestId: string; readonly timeout: Duration; readonly signal: AbortSignal | undefined },
  ): Promise<DataOf<ReplyOf<Command>>> {
    const { outcome } = await this.#ended(requestId, command, signal);
    const reply = outcome && (await readReply(command, requestId, outcome, this.world.payloads));
    if (outcome?.state === 'replied') return reply as DataOf<ReplyOf<Command>>;
    throw new LanewayError('REQUEST_TIMED_OUT', `${command.name} ${requestId} was not answered within ${timeout}`, {
      help: ['conversation(correlationId).sequence shows what became of it'],
    });
  }

  async deadLetters(): Promise<readonly DeadLetterEntry[]> {
    const letters: DeadLetterEntry[] = [];
    for await (const letter of new MemoryDeadLetterBook(this.world.ledger).all()) letters.push(letter);
    return letters;
  }

  async settled({ timeout }: { readonly timeout?: Duration } = {}): Promise<void> {
    // What has just been published or answered is not in its lane yet for certain.
    await new Promise((resolve) => setImmediate(resolve));
    if (this.#isAtRest()) return;
    const waiting = waiter();
    this.#resting.add(waiting);
    const timer =
      timeout === undefined ? undefined : setTimeout(() => waiting.reject(this.#late(timeout)), milliseconds(timeout));
    try {
      await waiting.promise;
    } finally {
      this.#resting.delete(waiting);
      clearTimeout(timer);
    }
  }

  stop({ timeout = DRAIN }: StopOptions = {}): Promise<Leftover> {
    this.#stopped ??= this.#drain(milliseconds(timeout));
    return this.#stopped;
  }

  override async release(name: string, actor: Actor): Promise<void> {
    await super.release(name, actor);
    this.#wake();
  }

  protected override waits(_process: object, ms: number, signal?: AbortSignal): Promise<unknown> {
    return sleep(ms, undefined, { signal });
  }

  override putEvent(event: Parameters<WorldAccess<MemoryWorld>['putEvent']>[0]): void {
    this.#checkRunning(`an event of ${event.source} was put on the bus`);
    super.putEvent(event);
  }

  /** Publishing of clients and operators. After the end it is refused: nobody would handle the message. */
  protected override publishingAs(name: string): Publishing {
    this.#checkRunning(`'${name}' did something`);
    return super.publishingAs(name);
  }

  /** @throws LanewayError REFUSED */
  #checkRunning(what: string): void {
    if (!this.#stopped) return;
    throw new LanewayError('REFUSED', `${what} after '${this.topology.name}' had been stopped`, {
      help: ['do it before stop(); a stopped application is not started again: call startInProcess()'],
    });
  }

  /** Lets handlers have their turn. A loop that publishes would otherwise hold them up until its end. */
  #nextTurn(): Promise<void> {
    this.#turn ??= new Promise((resolve) => {
      setImmediate(() => {
        this.#turn = undefined;
        resolve();
      });
    });
    return this.#turn;
  }

  /** Does what is due of workflows, wakes the lanes, and sweeps when it is time; then sets the timer for the next. */
  #ring(): void {
    const { executions } = this.world;
    try {
      executions.check();
      executions.fire();
    } catch (error) {
      this.#log.error('a workflow could not be run', { error: summarizeError(error).message });
    }
    this.#wake();
    this.#schedule
      .run()
      .catch((error: unknown) => this.#log.error('agents were not looked at', { error: summarizeError(error).message }))
      .finally(() => this.#wheel.by(this.#schedule.next ?? Number.POSITIVE_INFINITY));
    if (this.#clock.now() >= this.#nextSweep) this.#sweep();
    this.#wheel.by(Math.min(this.#nextSweep, executions.nextAlarm ?? Number.POSITIVE_INFINITY));
  }

  #wake(): void {
    for (const { pump } of this.#pumps) pump.wake();
  }

  /** Sweeps, one run at a time; a failure is logged, and left to the next run. */
  #sweep(): void {
    this.#nextSweep = this.#clock.now() + SWEEP_EVERY_MS;
    if (this.#isSweeping) return;
    this.#isSweeping = true;
    this.world
      .sweep()
      .catch((error: unknown) => this.#log.error('the sweeper failed', { error: summarizeError(error).message }))
      .finally(() => (this.#isSweeping = false));
  }

  /** Waits until a request has ended. @returns its record */
  async #ended(requestId: string, command: CommandType, signal: AbortSignal | undefined): Promise<PendingRecord> {
    const waiting = waiter();
    this.#replies.set(requestId, waiting);
    const abort = (): void => waiting.reject(signal?.reason);
    signal?.addEventListener('abort', abort, { once: true });
    try {
      // It may have ended while it was published.
      const already = await this.world.pending.get(requestId);
      if (already?.outcome) return already;
      if (signal?.aborted === true) abort();
      await waiting.promise;
      const record = await this.world.pending.get(requestId);
      if (record) return record;
      throw new LanewayError('NOT_FOUND', `${command.name} ${requestId} has no record`);
    } finally {
      this.#replies.delete(requestId);
      signal?.removeEventListener('abort', abort);
    }
  }

  #rested(): void {
    if (this.#resting.size > 0 && this.#isAtRest()) for (const { resolve } of this.#resting) resolve();
    if (this.#arePlatformPumpsQuiet()) this.#quiet?.resolve();
  }

  #isAtRest(): boolean {
    const { consumers, executions, timers, pending } = this.world;
    const isEmpty = consumers.every((one) => {
      if (one.queue === timers) return timers.nextRetryAt === undefined;
      return one.isHeld() || nextAwaited(one, this.world) === undefined;
    });
    const isIdle = this.#pumps.every(({ pump }) => pump.slots.taken === 0);
    return isEmpty && isIdle && executions.running === 0 && pending.openCount === 0;
  }

  #arePlatformPumpsQuiet(): boolean {
    return this.#pumps.every(({ pump, agent }) => agent !== undefined || pump.isQuiet);
  }

  /** Lets agents end the handlings that they have begun, and the platform tell their results; nothing else is begun. */
  async #drain(within: number): Promise<Leftover> {
    const end = this.#clock.now() + within;
    const agents = this.#pumps.filter(({ agent }) => agent !== undefined);
    for (const { pump } of agents) pump.close();
    await Promise.all(agents.map(({ pump }) => pump.slots.emptied(within)));
    if (!this.#arePlatformPumpsQuiet()) {
      const quiet = waiter();
      this.#quiet = quiet;
      const timer = setTimeout(quiet.resolve, Math.max(0, end - this.#clock.now()));
      await quiet.promise;
      clearTimeout(timer);
    }
    for (const { pump } of this.#pumps) pump.close();
    this.#wheel.end();
    const leftover = this.#leftover(agents.reduce((sum, { pump }) => sum + pump.slots.taken, 0));
    const stopped = new LanewayError('UNAVAILABLE', `'${this.topology.name}' was stopped, and nothing of it goes on`, {
      help: ['wait for what is in flight before stop(): await settled()'],
    });
    for (const { reject } of [...this.#replies.values(), ...this.#resting]) reject(stopped);
    // Their timers would keep the process alive for as long as handlers may take.
    this.world.stopHandlings(stopped);
    if (Object.values(leftover).some((count) => count > 0))
      this.#log.warn('stopped with work undone, which is lost', { ...leftover });
    return leftover;
  }

  #leftover(givenUp: number): Leftover {
    const { consumers, executions, pending } = this.world;
    const lanes = consumers.filter(({ agent }) => agent !== undefined);
    const copies = lanes.reduce((sum, { queue }) => sum + queue.size, 0);
    return { waiting: copies - givenUp, givenUp, workflows: executions.running, requests: pending.openCount };
  }

  #late(timeout: Duration): LanewayError {
    const { waiting, workflows, requests } = this.#leftover(0);
    return new LanewayError('REQUEST_TIMED_OUT', `'${this.topology.name}' was not at rest within ${timeout}`, {
      help: [
        `in flight: ${waiting} copies in lanes, ${workflows} workflows, ${requests} requests`,
        'what waits for a time or for a person is in flight as well',
      ],
    });
  }
}

function waiter(): Waiting {
  let settle: Omit<Waiting, 'promise'> | undefined;
  const promise = new Promise<void>((resolve, reject) => (settle = { resolve, reject }));
  const { resolve = () => undefined, reject = () => undefined } = settle ?? {};
  return { promise, resolve, reject };
}

/** One pump for all lanes of an agent, and one for each function of the platform. */
function pumpsOf(
  { consumers, clock }: MemoryWorld,
  concurrencyOf: (agent: string) => number,
  events: PumpEvents,
): readonly OwnedPump[] {
  const byAgent = new Map<string, Consumer[]>();
  for (const one of consumers)
    if (one.agent !== undefined) byAgent.set(one.agent, [...(byAgent.get(one.agent) ?? []), one]);
  const platform = consumers.filter(({ agent }) => agent === undefined);
  return [
    ...[...byAgent].map(([agent, lanes]) => ({ agent, pump: new Pump(lanes, concurrencyOf(agent), clock, events) })),
    ...platform.map((one) => ({ agent: undefined, pump: new Pump([one], PLATFORM_CONCURRENCY, clock, events) })),
  ];
}
