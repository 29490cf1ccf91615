import { LanewayError } from '../../domain/base/errors.js';

/** Ends a handling before its time: the signal aborts, and the handling fails with `why`. */
export type Stop = (why: LanewayError) => void;

/**
 * Error with which Laneway itself stops a handling. An error of the same code that a handler throws is the handler's
 * failure, and no stop.
 */
export class StoppedHandling extends LanewayError {}

/** Error that stops a handling whose request was taken back. */
export function cancelledError(messageId: string): LanewayError {
  return new StoppedHandling('CANCELLED', `the request of ${messageId} was taken back while it was handled`);
}

/** Error that stops a handling whose lease somebody else has. */
export function leaseLostError(messageId: string): LanewayError {
  return new StoppedHandling('LEASE_LOST', `somebody else has taken ${messageId} over`, { retryable: true });
}
