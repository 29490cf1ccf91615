import { type Duration, milliseconds } from '../base/duration.js';
import { LanewayError } from '../base/errors.js';
import { PRIORITIES, inOrder, type Priority } from '../base/priority.js';
import { checkLife } from './lane-retention.js';
import { DEFAULT_RETRY_BUDGET, type RetryBudget } from './retry-budget.js';

/** Quality of service of a channel. A lane takes the strictest value of the channels that it serves. */
export interface QosProfile {
  /** Age at which a message is no longer handled; with `backoff.most` and 15 minutes at most the 4 days that lanes keep messages. */
  readonly expires: Duration;
  /**
   * Treatment of an expired message. `drop`: recorded and dropped. `escalate`: recorded, and `MessageExpired` is
   * published into its conversation. `dead-letter`: becomes a dead letter.
   */
  readonly onExpiry: 'drop' | 'escalate' | 'dead-letter';
  /** Waiting messages above which the lane raises an alarm. */
  readonly maxDepth: number;
  /** Messages a function receives at once, 1 to 10. */
  readonly batchSize: number;
  /** Times a handler is started for one delivery before it becomes a dead letter. */
  readonly tries: number;
  /** Bounds of the exponential backoff (full jitter) between two tries. */
  readonly backoff: { readonly first: Duration; readonly most: Duration };
  /**
   * Retries that may come at the ordinary pace; others wait for the longest backoff. @defaultValue 20 % of first tries
   * and 10 a minute, each process
   */
  readonly retryBudget?: RetryBudget;
  /** Priorities that the channel uses; each makes a lane at every subscriber. */
  readonly priorities: readonly Priority[];
  /** Way of a message: `bus` through EventBridge, or `direct` from the publisher into the receivers' lanes. */
  readonly delivery: 'bus' | 'direct';
  /**
   * Acknowledgement of a handled message: `ledger`, its outcome in the ledger; `message`, a published
   * `MessageAcknowledged` as well.
   */
  readonly acks: 'ledger' | 'message';
  /**
   * Time after sending for which a payload is kept and may be replayed as a new generation, at most 400 days. Absent:
   * payloads serve delivery alone, and no new generation is made of them.
   */
  readonly retainPayloads?: Duration;
}

export const LONGEST_RETENTION_MS = 400 * 86_400_000;

const EXPIRY_ACTIONS: readonly QosProfile['onExpiry'][] = ['drop', 'escalate', 'dead-letter'];

/** The neutral profiles every topology has; applications add their own. */
export const DEFAULT_PROFILES = {
  standard: {
    expires: '1 hour',
    onExpiry: 'drop',
    maxDepth: 10_000,
    batchSize: 10,
    tries: 3,
    backoff: { first: '1 second', most: '1 minute' },
    priorities: ['high', 'normal'],
    delivery: 'bus',
    acks: 'ledger',
  },
  urgent: {
    expires: '5 minutes',
    onExpiry: 'dead-letter',
    maxDepth: 1_000,
    batchSize: 5,
    tries: 5,
    backoff: { first: '500 milliseconds', most: '10 seconds' },
    priorities: ['critical', 'high'],
    delivery: 'bus',
    acks: 'ledger',
  },
  bulk: {
    expires: '1 day',
    onExpiry: 'dead-letter',
    maxDepth: 100_000,
    batchSize: 10,
    tries: 3,
    backoff: { first: '5 seconds', most: '5 minutes' },
    priorities: ['low'],
    delivery: 'bus',
    acks: 'ledger',
  },
} as const satisfies Record<string, QosProfile>;

/** Quality of service as a channel declares it: a profile by name (`from`), and the values that differ from it. */
export type QosInput<Profile extends string = string> = { readonly from?: Profile } & Partial<QosProfile>;

/** Completes and checks the profile of a channel. @throws LanewayError INVALID_OPTION for a value out of bounds. */
export function resolveQos(input: QosInput, profiles: Readonly<Record<string, QosProfile>>, where: string): QosProfile {
  const { from, ...own } = input;
  const base = profiles[from ?? 'standard'];
  if (!base) {
    throw new LanewayError('INVALID_OPTION', `${where}: unknown QoS profile '${String(from)}'`, {
      help: [`known: ${Object.keys(profiles).join(', ')}`],
    });
  }
  const profile: QosProfile = { ...base, ...own };
  const refuse = (field: string, given: unknown, allowed: string): never => {
    throw new LanewayError('INVALID_OPTION', `${where}: ${field} is ${JSON.stringify(given)}`, {
      help: [`allowed: ${allowed}`],
    });
  };
  if (milliseconds(profile.backoff.first) > milliseconds(profile.backoff.most))
    refuse('backoff', profile.backoff, 'first not longer than most');
  if (milliseconds(profile.backoff.most) > 12 * 3_600_000)
    refuse('backoff.most', profile.backoff.most, 'at most 12 hours (the longest SQS visibility timeout)');
  checkLife(profile, where);
  if (profile.retainPayloads !== undefined && milliseconds(profile.retainPayloads) > LONGEST_RETENTION_MS)
    refuse('retainPayloads', profile.retainPayloads, 'at most 400 days');
  if (!EXPIRY_ACTIONS.includes(profile.onExpiry)) refuse('onExpiry', profile.onExpiry, EXPIRY_ACTIONS.join(', '));
  const { share, minimum, window } = profile.retryBudget ?? DEFAULT_RETRY_BUDGET;
  if (!(share >= 0 && share <= 10)) refuse('retryBudget.share', share, '0 to 10');
  if (!Number.isInteger(minimum) || minimum < 0) refuse('retryBudget.minimum', minimum, 'a whole number from 0');
  if (milliseconds(window) < 1_000 || milliseconds(window) > 3_600_000)
    refuse('retryBudget.window', window, '1 second to 1 hour');
  if (!Number.isInteger(profile.batchSize) || profile.batchSize < 1 || profile.batchSize > 10)
    refuse('batchSize', profile.batchSize, '1 to 10');
  if (!Number.isInteger(profile.tries) || profile.tries < 1 || profile.tries > 20)
    refuse('tries', profile.tries, '1 to 20');
  if (!Number.isInteger(profile.maxDepth) || profile.maxDepth < 1)
    refuse('maxDepth', profile.maxDepth, 'a whole number from 1');
  if (profile.priorities.length === 0 || profile.priorities.some((priority) => !PRIORITIES.includes(priority))) {
    refuse('priorities', profile.priorities, `one or more of ${PRIORITIES.join(', ')}`);
  }
  return { ...profile, priorities: inOrder(profile.priorities) };
}
