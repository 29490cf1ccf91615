import type { Duration } from 'laneway/message';
import { defineWorkflow, type Ref } from 'laneway/workflow';
import {
  AnalyzeVehicle,
  CaseEscalated,
  EngageCustomer,
  ScheduleService,
  VehicleTelemetryReported,
} from '../messages.js';
import type { Analysis, ServiceResult } from '../schemas.js';
import { vehicles } from '../topology.js';

/** Times that differ between a real fleet and a demonstration. */
export interface MaintenanceTimes {
  /** How long a customer has for an answer. */
  readonly respondWithin: Duration;
}

/**
 * What happens to a vehicle after its readings came in: analyse; healthy: done; a warning: ask the customer, remind
 * once, book; critical: ask the customer and hold a slot meanwhile, and give the case to a person when nobody agrees.
 */
export function maintenance({ respondWithin }: MaintenanceTimes) {
  return defineWorkflow(
    vehicles,
    'maintenance',
    { startedBy: VehicleTelemetryReported, deadline: '7 days' },
    (flow, telemetry) => {
      const engage = (step: string, analysis: Ref<Analysis>) =>
        flow.request(
          step,
          EngageCustomer,
          {
            vin: telemetry.vin,
            severity: analysis.severity,
            recommendation: analysis.recommendation,
            reasons: analysis.reasons,
          },
          {
            timeout: respondWithin,
            priority: analysis.priority,
            onTimeout: {
              vin: telemetry.vin,
              outcome: 'silent',
              channels: [],
              severity: analysis.severity,
            },
          },
        );

      const schedule = (
        step: string,
        analysis: Ref<Analysis>,
        mode: 'book' | 'hold',
        holdId?: Ref<ServiceResult['bookingId']>,
      ) =>
        flow.request(
          step,
          ScheduleService,
          {
            vin: telemetry.vin,
            component: analysis.recommendation.component,
            urgency: analysis.recommendation.urgency,
            location: telemetry.vehicle.location,
            mode,
            ...(holdId === undefined ? {} : { holdId }),
          },
          { timeout: '2 minutes', priority: analysis.priority },
        );

      const book = (analysis: Ref<Analysis>, holdId?: Ref<ServiceResult['bookingId']>) => {
        const service = schedule('schedule', analysis, 'book', holdId);
        return flow.match(service.status, {
          booked: () => flow.complete('scheduled', { slot: service.slot }),
          held: () => flow.complete('held', { slot: service.slot }),
          unavailable: () => flow.complete('no-slot', { alternatives: service.alternatives }),
        });
      };

      const escalate = (analysis: Ref<Analysis>, why: string) => {
        flow.publish(
          'escalate',
          CaseEscalated,
          { vin: telemetry.vin, severity: analysis.severity, why },
          { priority: 'high' },
        );
        return flow.complete('escalated');
      };

      const analysis = flow.request(
        'analyze',
        AnalyzeVehicle,
        { vin: telemetry.vin, readings: telemetry.readings, vehicle: telemetry.vehicle, history: telemetry.history },
        { timeout: '5 minutes' },
      );
      return flow.match(analysis.severity, {
        normal: () => flow.complete('healthy'),
        warning: () => {
          const answer = engage('engage', analysis);
          return flow.match(answer.outcome, {
            accepted: () => book(analysis),
            declined: () => flow.complete('declined'),
            unreachable: () => flow.complete('unreachable'),
            silent: () => {
              const second = engage('follow up', analysis);
              return flow.match(second.outcome, {
                accepted: () => book(analysis),
                declined: () => flow.complete('declined'),
                unreachable: () => flow.complete('unreachable'),
                silent: () => flow.complete('unanswered'),
              });
            },
          });
        },
        critical: () => {
          const both = flow.parallel({
            engagement: () => engage('engage', analysis),
            hold: () => schedule('hold', analysis, 'hold'),
          });
          return flow.match(both.engagement.outcome, {
            accepted: () => book(analysis, both.hold.bookingId),
            declined: () => escalate(analysis, 'the customer declined a critical repair'),
            unreachable: () => escalate(analysis, 'the customer could not be reached about a critical repair'),
            silent: () => escalate(analysis, 'the customer did not answer about a critical repair'),
          });
        },
      });
    },
  );
}
