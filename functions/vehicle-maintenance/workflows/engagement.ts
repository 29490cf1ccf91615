import type { Duration } from 'laneway/message';
import { defineWorkflow } from 'laneway/workflow';
import { EngageCustomer, EngagementWanted } from '../messages.js';
import { vehicles } from '../topology.js';

/** Times of {@link engagement} that differ between a real fleet and a demonstration. */
export interface EngagementTimes {
  /** Time that a customer has for an answer, from each notice on. */
  readonly respondWithin: Duration;
}

/** Results of an engagement; `flow.run` in other workflows takes the list. */
export const ENGAGEMENT_RESULTS = ['accepted', 'declined', 'silent', 'unreachable'] as const;

/**
 * Asks a customer for a decision: sends a notice, and a second one on silence when `remind` says so. Other workflows run it;
 * nobody publishes its start message.
 */
export function engagement({ respondWithin }: EngagementTimes) {
  return defineWorkflow(
    vehicles,
    'engagement',
    { startedBy: EngagementWanted, deadline: '7 days' },
    (flow, { vin, severity, recommendation, reasons, priority, remind }) => {
      const tell = (step: string) =>
        flow.request(
          step,
          EngageCustomer,
          { vin, severity, recommendation, reasons },
          { timeout: respondWithin, priority, onTimeout: { vin, outcome: 'silent', channels: [], severity } },
        );

      const first = tell('tell');
      return flow.match(first.outcome, {
        accepted: () => flow.complete('accepted'),
        declined: () => flow.complete('declined'),
        unreachable: () => flow.complete('unreachable'),
        silent: () =>
          flow.match(remind, {
            false: () => flow.complete('silent'),
            true: () => {
              const second = tell('remind');
              return flow.match(second.outcome, {
                accepted: () => flow.complete('accepted'),
                declined: () => flow.complete('declined'),
                unreachable: () => flow.complete('unreachable'),
                silent: () => flow.complete('silent'),
              });
            },
          }),
      });
    },
  );
}

/** The workflow that {@link engagement} defines. */
export type EngagementWorkflow = ReturnType<typeof engagement>;

/**
 * Longest time of an engagement: the times of its notices, and ten minutes for its messages to travel.
 */
export function longest({ steps }: EngagementWorkflow): Duration {
  const waiting = steps.reduce((sum, { timeoutSeconds = 0 }) => sum + timeoutSeconds, 0);
  return `${waiting + 600} seconds`;
}
