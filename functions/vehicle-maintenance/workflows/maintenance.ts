import type { Duration } from 'laneway/message';
import { defineWorkflow, type Ref } from 'laneway/workflow';
import {
  AnalyzeVehicle,
  CaseEscalated,
  ReleaseService,
  ScheduleService,
  VehicleTelemetryReported,
} from '../messages.js';
import type { ServiceResult } from '../schemas.js';
import { vehicles } from '../topology.js';
import { ENGAGEMENT_RESULTS, longest, type EngagementWorkflow } from './engagement.js';

/** Names of which approvals of a repair's cost are asked: `first`, and `then` when those keep silent. */
export const COST_APPROVERS = { first: 'service desk', then: 'fleet management' } as const;

/** Limits and times of {@link maintenance} that differ between fleets. */
export interface MaintenanceOptions {
  /** Repairs that cost more are booked after people have approved them; in the currency of the price list. */
  readonly approveAbove: number;
  /** Time to decide for the service desk, and the same again for fleet management. */
  readonly decideWithin: Duration;
}

/**
 * Defines the way of a vehicle after its readings came in. They are analysed. Healthy: the workflow ends. A warning: the
 * customer is asked, reminded once, and a slot is booked. Critical: the customer is asked while a slot is held, and the case goes
 * to a person when nobody agrees. A repair that costs more than the limit is booked after people have approved it.
 *
 * No hold outlives the execution: it becomes the booking, or is given back. An end that people or customers chose gives it
 * back by a message of its own and completes; when the execution fails, times out or is stopped, the compensation does.
 */
export function maintenance(engaged: EngagementWorkflow, { approveAbove, decideWithin }: MaintenanceOptions) {
  return defineWorkflow(
    vehicles,
    'maintenance',
    { startedBy: VehicleTelemetryReported, deadline: '7 days' },
    (flow, telemetry) => {
      const { vin, vehicle } = telemetry;
      const analysis = flow.request(
        'analyze',
        AnalyzeVehicle,
        { vin, readings: telemetry.readings, vehicle, history: telemetry.history, approveAbove },
        { timeout: '5 minutes' },
      );
      const { severity, priority, recommendation, reasons } = analysis;

      const engage = (remind: boolean) =>
        flow.run(
          'engage',
          engaged,
          { vin, severity, recommendation, reasons, priority, remind },
          { timeout: longest(engaged), results: ENGAGEMENT_RESULTS },
        );

      const wanted = {
        ...{ vin, component: recommendation.component, urgency: recommendation.urgency },
        location: vehicle.location,
      };
      // The time that such a request is worth anything, so that an agent that died on the way is tried again.
      const within = { timeout: '10 minutes', priority } as const;

      const hold = () =>
        flow.request(
          'hold',
          ScheduleService,
          { ...wanted, mode: 'hold' },
          {
            ...within,
            compensate: { with: ReleaseService, data: ({ bookingId }) => ({ vin, bookingId }), timeout: '2 hours' },
          },
        );

      const book = (held?: Ref<ServiceResult>) => {
        const service = flow.request(
          'schedule',
          ScheduleService,
          { ...wanted, mode: 'book', ...(held ? { holdId: held.bookingId } : {}) },
          within,
        );
        return flow.match(service.status, {
          booked: () => flow.complete('scheduled', { slot: service.slot }),
          held: () => flow.complete('held', { slot: service.slot }),
          unavailable: () => flow.complete('no-slot', { alternatives: service.alternatives }),
        });
      };

      const release = (held?: Ref<ServiceResult>) => {
        if (held) flow.publish('release', ReleaseService, { vin, bookingId: held.bookingId });
      };

      const escalate = (why: string, held?: Ref<ServiceResult>) => {
        release(held);
        flow.publish('escalate', CaseEscalated, { vin, severity, why }, { priority: 'high' });
        return flow.complete('escalated');
      };

      /** Goes on when the cost is within the limit or approved, and ends here otherwise. People are also asked about work without a price. */
      const approve = (held?: Ref<ServiceResult>) =>
        flow.match(flow.orElse(analysis.needsApproval, true), {
          false: () => undefined,
          true: () => {
            const { decision } = flow.approval('approve cost', {
              title: 'Repair above the cost limit',
              details: {
                ...{ vin, severity, work: recommendation.action, component: recommendation.component },
                ...{ cost: analysis.estimate.amount, currency: analysis.estimate.currency, limit: approveAbove },
              },
              approvers: COST_APPROVERS.first,
              escalateTo: COST_APPROVERS.then,
              timeout: decideWithin,
            });
            flow.match(decision, {
              approved: () => undefined,
              rejected: () => {
                release(held);
                flow.complete('rejected');
              },
              silent: () => escalate('nobody decided about the cost of the repair', held),
            });
          },
        });

      return flow.match(severity, {
        normal: () => flow.complete('healthy'),
        warning: () => {
          const { result } = engage(true);
          return flow.match(result, {
            accepted: () => {
              approve();
              return book();
            },
            declined: () => flow.complete('declined'),
            unreachable: () => flow.complete('unreachable'),
            silent: () => flow.complete('unanswered'),
          });
        },
        critical: () => {
          // A customer who must not drive on is not reminded by a second notice: a person takes over.
          const both = flow.parallel({ engagement: () => engage(false), hold });
          return flow.match(both.engagement.result, {
            accepted: () => {
              approve(both.hold);
              return book(both.hold);
            },
            declined: () => escalate('the customer declined a critical repair', both.hold),
            unreachable: () => escalate('the customer could not be reached about a critical repair', both.hold),
            silent: () => escalate('the customer did not answer about a critical repair', both.hold),
          });
        },
      });
    },
  );
}
