import { milliseconds, type Duration } from '../../domain/base/duration.js';
import type { Envelope } from '../../domain/wire/envelope.js';
import { LanewayError } from '../../domain/base/errors.js';
import type { Clock } from '../../domain/base/clock.js';
import type { CrashPoint, Faults, Freeze, HowOften, Selection, Skew } from './faults.js';
import { LastingFaults } from './lasting-faults.js';
import type { CallTrouble, Outage, OutagePort } from './outages.js';

/** Effect of a fault on a call: the call was not executed, or it was executed and reported as failed. */
export type FaultEffect = 'not-executed' | 'executed';

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

interface FreezeRule extends Rule {
  readonly who: string;
  readonly point: string;
  readonly ms: number;
}

/** World that a plan strikes. */
export interface FaultWorld {
  readonly clock: Clock;
  readonly random: () => number;
  /** Loses the copies in some queues. @returns their number; undefined when there is no such queue */
  readonly purge: (who: string) => number | undefined;
  /** True when a fault can strike at all; where none can, the processes do not ask at each call. */
  readonly isPossible: boolean;
}

/** The plan, as the harness asks it. */
export class FaultPlan implements Faults {
  readonly isPossible: boolean;
  readonly #world: FaultWorld;
  readonly #random: () => number;
  readonly #lasting: LastingFaults;
  #freezes: FreezeRule[] = [];
  #points: PointRule[] = [];
  #copies: CopyRule[] = [];
  #reorderMs = 0;
  #throttle = 0;
  #store = 0;
  #struck = 0;

  constructor(world: FaultWorld) {
    this.#world = world;
    this.#random = world.random;
    this.#lasting = new LastingFaults(world.clock);
    this.isPossible = world.isPossible;
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

  outage(outage: Outage): void {
    this.#lasting.outage(outage);
  }

  freeze(who: string, { at, for: time, ...often }: Freeze): void {
    this.#freezes.push({ ...rule(often), who, point: at ?? ANY_CALL, ms: milliseconds(time) });
  }

  skew(who: string, by: Skew): void {
    this.#lasting.skew(who, by);
  }

  purge(who: string): number {
    const lost = this.#world.purge(who);
    if (lost === undefined)
      throw new LanewayError('INVALID_OPTION', `'${who}' has no queue to purge`, {
        help: ['allowed: an agent, one of its lanes (<agent>/<priority>), a function of the platform'],
      });
    this.#struck += lost;
    return lost;
  }

  retain(time: Duration): void {
    this.#lasting.retain(time);
  }

  get struck(): number {
    return this.#struck + this.#lasting.struck;
  }

  clear(): void {
    this.#points = [];
    this.#copies = [];
    this.#reorderMs = 0;
    this.#throttle = 0;
    this.#store = 0;
    this.#freezes = [];
    this.#lasting.clear();
  }

  /** True when processes may pause on the world's clock. */
  get isSlow(): boolean {
    return this.#freezes.length > 0 || this.#lasting.isSlow;
  }

  /** Instant at which the last outage is over, milliseconds since 1970. */
  get outagesOver(): number | undefined {
    return this.#lasting.outagesOver;
  }

  /** Milliseconds that queues keep copies; undefined as deployed. */
  get retainMs(): number | undefined {
    return this.#lasting.retainMs;
  }

  /** Milliseconds by which the clock of a process is ahead of the world's. Counts the strike. */
  skewOf(who: string): number {
    return this.#lasting.skewOf(who);
  }

  /** Milliseconds for which a process freezes at a point, or at a call; undefined when it does not. Counts the strike. */
  freezes(who: string, point: string = ANY_CALL): number | undefined {
    return this.#freezes.find((one) => one.who === who && one.point === point && this.#hits(one))?.ms;
  }

  /** The trouble that a call of a port is in. Counts the strike. */
  outageOf(port: OutagePort, who: string): CallTrouble | undefined {
    return this.#lasting.strike(port, who, this.#random);
  }

  /** The same for calls that no chance strikes: partial outages pass them by. */
  totalOutageOf(port: OutagePort, who: string): CallTrouble | undefined {
    return this.#lasting.strike(port, who, () => 1);
  }

  /** Calls of a port that outages have struck. */
  struckOf(port: OutagePort): number {
    return this.#lasting.struckOf(port);
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
  dies(who: string): FaultEffect | undefined {
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

  busTrouble(): FaultEffect | undefined {
    return this.#trouble(this.#throttle);
  }

  storeTrouble(): FaultEffect | undefined {
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

  #trouble(probability: number): FaultEffect | undefined {
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
