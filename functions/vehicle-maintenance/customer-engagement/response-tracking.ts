import type { CustomerResponse, EngagementOutcome, NoticeChannel, Severity } from '../schemas.js';

/** Record of an engagement, kept until the customer answers or the time is over. */
export interface AwaitedResponse {
  readonly correlationId: string;
  readonly requestId: string;
  readonly vin: string;
  readonly customerId: string;
  readonly severity: Severity;
  readonly channels: readonly NoticeChannel[];
  /** ISO times. */
  readonly sentAt: string;
  readonly deadline: string;
  readonly answer?: CustomerResponse['answer'];
  readonly answeredAt?: string;
}

/** Minutes that a customer has to answer, by severity. */
export const RESPONSE_MINUTES: Readonly<Record<Severity, number>> = {
  critical: 30,
  warning: 24 * 60,
  normal: 7 * 24 * 60,
};

/** Instant at which an answer to a notice sent at `sentAt` is due. */
export const responseDeadline = (severity: Severity, sentAt: Date): Date =>
  new Date(sentAt.getTime() + RESPONSE_MINUTES[severity] * 60_000);

/**
 * Records an answer. The first one stands; a later, different one and one after the deadline change nothing, because the workflow has
 * gone on: the caller learns by identity of the result that nothing changed.
 */
export function recordResponse(awaited: AwaitedResponse, response: CustomerResponse, now: Date): AwaitedResponse {
  if (awaited.answer !== undefined || now.getTime() > Date.parse(awaited.deadline)) return awaited;
  return { ...awaited, answer: response.answer, answeredAt: now.toISOString() };
}

/** Outcome of the engagement at `now`; undefined while the customer may still answer. */
export function outcomeAt(awaited: AwaitedResponse, now: Date): EngagementOutcome | undefined {
  if (awaited.channels.length === 0) return 'unreachable';
  if (awaited.answer !== undefined) return awaited.answer === 'accept' ? 'accepted' : 'declined';
  return now.getTime() > Date.parse(awaited.deadline) ? 'silent' : undefined;
}
