import { milliseconds, type Duration } from '../../../shared/domain/base/duration.js';
import { LanewayError } from '../../../shared/domain/base/errors.js';

/** Load for which a bound of concurrency is worked out. */
export interface ExpectedLoad {
  /** Messages a second at the busiest time; more than 0. */
  readonly perSecond: number;
  /** Time that one of them usually takes: of an agent its handler, for example `'200 milliseconds'`. */
  readonly takes: Duration;
}

/** Invocations beyond those that the load takes when it comes evenly: it does not. */
const HEADROOM = 1.5;

/** Time that lease, outcome and sending add to each message, milliseconds; an estimate of three calls of 15 ms. */
const HANDLING_MS = 50;

/** Bounds of the concurrency of an SQS event source. */
export const LEAST_INVOCATIONS = 2;
export const MOST_INVOCATIONS = 1_000;

/**
 * Works out how many invocations a load takes, of which each handles a batch side by side:
 * `1.5 * perSecond * (takes + 50 ms) / batch`, at least 2.
 *
 * @param batch messages that one invocation takes; under load batches are full
 * @param where place of the load, as `agent 'desk', lane 'normal'`
 * @throws LanewayError INVALID_OPTION when the load is none, or takes more than 1,000 invocations
 */
export function invocationsFor({ perSecond, takes }: ExpectedLoad, batch: number, where: string): number {
  const seconds = (milliseconds(takes) + HANDLING_MS) / 1_000;
  if (!(perSecond > 0 && Number.isFinite(perSecond)))
    throw new LanewayError('INVALID_OPTION', `${where}: a load of ${perSecond} messages a second`, {
      help: ['allowed: more than 0'],
    });
  const invocations = Math.ceil((HEADROOM * perSecond * seconds) / batch);
  if (invocations <= MOST_INVOCATIONS) return Math.max(LEAST_INVOCATIONS, invocations);
  const most = Math.floor((MOST_INVOCATIONS * batch) / (HEADROOM * seconds));
  throw new LanewayError(
    'INVALID_OPTION',
    `${where}: ${perSecond} messages a second that take ${takes} take ${invocations} invocations in batches of ${batch}`,
    {
      help: [
        `allowed: ${MOST_INVOCATIONS} invocations, which is up to ${most} a second`,
        'shorten what it takes, raise `batchSize` of its channels (10 at most), or divide the work between agents',
      ],
    },
  );
}
