import * as z from 'zod';

/**
 * Vehicle identification number: 17 characters without I, O and Q (ISO 3779). The check digit is not demanded here,
 * because only North American vehicles carry one (49 CFR 565); see {@link ./vin.js} for it.
 */
export const Vin = z
  .string()
  .regex(/^[A-HJ-NPR-Z0-9]{17}$/, 'a VIN has 17 characters: digits and capitals but I, O, Q');

/** The engine signals of a reading, in the order in which reports show them. */
export const SIGNALS = [
  'rpm',
  'oilPressureBar',
  'fuelPressureBar',
  'coolantPressureBar',
  'oilTempC',
  'coolantTempC',
] as const;
/** Name of one signal of a {@link Reading}; the unit is part of the name. */
export type SignalName = (typeof SIGNALS)[number];

/**
 * A number of a measurement or a place, read to six decimals. No sensor knows more, and a table takes no number below 1e-130
 * (DynamoDB developer guide, "Number").
 */
const measured = (least: number, most: number) =>
  z
    .number()
    .min(least)
    .max(most)
    .overwrite((value) => Number(value.toFixed(6)) + 0);

/**
 * One engine reading. Pressures in bar (gauge), temperatures in °C, speed in revolutions per minute. A vehicle need not have every
 * sensor: what is there is judged, and the analysis says what was not.
 */
export const Reading = z
  .object({
    rpm: measured(0, 12_000).optional(),
    oilPressureBar: measured(0, 20).optional(),
    fuelPressureBar: measured(0, 3_000).optional(),
    coolantPressureBar: measured(0, 20).optional(),
    oilTempC: measured(-60, 250).optional(),
    coolantTempC: measured(-60, 250).optional(),
    /** ISO time of the measurement; without it the order in the message is the order in time. */
    time: z.iso.datetime().optional(),
  })
  .refine((reading) => SIGNALS.some((signal) => reading[signal] !== undefined), 'a reading has at least one signal');
export type Reading = z.infer<typeof Reading>;

/** A reading that has some signals for certain. */
export type ReadingWith<Signal extends SignalName> = Reading & Readonly<Record<Signal, number>>;

/** A reading that has every signal. */
export type FullReading = ReadingWith<SignalName>;

/** The readings that have all of `signals`. */
export function readingsWith<Signal extends SignalName>(
  readings: readonly Reading[],
  ...signals: readonly Signal[]
): ReadingWith<Signal>[] {
  return readings.filter((reading): reading is ReadingWith<Signal> =>
    signals.every((signal) => reading[signal] !== undefined),
  );
}

/** A place on the earth, degrees (WGS 84). */
export const Location = z.object({ lat: measured(-90, 90), lon: measured(-180, 180) });
export type Location = z.infer<typeof Location>;

/** Facts of a vehicle beside its readings. */
export const VehicleInfo = z.object({
  model: z.string().min(1).max(80).optional(),
  modelYear: z.int().min(1980).max(2100).optional(),
  plant: z.string().min(1).max(40).optional(),
  /** Place of the vehicle, so that a service centre near it is chosen. */
  location: Location.optional(),
});
export type VehicleInfo = z.infer<typeof VehicleInfo>;

export const Severity = z.enum(['normal', 'warning', 'critical']);
export type Severity = z.infer<typeof Severity>;

/** Priority of the messages that follow an analysis; the same words as the lanes of Laneway. */
export const FollowUpPriority = z.enum(['critical', 'high', 'normal']);
export type FollowUpPriority = z.infer<typeof FollowUpPriority>;

/** Part of the vehicle that is spoken about: in recommendations, skills, parts and feedback. */
export const Component = z.enum([
  'lubrication',
  'fuel',
  'cooling',
  'engine',
  'brakes',
  'transmission',
  'electrical',
  'steering',
]);
export type Component = z.infer<typeof Component>;

/** Urgency of work. `immediate`: driving on does damage. `routine`: the work can wait. */
export const Urgency = z.enum(['immediate', 'soon', 'routine']);
export type Urgency = z.infer<typeof Urgency>;

export const ReasonCode = z.enum([
  'OIL_PRESSURE_CRITICAL',
  'OIL_PRESSURE_LOW',
  'OIL_PRESSURE_DIP',
  'COOLANT_OVERHEATING',
  'COOLANT_HOT',
  'OIL_OVERHEATING',
  'OIL_HOT',
  'FUEL_PRESSURE_UNUSUAL',
  'COOLANT_PRESSURE_UNUSUAL',
  'COOLANT_TEMP_UNUSUAL',
  'OIL_TEMP_UNUSUAL',
]);
export type ReasonCode = z.infer<typeof ReasonCode>;

/** One finding: its signal, the value read, the value expected, and a sentence for a person. */
export const Reason = z.object({
  code: ReasonCode,
  severity: Severity,
  signal: z.enum(SIGNALS),
  value: z.number(),
  /** The limit or the expected value the reading was compared with, in the signal's unit. */
  expected: z.number(),
  basis: z.enum(['limit', 'fleet', 'history']),
  text: z.string().max(300),
});
export type Reason = z.infer<typeof Reason>;

/** Recommended work. `component: null` with `routine` means: nothing beyond the usual service. */
export const Recommendation = z.object({
  component: Component.nullable(),
  action: z.string().min(1).max(200),
  urgency: Urgency,
});
export type Recommendation = z.infer<typeof Recommendation>;

/** Estimated probability that the component fails within 30 days if nothing is done, and how far to trust it (0-1). */
export const FailureEstimate = z.object({
  probability: z.number().min(0).max(1),
  confidence: z.number().min(0).max(1),
});
export type FailureEstimate = z.infer<typeof FailureEstimate>;

/** Payload of `VehicleTelemetryReported` and `AnalyzeVehicle`. `history` are older readings, oldest first. */
export const Telemetry = z.object({
  vin: Vin,
  readings: z.array(Reading).min(1).max(100),
  vehicle: VehicleInfo.optional(),
  history: z.array(Reading).max(200).optional(),
});
export type Telemetry = z.infer<typeof Telemetry>;

/** Payload of `AnalyzeVehicle`. `approveAbove`: cost, in the currency of the price list, above which the repair has to be approved. */
export const AnalysisRequest = Telemetry.extend({ approveAbove: z.number().nonnegative().optional() });

/** Expected cost of a repair by the operator's price list; `currency` as in ISO 4217. */
export const CostEstimate = z.object({
  amount: z.number().nonnegative(),
  currency: z.string().regex(/^[A-Z]{3}$/, 'a currency has three capitals, as in ISO 4217'),
});
export type CostEstimate = z.infer<typeof CostEstimate>;

/** Payload of `VehicleAnalyzed`. `score` runs from 0 (as expected) to 1 (certainly abnormal). */
export const Analysis = z.object({
  vin: Vin,
  severity: Severity,
  priority: FollowUpPriority,
  score: z.number().min(0).max(1),
  failure: FailureEstimate,
  reasons: z.array(Reason),
  recommendation: Recommendation,
  /** Of the recommended work; absent when there is none, or the price list does not have it. */
  estimate: CostEstimate.optional(),
  /** True when the work costs more than the request's `approveAbove`, or the price list does not have it. */
  needsApproval: z.boolean().optional(),
  /** Signals that no reading of the report had, so that nothing was judged by them; absent when there are none. */
  unjudged: z.array(z.enum(SIGNALS)).optional(),
});
export type Analysis = z.infer<typeof Analysis>;

/** Payload of `EngageCustomer`. */
export const Engagement = z.object({
  vin: Vin,
  severity: Severity,
  recommendation: Recommendation,
  reasons: z.array(Reason),
});
export type Engagement = z.infer<typeof Engagement>;

/** Payload of `EngagementWanted`. `remind`: true when a customer who does not answer gets a second notice. */
export const EngagementWish = Engagement.extend({ priority: FollowUpPriority, remind: z.boolean() });

export const NoticeChannel = z.enum(['email', 'sms', 'push', 'call']);
export type NoticeChannel = z.infer<typeof NoticeChannel>;

/** End of an engagement. `unreachable`: no channel could be used, so there is no use in waiting. */
export const EngagementOutcome = z.enum(['accepted', 'declined', 'silent', 'unreachable']);
export type EngagementOutcome = z.infer<typeof EngagementOutcome>;

/** Payload of `CustomerEngaged`. */
export const EngagementResult = z.object({
  vin: Vin,
  outcome: EngagementOutcome,
  channels: z.array(NoticeChannel),
  severity: Severity,
});
export type EngagementResult = z.infer<typeof EngagementResult>;

/** Payload of `CustomerResponded`: the reference out of the notice, and the choice of the customer. */
export const CustomerResponse = z.object({
  reference: z.string().min(1).max(200),
  answer: z.enum(['accept', 'decline']),
  comment: z.string().max(2_000).optional(),
});
export type CustomerResponse = z.infer<typeof CustomerResponse>;

/** One hour of one bay of a service centre; `id` is `centre/bay/start`, times are UTC. */
export const Slot = z.object({
  id: z.string(),
  centreId: z.string(),
  bay: z.int().positive(),
  start: z.iso.datetime(),
  end: z.iso.datetime(),
});
export type Slot = z.infer<typeof Slot>;

/** Payload of `ScheduleService`. Without `component`, any centre will do. */
export const ServiceRequest = z.object({
  vin: Vin,
  component: Component.nullable(),
  urgency: Urgency,
  location: Location.optional(),
  earliest: z.iso.datetime().optional(),
  latest: z.iso.datetime().optional(),
  /** `hold` books provisionally, until it expires. */
  mode: z.enum(['book', 'hold']).optional(),
  /** Booking id of an earlier hold that this booking takes over, if it is still there. */
  holdId: z.string().optional(),
});
export type ServiceRequest = z.infer<typeof ServiceRequest>;

/** Payload of `ServiceScheduled`. */
export const ServiceResult = z.object({
  vin: Vin,
  status: z.enum(['booked', 'held', 'unavailable']),
  bookingId: z.string().optional(),
  slot: Slot.optional(),
  centreName: z.string().optional(),
  distanceKm: z.number().optional(),
  holdExpires: z.iso.datetime().optional(),
  alternatives: z.array(Slot),
});
export type ServiceResult = z.infer<typeof ServiceResult>;

/** Payload of `ReleaseService`. Without a booking there is nothing to release, which is an answer too. */
export const ReleaseRequest = z.object({ vin: Vin, bookingId: z.string().optional() });

/** Payload of `ServiceReleased`. `nothing-held`: no such booking, or it had lost its slot before. */
export const ReleaseResult = z.object({
  vin: Vin,
  bookingId: z.string().optional(),
  status: z.enum(['released', 'nothing-held']),
});

/** Payload of `FeedbackReceived`: words of an owner or a workshop about a vehicle. */
export const Feedback = z.object({
  feedbackId: z.string().min(1).max(100),
  vin: Vin,
  component: Component,
  symptom: z.string().min(1).max(80),
  plant: z.string().min(1).max(40).optional(),
  modelYear: z.int().min(1980).max(2100).optional(),
  time: z.iso.datetime(),
  comment: z.string().max(2_000).optional(),
});
export type Feedback = z.infer<typeof Feedback>;

/** Payload of `ManufacturingInsightFound`: a symptom that recurs with one plant or model year more than chance explains. */
export const Insight = z.object({
  component: Component,
  symptom: z.string(),
  factor: z.enum(['plant', 'modelYear']),
  value: z.string(),
  /** Different vehicles with component, symptom and factor. */
  support: z.int().positive(),
  /** Number of such vehicles that chance alone would give. */
  expected: z.number(),
  /** Of the hypergeometric test, corrected for every cell that could have been reported. */
  adjustedP: z.number().min(0).max(1),
  from: z.iso.datetime(),
  until: z.iso.datetime(),
  feedbackIds: z.array(z.string()),
  text: z.string(),
});
export type Insight = z.infer<typeof Insight>;
