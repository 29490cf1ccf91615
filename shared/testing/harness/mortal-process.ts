import type { Clock } from '../../domain/base/clock.js';
import { LanewayError } from '../../domain/base/errors.js';
import type { SendResult } from '../../domain/wire/message-bus.js';
import type { FaultPlan } from './fault-plan.js';
import type { CrashPoint } from './faults.js';
import type { CallTrouble, OutagePort } from './outages.js';
import type { SlowWork } from './slow-work.js';

/** Points before and after one call. */
export interface Points {
  readonly before?: CrashPoint;
  readonly after?: CrashPoint;
}

/** Instance of an agent that several processes of a world belong to: when one of them dies, so has it. */
export interface ProcessHost {
  readonly alive: boolean;
  die(): void;
}

/** Party and instance that a process runs for; neither for a function of the platform. */
export interface ProcessOwner {
  /** Agent or client, with its kind: `agent.clerk`. */
  readonly party?: string;
  readonly host?: ProcessHost;
}

/** World that a process runs in. */
export interface ProcessWorld {
  readonly clock: Clock;
  readonly faults: FaultPlan;
  readonly slow: SlowWork;
  /** True for a party (`agent.clerk`) in quarantine. */
  readonly confines: (party: string) => boolean;
}

/**
 * One run of a function, which the fault plan may end at any call. A process that has died reaches nothing any more: each
 * of its calls fails, and its caller discards its result.
 */
export class MortalProcess {
  readonly faults: FaultPlan;
  /** Time as this process has it. */
  readonly clock: Clock;
  readonly #world: ProcessWorld;
  readonly #end: number;
  readonly #party: string | undefined;
  readonly #host: ProcessHost | undefined;
  #alive = true;

  /**
   * @param who agent, client, or function of the platform
   * @param end instant at which its function is ended while it waits for an answer, milliseconds since 1970
   */
  constructor(
    readonly who: string,
    world: ProcessWorld,
    end = Infinity,
    { party, host }: ProcessOwner = {},
  ) {
    this.#party = party;
    this.#host = host;
    this.#world = world;
    this.#end = end;
    this.faults = world.faults;
    const skew = this.faults.skewOf(who);
    this.clock = skew === 0 ? world.clock : { now: () => world.clock.now() + skew };
  }

  /** True while its role has no right left. */
  get isConfined(): boolean {
    return this.#party !== undefined && this.#world.confines(this.#party);
  }

  /** Instance that it belongs to; undefined for one of the world's own. */
  get host(): ProcessHost | undefined {
    return this.#host;
  }

  get alive(): boolean {
    return this.#alive && this.#host?.alive !== false;
  }

  /** @throws LanewayError UNAVAILABLE when the process dies here, or has died; HANDLER when the plan lets it throw */
  async pass(point: CrashPoint): Promise<void> {
    this.#check();
    await this.#freeze(this.faults.freezes(this.who, point));
    const effect = this.faults.strikes(this.who, point);
    if (effect === 'crash') {
      this.#die();
      this.#check();
    }
    if (effect === 'throw') throw new LanewayError('HANDLER', `the fault plan lets '${this.who}' fail ${point}`);
  }

  /** A call of a store or a queue. @throws LanewayError UNAVAILABLE by the fault plan */
  async call<Result>(port: OutagePort, effect: () => Promise<Result>, { before, after }: Points = {}): Promise<Result> {
    this.#check();
    if (before) await this.pass(before);
    if (this.isConfined) throw confined(port, this.who);
    await this.#dieAt(effect);
    const trouble = this.faults.storeTrouble();
    if (trouble === 'not-executed') throw unavailable('a store failed');
    const outage = this.faults.outageOf(port, this.who);
    if (outage && outage.kind !== 'slow') throw refused(outage);
    const result = await effect();
    if (outage?.kind === 'slow') await this.#wait(outage.ms);
    this.#check();
    if (after) await this.pass(after);
    if (trouble === 'executed') throw unavailable('a store executed the call and reported that it timed out');
    return result;
  }

  /** A call that the plan's random faults pass by; an outage of all calls strikes it. @throws LanewayError UNAVAILABLE */
  async callPast<Result>(port: OutagePort, effect: () => Promise<Result>): Promise<Result> {
    this.#check();
    if (this.isConfined) throw confined(port, this.who);
    const outage = this.faults.totalOutageOf(port, this.who);
    if (outage && outage.kind !== 'slow') throw refused(outage);
    return effect();
  }

  /** Sends entries, of which the plan may refuse some, or after some of which the process may die. */
  async send<Entry>(
    port: OutagePort,
    entries: readonly Entry[],
    effect: (entries: readonly Entry[]) => Promise<readonly SendResult[]>,
  ): Promise<readonly SendResult[]> {
    await this.pass('before-emit');
    if (this.isConfined) return entries.map(() => refusedOf(confined(port, this.who)));
    await this.#dieAt(() => effect(entries));
    const half = entries.slice(0, this.faults.number(entries.length + 1));
    if (this.faults.strikes(this.who, 'mid-emit') === 'crash') {
      await effect(half);
      this.#die();
    }
    this.#check();
    const outages = entries.map(() => this.faults.outageOf(port, this.who));
    const troubles = entries.map((_, index) => {
      const outage = outages[index];
      return outage && outage.kind !== 'slow' ? refusal(outage) : this.faults.busTrouble();
    });
    const sent = entries.filter((_, index) => troubles[index] === undefined || troubles[index] === 'executed');
    const results = [...(await effect(sent))];
    await this.#wait(Math.max(0, ...outages.map((one) => (one?.kind === 'slow' ? one.ms : 0))));
    this.#check();
    await this.pass('after-emit');
    return troubles.map((trouble) => {
      if (typeof trouble === 'object') return trouble;
      const result = trouble === 'not-executed' ? undefined : results.shift();
      return trouble === undefined && result ? result : THROTTLED;
    });
  }

  /** Ends or freezes the process at a call, of which a dead one may have had the effect. */
  async #dieAt(effect: () => Promise<unknown>): Promise<void> {
    await this.#freeze(this.faults.freezes(this.who));
    const death = this.faults.dies(this.who);
    if (death === 'executed') await effect();
    if (death) this.#die();
    this.#check();
  }

  /** Lets nothing of the process happen for some time: not even its end. */
  async #freeze(ms: number | undefined): Promise<void> {
    if (ms === undefined) return;
    await this.#world.slow.pause(this, this.#world.clock.now() + ms);
  }

  /** Waits for an answer; the function ends when its time is over meanwhile. */
  async #wait(ms: number): Promise<void> {
    if (ms === 0) return;
    const until = this.#world.clock.now() + ms;
    await this.#world.slow.pause(this, Math.min(until, this.#end));
    if (until > this.#end) this.#die();
  }

  #die(): void {
    this.#alive = false;
    this.#host?.die();
  }

  #check(): void {
    if (!this.alive) throw unavailable(`the process of '${this.who}' has ended`);
  }
}

const THROTTLED: SendResult = { ok: false, retryable: true, code: 'ThrottlingException', message: 'by the fault plan' };

/** Error names by which AWS answers. */
const NAMES = {
  unavailable: 'ServiceUnavailable',
  throttled: 'ThrottlingException',
  denied: 'AccessDeniedException',
} as const;

/** Error that an adapter throws for such an answer: one to be repeated, whose cause has the name that AWS gave it. */
function refused({ kind, port }: Exclude<CallTrouble, { kind: 'slow' }>): LanewayError {
  const cause = Object.assign(new Error('by the fault plan'), { name: NAMES[kind] });
  return new LanewayError('UNAVAILABLE', `${port}: ${NAMES[kind]}: by the fault plan`, { cause });
}

/** Answer of the adapters of bus and lanes for an entry. One that was denied is to be repeated as well. */
function refusal({ kind, port }: Exclude<CallTrouble, { kind: 'slow' }>): SendResult {
  const answer = { ok: false, retryable: true, code: NAMES[kind], message: `${port}: by the fault plan` } as const;
  return kind === 'denied' ? { ...answer, denied: true } : answer;
}

/** Error of a call by whoever is in quarantine: as AWS refuses a role that is denied everything. */
function confined(port: OutagePort, who: string): LanewayError {
  const name = NAMES.denied;
  const cause = Object.assign(new Error(`'${who}' is in quarantine`), { name });
  return new LanewayError('UNAVAILABLE', `${port}: ${name}: '${who}' is in quarantine`, { cause });
}

function refusedOf({ message }: LanewayError): SendResult {
  return { ok: false, retryable: true, code: NAMES.denied, message, denied: true };
}

function unavailable(what: string): LanewayError {
  return new LanewayError('UNAVAILABLE', `${what} (by the fault plan)`);
}
