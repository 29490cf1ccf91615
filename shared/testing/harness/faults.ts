import { milliseconds, type Duration } from '../../domain/base/duration.js';
import type { Envelope } from '../../domain/wire/envelope.js';
import { LanewayError } from '../../domain/base/errors.js';

/**
 * Place on a copy's way through an agent at which its process can end. The platform's functions have the same points, as far as they
 * come by them.
 */
export type CrashPoint = (typeof CRASH_POINTS)[number];

/** All points, in the order in which a copy passes them. */
export const CRASH_POINTS = [
  'before-lease',
  'after-lease',
  'before-handler',
  'after-handler',
  'before-outcome',
  'after-outcome',
  'before-emit',
  'mid-emit',
  'after-emit',
] as const;

/** Probability of a fault, and the number of its strikes. */
export interface HowOften {
  /** Chance at each occasion, 0 to 1. @defaultValue 1 */
  readonly probability?: number;
  /** Strikes at most. @defaultValue 1 without a probability, else unlimited */
  readonly times?: number;
}

/** Selects copies on their way from the bus to a queue; every given field must fit. */
export interface Selection extends HowOften {
  /** Name of the message type. @defaultValue every type */
  readonly type?: string;
  /** Agent whose lane the copy is for. @defaultValue every queue */
  readonly receiver?: string;
  /** Only messages whose payload it accepts; asked before chance is. @defaultValue every payload */
  readonly where?: (data: unknown) => boolean;
}

/**
 * The fault plan of a harness. Everything random in it follows from the harness's seed. Faults are added, and stay until
 * they have struck `times` times or {@link Faults.clear} is called.
 */
export interface Faults {
  /** Ends the process of an agent (or `starter`, `replies`, `dispatcher` ...) at a point: its batch is never acknowledged. */
  crash(who: string, point: CrashPoint, often?: HowOften): void;
  /**
   * Ends the process of an agent or a function of the platform at any of its calls of stores, queues and bus, of which half
   * have been executed all the same.
   */
  die(who: string, often?: HowOften): void;
  /** Loses calls of the dispatcher by steps that wait: nothing is done, and the execution waits on as if it had been. */
  loseDispatches(often?: HowOften): void;
  /** Lets a handling throw (retryable) before its handler starts, or after it has done its work. */
  fail(agent: string, point: 'before-handler' | 'after-handler', often?: HowOften): void;
  /** Loses copies between bus and queue, which EventBridge does not do. A message that nobody sends again stays `missing`. */
  drop(selection?: Selection): void;
  /** Delivers further copies. @defaultValue one more of every copy */
  duplicate(selection?: Selection & { readonly copies?: number }): void;
  /** Holds copies back. */
  delay(by: Duration, selection?: Selection): void;
  /** Delivers every copy after a random time up to `within`, and lets up to three processes run side by side. */
  reorder(within?: Duration): void;
  /** Lets the bus and direct lanes refuse entries for now; half of them it delivers all the same. */
  throttle(probability: number): void;
  /** Lets calls of stores and queues fail; half of them have been executed all the same. */
  storeErrors(probability: number): void;
  /** Takes every fault out of the plan. */
  clear(): void;
  /** Times that any fault has struck so far: a plan that never strikes tests nothing. */
  readonly struck: number;
}

/** Effect of a fault on a call: the call was not executed, or it was executed and reported as failed. */
export type Trouble = 'not-executed' | 'executed';

/** Process and point that stand for the calls which {@link Faults.loseDispatches} loses. */
const LOST_DISPATCH = ['a state machine', 'dispatch'] as const;

/** Point of {@link Faults.die}. */
const ANY_CALL = 'any-call';

interface Rule extends Selection {
  left: number;
}

interface PointRule extends Rule {
  readonly who: string;
  readonly point: string;
  readonly effect: 'crash' | 'throw';
}

interface CopyRule extends Rule {
  /** Delays in seconds of the copies that one copy becomes; `undefined` adds a delay to those there are. */
  readonly apply: (delays: readonly number[]) => number[];
}

/** The plan, as the harness asks it. */
export class FaultPlan implements Faults {
  /** True when a fault can strike at all; where none can, the processes do not ask at each call. */
  readonly isPossible: boolean;
  readonly #random: () => number;
  #points: PointRule[] = [];
  #copies: CopyRule[] = [];
  #reorderMs = 0;
  #throttle = 0;
  #store = 0;
  #struck = 0;

  constructor(random: () => number, isPossible = true) {
    this.#random = random;
    this.isPossible = isPossible;
  }

  crash(who: string, point: CrashPoint, often: HowOften = {}): void {
    this.#points.push({ ...rule(often), who, point, effect: 'crash' });
  }

  die(who: string, often: HowOften = {}): void {
    this.#points.push({ ...rule(often), who, point: ANY_CALL, effect: 'crash' });
  }

  loseDispatches(often: HowOften = {}): void {
    const [who, point] = LOST_DISPATCH;
    this.#points.push({ ...rule(often), who, point, effect: 'crash' });
  }

  fail(agent: string, point: 'before-handler' | 'after-handler', often: HowOften = {}): void {
    this.#points.push({ ...rule(often), who: agent, point, effect: 'throw' });
  }

  drop(selection: Selection = {}): void {
    this.#copies.push({ ...rule(selection), apply: () => [] });
  }

  duplicate({ copies = 1, ...selection }: Selection & { readonly copies?: number } = {}): void {
    const unlimited = { times: Infinity, ...selection };
    this.#copies.push({
      ...rule(unlimited),
      apply: (delays) => delays.flatMap((delay) => Array.from({ length: copies + 1 }, () => delay)),
    });
  }

  delay(by: Duration, selection: Selection = {}): void {
    const seconds = milliseconds(by) / 1000;
    this.#copies.push({ ...rule(selection), apply: (delays) => delays.map((delay) => delay + seconds) });
  }

  reorder(within: Duration = '5 seconds'): void {
    this.#reorderMs = milliseconds(within);
  }

  throttle(probability: number): void {
    this.#throttle = checked(probability);
  }

  storeErrors(probability: number): void {
    this.#store = checked(probability);
  }

  get struck(): number {
    return this.#struck;
  }

  clear(): void {
    this.#points = [];
    this.#copies = [];
    this.#reorderMs = 0;
    this.#throttle = 0;
    this.#store = 0;
  }

  /** Effect of the first fault that strikes a process at a point; undefined when none does. Counts the strike. */
  strikes(who: string, point: string): 'crash' | 'throw' | undefined {
    return this.#points.find((one) => one.who === who && one.point === point && this.#hits(one))?.effect;
  }

  /** True when a call of the dispatcher is lost. Counts the strike. */
  losesDispatch(): boolean {
    return this.strikes(...LOST_DISPATCH) !== undefined;
  }

  /** Undefined when the process lives on. Else it dies at this call, and the result tells whether the call had its effect. Counts the strike. */
  dies(who: string): Trouble | undefined {
    if (this.strikes(who, ANY_CALL) === undefined) return undefined;
    return this.#random() < 0.5 ? 'executed' : 'not-executed';
  }

  /** Delays, in seconds, of the copies that arrive of one copy; none when it is lost. */
  copiesOf(envelope: Pick<Envelope, 'type' | 'data'> | undefined, receiver: string): number[] {
    let delays: number[] = [0];
    for (const one of this.#copies) {
      const meant =
        (one.type === undefined || one.type === envelope?.type) &&
        (one.receiver === undefined || one.receiver === receiver) &&
        (one.where === undefined || one.where(envelope?.data));
      if (meant && this.#hits(one)) delays = one.apply(delays);
    }
    return this.#reorderMs === 0
      ? delays
      : delays.map((delay) => delay + Math.floor(this.#random() * this.#reorderMs) / 1000);
  }

  busTrouble(): Trouble | undefined {
    return this.#trouble(this.#throttle);
  }

  storeTrouble(): Trouble | undefined {
    return this.#trouble(this.#store);
  }

  /** A whole number from 0 to `below - 1`. */
  number(below: number): number {
    return Math.floor(this.#random() * below);
  }

  /** Chooses those that run next: the first of `ready`, or under {@link Faults.reorder} up to three, drawn by chance. */
  pick<Item>(ready: readonly Item[]): Item[] {
    if (this.#reorderMs === 0) return ready.slice(0, 1);
    const rest = [...ready];
    return Array.from({ length: 1 + this.number(3) }).flatMap(() => rest.splice(this.number(rest.length), 1));
  }

  #trouble(probability: number): Trouble | undefined {
    if (probability === 0 || this.#random() >= probability) return undefined;
    this.#struck++;
    return this.#random() < 0.5 ? 'executed' : 'not-executed';
  }

  #hits(one: Rule): boolean {
    if (one.left <= 0 || (one.probability !== undefined && this.#random() >= one.probability)) return false;
    one.left--;
    this.#struck++;
    return true;
  }
}

function rule<Given extends Selection>(given: Given): Given & { left: number } {
  if (given.probability !== undefined) checked(given.probability);
  return { ...given, left: given.times ?? (given.probability === undefined ? 1 : Infinity) };
}

function checked(probability: number): number {
  if (probability >= 0 && probability <= 1) return probability;
  throw new LanewayError('INVALID_OPTION', `the probability of a fault is ${probability}`, {
    help: ['allowed: 0 to 1'],
  });
}
