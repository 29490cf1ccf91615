import * as z from 'zod';
import { command, event } from 'laneway/message';
import {
  Analysis,
  AnalysisRequest,
  CustomerResponse,
  Engagement,
  EngagementResult,
  EngagementWish,
  Feedback,
  Insight,
  ReleaseRequest,
  ReleaseResult,
  ServiceRequest,
  ServiceResult,
  Severity,
  Telemetry,
  Vin,
} from './schemas.js';

/** A vehicle sent engine readings. */
export const VehicleTelemetryReported = event('VehicleTelemetryReported', Telemetry);

/** An analysis is done. */
export const VehicleAnalyzed = event('VehicleAnalyzed', Analysis);

/** Analyse a vehicle's readings. */
export const AnalyzeVehicle = command('AnalyzeVehicle', AnalysisRequest, { reply: VehicleAnalyzed });

/** Reports the channels over which a customer was reached, and the answer. */
export const CustomerEngaged = event('CustomerEngaged', EngagementResult);

/** Tell a customer of the findings and ask for a decision. */
export const EngageCustomer = command('EngageCustomer', Engagement, { reply: CustomerEngaged });

/**
 * A customer is to be told, and reminded. Starts the workflow `engagement` and is the payload that `maintenance` runs it
 * with; no agent and no client publishes it, so that nothing else starts one.
 */
export const EngagementWanted = event('EngagementWanted', EngagementWish);

/** A customer answered a notice; comes from outside. */
export const CustomerResponded = event('CustomerResponded', CustomerResponse);

/** Reports the result of a request for a service slot. */
export const ServiceScheduled = event('ServiceScheduled', ServiceResult);

/** Find and book a service slot. */
export const ScheduleService = command('ScheduleService', ServiceRequest, { reply: ServiceScheduled });

/** Reports the result of a request to give a slot back. */
export const ServiceReleased = event('ServiceReleased', ReleaseResult);

/** Give the slot of a booking or hold back, because a provisional booking is not wanted any more. */
export const ReleaseService = command('ReleaseService', ReleaseRequest, { reply: ServiceReleased });

/** An owner or a workshop said something about a vehicle; starts a conversation of its own. */
export const FeedbackReceived = event('FeedbackReceived', Feedback);

/** A symptom recurs with one plant or model year. */
export const ManufacturingInsightFound = event('ManufacturingInsightFound', Insight);

/** A case that needs a person: nobody answered, or the customer declined something critical. */
export const CaseEscalated = event(
  'CaseEscalated',
  z.object({ vin: Vin, severity: Severity, why: z.string().max(300) }),
);

/** A case that is to be looked at again later: a customer declined, did not answer, or no slot was free. */
export const FollowUpDue = event('FollowUpDue', z.object({ vin: Vin, why: z.string().max(300) }));
