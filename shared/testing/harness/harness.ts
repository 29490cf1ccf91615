import { defined } from '../../domain/base/defined.js';
import { milliseconds, type Duration } from '../../domain/base/duration.js';
import type { Envelope } from '../../domain/wire/envelope.js';
import { LanewayError } from '../../domain/base/errors.js';
import type { ExecutionDetail } from '../../domain/execution/executions.js';
import type { CommandType, DataOf, InputOf, MessageType, ReplyOf } from '../../message/message-type.js';
import type { PageResponse } from '../../operator/approval-page/answer-link.js';
import type { ApprovalRecord } from '../../operator/requests/decide-approval.js';
import type { Breakers } from '../../operator/breakers/breakers.js';
import type { ChannelPause } from '../../domain/pause/pause.js';
import type { ChannelStanding } from '../../operator/pauses/pause-channel.js';
import type { Actor } from '../../operator/operator-services.js';
import type { Retried } from '../../operator/workflows/retry-workflow.js';
import { heldBy } from '../../domain/quarantine/quarantine.js';
import { SWEEP_EVERY } from '../../domain/base/sweep-every.js';
import {
  EACH_SUBSCRIBER,
  gatherAnswers,
  type Broadcast,
  type BroadcastOptions,
} from '../../publishing/broadcast/broadcast.js';
import { checkOneReceiver } from '../../publishing/check-each.js';
import type { Receipt } from '../../publishing/publish-message.js';
import { timeoutOf } from '../../topology/defaults/topology-defaults.js';
import { readReply, replyTypeOf } from '../../topology/read-reply.js';
import type { Topology } from '../../topology/topology.js';
import { boundAgents } from './bound-agents.js';
import type { Faults } from './faults.js';
import { type HarnessConversation } from './harness-conversation.js';
import type { HarnessOptions, HarnessPublishOptions } from './harness-options.js';
import { WorldEmergencies, type Emergencies } from './emergency/world-emergencies.js';
import { HarnessWorld } from './harness-world.js';
import type { WorldParts } from './memory-world.js';
import { nextAwaited } from './in-flight/awaited-copies.js';
import { MissingMessages } from './in-flight/missing-messages.js';
import { AgentsSchedule, WorldAgents, type HarnessAgents } from './instances/harness-agents.js';
import { turn } from './slow-work.js';
import { WorldAccess } from './world-access.js';
import { seededRandom } from '../memory/seeded-random.js';
import type { VisitForm } from './visit-link.js';

/** An application in memory, on a clock that only moves when told to. */
export interface Harness {
  /**
   * Publishes as a client; nothing is handled before the world is moved on.
   * @throws LanewayError as the client's `publish`; PUBLISH when the fault plan lets the bus refuse it: the sweeper sends it
   */
  publish<Type extends MessageType>(type: Type, data: InputOf<Type>, options?: HarnessPublishOptions): Promise<Receipt>;
  /**
   * Makes a request as a client, and moves the world on until it has ended.
   * @throws LanewayError REQUEST_TIMED_OUT, REQUEST_FAILED, and those of `publish`
   */
  request<Command extends CommandType>(
    command: Command,
    data: InputOf<Command>,
    options?: Omit<HarnessPublishOptions, 'deadline'> & { readonly timeout?: Duration },
  ): Promise<DataOf<ReplyOf<Command>>>;
  /**
   * Asks each of several agents as a client, and moves the world on until all their requests have ended.
   * @throws LanewayError as the client's `broadcast`
   */
  broadcast<Command extends CommandType>(
    command: Command,
    data: InputOf<Command>,
    options?: Omit<BroadcastOptions, 'signal'> & Pick<HarnessPublishOptions, 'as'>,
  ): Promise<Broadcast<DataOf<ReplyOf<Command>>>>;
  /** Takes a request of a client back, as the client's `cancel`: nothing happens before the world is moved on. */
  cancel(requestId: string, why: string, options?: Pick<HarnessPublishOptions, 'as'>): Promise<boolean>;
  /** Approvals that workflows wait for, the one whose time is over first at the top. */
  approvals(): Promise<readonly ApprovalRecord[]>;
  /**
   * Decides an approval by its id, as `laneway approval` does: nothing happens before the world is moved on.
   * @throws LanewayError NOT_FOUND, REFUSED when it has been decided, INVALID_OPTION without who or why
   */
  decide(approval: string, decision: 'approved' | 'rejected', actor: Actor): Promise<void>;
  /**
   * Answers a request that waits for a person, as `laneway requests answer` does: nothing happens before the world is moved on.
   * @throws LanewayError NOT_FOUND, REFUSED when it has ended, SCHEMA, INVALID_OPTION without who or why
   */
  answer(requestId: string, data: unknown, actor: Actor): Promise<void>;
  /** Opens the link of an approval, or sends the form of its page: nothing happens before the world is moved on. */
  visit(link: string, form?: VisitForm): Promise<PageResponse>;
  /** Executions of workflows by name, oldest first. */
  executions(): Promise<readonly ExecutionDetail[]>;
  /**
   * Retries an execution that did not end well, as `laneway workflow retry` does: nothing happens before the world is moved on.
   * @throws LanewayError NOT_FOUND, REFUSED, INVALID_OPTION without who or why
   */
  retry(execution: string, actor: Actor): Promise<Retried>;
  /**
   * Cuts an agent, a client or an ingress off, as `laneway quarantine` does. What waits for it stays in its lanes, its calls are
   * refused, and requests that wait for it move on with the next run of the sweeper. A name that is not the only one of its kind
   * takes the kind before it: `agent.clerk`.
   * @throws LanewayError NOT_FOUND, INVALID_OPTION without who or why
   */
  quarantine(name: string, actor: Actor): Promise<void>;
  /**
   * Ends a quarantine, as `laneway quarantine release` does. What waited is handled when the world is moved on.
   * @throws LanewayError NOT_FOUND when it was never in quarantine, INVALID_OPTION without who or why
   */
  release(name: string, actor: Actor): Promise<void>;
  /**
   * Pauses a channel, as `laneway channels pause` does. Its messages wait in their lanes, untried, and expire as ever; nothing of them is
   * in flight for {@link settle}.
   * @returns the pause that is in force
   * @throws LanewayError UNKNOWN_CHANNEL, SYSTEM_CHANNEL, INVALID_OPTION without who or why
   */
  pauseChannel(channel: string, actor: Actor): Promise<ChannelPause>;
  /**
   * Has the messages of a channel handled again, as `laneway channels resume` does. What waited comes when the world is moved on: within
   * half a minute, or a quarter of the time for which the channel was paused.
   * @returns the pause that was in force
   * @throws LanewayError UNKNOWN_CHANNEL, NOT_FOUND when it is not paused, INVALID_OPTION without who or why
   */
  resumeChannel(channel: string, actor: Actor): Promise<ChannelPause>;
  /** Every channel, with its pause and the time that is left to what waits meanwhile, as `laneway channels list` has them. */
  channels(): Promise<readonly ChannelStanding[]>;
  /** Instances of the application's agents: they are found, listed, drained, started and killed. */
  readonly agents: HarnessAgents;
  /**
   * Circuit breakers of the agents' guarded calls, as `laneway breakers` shows and turns them. A message that waits at an open one comes
   * again when the world is moved on.
   */
  readonly breakers: Breakers;
  /** Emergencies, as `laneway emergency` declares and ends them: nothing is handled before the world is moved on. */
  readonly emergency: Emergencies;
  /** Puts an event of another system on the bus, for the application's ingress. */
  putEvent(event: { readonly source: string; readonly 'detail-type': string; readonly detail: unknown }): void;
  /**
   * Moves the clock on, however far, until nothing is in flight: no copy in a lane, no open request, no running
   * workflow, nothing that the sweeper would send again, no outage that has begun or is planned. What then is still missing in an account is lost.
   * @throws LanewayError CONFIGURATION when there is no end to it
   */
  settle(): Promise<void>;
  /** Moves the clock on by so much, and does what falls due on the way. */
  advance(by: Duration): Promise<void>;
  /** The conversation as the ledger has it now. */
  conversation(correlationId: string): HarnessConversation;
  /** Ids of all conversations, oldest first. */
  conversations(): readonly string[];
  /** Fault plan of the world: faults are added to it, and cleared. */
  readonly faults: Faults;
  /** The time of the world. */
  readonly now: () => Date;
  /** Every envelope that the bus took, re-sent ones included, in order. */
  readonly published: readonly Envelope[];
}

/** Time between two runs of the sweeper, milliseconds. */
const SWEEP_EVERY_MS = milliseconds(SWEEP_EVERY);
/** Milliseconds at most from the due time of an intent or a lost timer until the sweeper may take it, index lag and grace included. */
const SWEEP_LATENESS_MS = 120_000;
const MOST_STEPS = 1_000_000;

/**
 * The application in memory: its routing rules, its agents by the product's own handling chain, the platform's
 * functions, its workflows. Lanes are queues with delay, visibility and redrive to dead letter queues; what handlers
 * themselves wait for (a timeout, a fetch) takes real time.
 *
 * @throws LanewayError INVALID_TOPOLOGY, UNKNOWN_AGENT for an agent of another topology, INVALID_OPTION for what is no agent
 * and for an agent given twice
 */
export function createHarness(topology: Topology, options: HarnessOptions): Harness {
  const { workflows = [], seed = 1, start, approvalLinks = false } = options;
  const agents = boundAgents(topology, options.agents);
  const random = seededRandom(seed);
  const parts = { topology, agents, workflows, random, approvalLinks, ...defined({ start }) };
  return harnessOver(new HarnessWorld(parts), parts);
}

/** The harness of a world that is given, so that its stores stay in reach. */
export function harnessOver(
  world: HarnessWorld,
  { topology, agents }: Pick<WorldParts, 'topology' | 'agents'>,
): Harness {
  return new RunningHarness(topology, world, new Set(agents.map(({ agent }) => agent.id)));
}

class RunningHarness extends WorldAccess<HarnessWorld> implements Harness {
  readonly faults: Faults;
  readonly #missing: MissingMessages;
  readonly agents: HarnessAgents;
  readonly emergency: Emergencies;
  readonly #schedule: AgentsSchedule;
  readonly #delays: boolean;
  #moving: Promise<void> | undefined;
  #nextSweep: number;
  /** Time of the last sweep, milliseconds since 1970. */
  #swept = 0;
  #steps = 0;

  constructor(topology: Topology, world: HarnessWorld, present: ReadonlySet<string>) {
    super(topology, world, 'the test');
    this.#missing = new MissingMessages(topology, world, present);
    this.agents = new WorldAgents(topology, world);
    this.emergency = new WorldEmergencies(topology, world, (call) => this.during(call));
    this.#schedule = new AgentsSchedule(topology, world);
    this.faults = world.faults;
    const { channels, clients } = topology.model;
    const limited = [...Object.values(channels), ...Object.values(clients)];
    this.#delays = limited.some(({ rateLimit }) => rateLimit?.onLimit === 'delay');
    this.#nextSweep = world.clock.now() + SWEEP_EVERY_MS;
  }

  get published(): readonly Envelope[] {
    return this.world.bus.published;
  }

  async request<Command extends CommandType>(
    command: Command,
    data: InputOf<Command>,
    options: Omit<HarnessPublishOptions, 'deadline'> & { readonly timeout?: Duration } = {},
  ): Promise<DataOf<ReplyOf<Command>>> {
    const { timeout: asked, ...given } = options;
    const timeout = timeoutOf(asked, this.topology.model);
    replyTypeOf(command);
    checkOneReceiver(command, given.to);
    const { requestId = '', correlationId } = await this.publish(command, data, { ...given, deadline: timeout });
    await this.#runUntilEnded([requestId]);
    return this.#replyTo(command, { requestId, correlationId, timeout });
  }

  async broadcast<Command extends CommandType>(
    command: Command,
    data: InputOf<Command>,
    options: Omit<BroadcastOptions, 'signal'> & Pick<HarnessPublishOptions, 'as'> = {},
  ): Promise<Broadcast<DataOf<ReplyOf<Command>>>> {
    const { timeout: asked, to = EACH_SUBSCRIBER, ...given } = options;
    const timeout = timeoutOf(asked, this.topology.model);
    replyTypeOf(command);
    const published = await this.publishEach(command, data, { ...given, to, deadline: timeout });
    await this.#runUntilEnded(published.participants.map(({ requestId = '' }) => requestId));
    const { correlationId } = published;
    return gatherAnswers(published, ({ requestId = '' }) =>
      this.#replyTo(command, { requestId, correlationId, timeout }),
    );
  }

  async #runUntilEnded(requestIds: readonly string[]): Promise<void> {
    const { pending } = this.world.ports;
    await this.#run(undefined, async () => {
      for (const id of requestIds) if ((await pending.get(id))?.outcome === undefined) return false;
      return true;
    });
  }

  /** @throws LanewayError REQUEST_FAILED, REQUEST_TIMED_OUT, each with the conversation as it went */
  async #replyTo<Command extends CommandType>(
    command: Command,
    {
      requestId,
      correlationId,
      timeout,
    }: { readonly requestId: string; readonly correlationId: string; readonly timeout: Duration },
  ): Promise<DataOf<ReplyOf<Command>>> {
    const { pending } = this.world.ports;
    const outcome = (await pending.get(requestId))?.outcome;
    const { sequence } = this.conversation(correlationId);
    if (outcome?.state === 'replied')
      return (await readReply(command, requestId, outcome, this.world.payloads)) as DataOf<ReplyOf<Command>>;
    if (outcome?.state === 'failed')
      throw new LanewayError('REQUEST_FAILED', `${command.name} failed: ${outcome.error.message}\n${sequence}`);
    throw new LanewayError('REQUEST_TIMED_OUT', `${command.name} was not answered within ${timeout}\n${sequence}`);
  }

  async settle(): Promise<void> {
    await this.#run(undefined, () => Promise.resolve(false));
  }

  async advance(by: Duration): Promise<void> {
    const until = this.world.clock.now() + milliseconds(by);
    await this.#run(until, () => Promise.resolve(false));
  }

  /** Lets time go by while a call is slow, or waits for its turn. */
  protected override async during<Result>(call: Promise<Result>): Promise<Result> {
    if (!this.world.faults.isSlow && !this.#delays) return call;
    let isOver = false;
    const over = (): void => void (isOver = true);
    call.then(over, over);
    await turn();
    while (!isOver) {
      // One moves the world on, for all that wait.
      this.#moving ??= this.#run(undefined, () => Promise.resolve(isOver)).finally(() => (this.#moving = undefined));
      await this.#moving;
    }
    return call;
  }

  /** Does what is due, then moves the clock to what is due next: until a time, or as long as anything is in flight. */
  async #run(until: number | undefined, done: () => Promise<boolean>): Promise<void> {
    const { clock } = this.world;
    this.#steps = 0;
    for (;;) {
      await this.#runReady();
      if (await done()) return;
      // Whether it goes on is decided by what is in flight; on the way, nothing that falls due is passed over.
      if (until === undefined && (await this.#nextInFlight()) === undefined) return;
      const next = this.#nextOfAll();
      if (until !== undefined && next > until) break;
      clock.advanceTo(next);
    }
    clock.advanceTo(until);
  }

  async #runReady(): Promise<void> {
    const { clock, consumers, executions, faults } = this.world;
    for (;;) {
      executions.check();
      if (clock.now() >= this.#nextSweep) {
        this.#nextSweep += Math.ceil((clock.now() - this.#nextSweep + 1) / SWEEP_EVERY_MS) * SWEEP_EVERY_MS;
        this.#swept = clock.now();
        await this.world.sweep();
      }
      await this.#schedule.run();
      const awake = await this.world.slow.wake(clock.now());
      const fired = executions.fire() || awake;
      if (fired) await turn();
      const ready = consumers.filter((one) => !one.isHeld() && (one.queue.nextVisibleAt ?? Infinity) <= clock.now());
      ready.sort((a, b) => (a.queue.nextVisibleAt ?? 0) - (b.queue.nextVisibleAt ?? 0));
      if (ready.length === 0 && !fired) return;
      await Promise.all(faults.pick(ready).map(({ run }) => run()));
      await turn();
      if (++this.#steps > MOST_STEPS) {
        throw new LanewayError('CONFIGURATION', `the world did not come to rest within ${MOST_STEPS} steps`, {
          help: ['do agents answer each other without end? use advance() to look at it on the way'],
        });
      }
    }
  }

  /** Time at which anything at all happens next, milliseconds since 1970. There always is one: the sweeper runs for ever. */
  #nextOfAll(): number {
    const { consumers, executions } = this.world;
    const queues = consumers.flatMap((one) => (one.isHeld() ? [] : [one.queue.nextVisibleAt]));
    return earliest([...queues, executions.nextAlarm, this.world.slow.next, this.#schedule.next, this.#nextSweep]) ?? 0;
  }

  /** Time at which something happens next that somebody waits for, milliseconds since 1970; undefined at rest. */
  async #nextInFlight(): Promise<number | undefined> {
    const { consumers, executions, faults, timers, openExecutions, ports } = this.world;
    const over = faults.outagesOver;
    const held = heldBy(this.world.quarantines.present, this.world.clock.now());
    const missing = await this.#missing.due(held);
    const queues = consumers
      .filter((one) => one.queue !== timers && !one.isHeld())
      // What an ingress in quarantine has put off waits for its release, and what is of a paused channel for its resumption.
      .map((one) => nextAwaited(one, this.world));
    const open = await first(ports.pending.due(-Infinity, Infinity), () => Promise.resolve(true));
    const unsent = await first(ports.deliveries.unsent(-Infinity, Infinity), ({ receiver }) =>
      Promise.resolve(!held.agent(receiver)),
    );
    // A timer that was lost is found by the sweeper, a lost end of an execution by supervision, and so are messages of an outcome that wait to be sent.
    const swept = earliest([
      missing,
      open && Date.parse(open.deadline),
      unsent?.unsent && Date.parse(unsent.unsent.due),
      openExecutions.nextEnded,
    ]);
    return earliest([
      ...queues,
      executions.nextAlarm,
      this.world.slow.next,
      over === undefined || over <= this.#swept ? undefined : this.#sweepAfter(over),
      open ? timers.nextVisibleAt : timers.nextRetryAt,
      swept === undefined ? undefined : this.#sweepAfter(swept + SWEEP_LATENESS_MS),
    ]);
  }

  #sweepAfter(time: number): number {
    const late = Math.max(0, time - this.#nextSweep);
    return this.#nextSweep + Math.ceil(late / SWEEP_EVERY_MS) * SWEEP_EVERY_MS;
  }
}

function earliest(times: readonly (number | undefined)[]): number | undefined {
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

async function first<Item>(
  items: AsyncIterable<Item>,
  fits: (item: Item) => Promise<boolean>,
): Promise<Item | undefined> {
  for await (const item of items) if (await fits(item)) return item;
  return undefined;
}
