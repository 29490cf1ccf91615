import type { Duration } from '../../domain/base/duration.js';
import type { Outage } from './outages.js';

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

/**
 * Selects copies on their way from the bus to a queue, and status events of executions on theirs; every given field must fit.
 */
export interface Selection extends HowOften {
  /** Name of the message type. @defaultValue every type */
  readonly type?: string;
  /**
   * Agent whose lane the copy is for, or queue of the platform: `replies`, `starts`, `ingress`, and `workflow-events`, to which Step
   * Functions tells at best effort how executions ended. @defaultValue every queue
   */
  readonly receiver?: string;
  /** Only messages whose payload it accepts; asked before chance is. @defaultValue every payload */
  readonly where?: (data: unknown) => boolean;
}

/** Time for which a process stands still, and where. */
export interface Freeze extends HowOften {
  /** Place at which it freezes. @defaultValue any of its calls of stores, queues and bus */
  readonly at?: CrashPoint;
  /** Time after which it goes on as if nothing had been, on the world's clock. */
  readonly for: Duration;
}

/** Difference of a process's clock from the world's: one of both. */
export type Skew = { readonly slow: Duration } | { readonly fast: Duration };

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
  /**
   * Puts calls of a port in trouble for some time: of all processes or of one, all calls or a share of them. What struck is not executed,
   * unless it is only slow.
   * @throws LanewayError INVALID_OPTION for an unknown port, kind or share
   */
  outage(outage: Outage): void;
  /**
   * Lets a process stand still at a point or a call, and go on later: after its lease, and after its copy has come to another one. Unlike a
   * function on Lambda it is not ended by its timeout meanwhile.
   */
  freeze(who: string, freeze: Freeze): void;
  /** Lets the clock of an agent, a client or a function of the platform go slow or fast by so much. */
  skew(who: string, by: Skew): void;
  /**
   * Loses all copies that lie in the queues of an agent (`clerk`, or one lane: `clerk/normal`) or of a function of the platform (`replies`,
   * `starter`, `deadlines`, `workflow-events`, `dead-letters` ...), at once, as an operator who purges them does.
   * @returns number of copies that were lost
   * @throws LanewayError INVALID_OPTION when nothing of that name has a queue
   */
  purge(who: string): number;
  /** Lets queues keep copies for so long. @param time @defaultValue as deployed: lanes 4 days, dead letter queues 14 days */
  retain(time: Duration): void;
  /** Takes every fault out of the plan; frozen processes and slow calls that have begun go on when they are due. */
  clear(): void;
  /** Times that any fault has struck so far: a plan that never strikes tests nothing. */
  readonly struck: number;
}
