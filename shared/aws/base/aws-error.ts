import { LanewayError } from '../../domain/base/errors.js';

/** Codes by which AWS refuses a call, or one entry of it, for want of a permission. */
const DENIED = /AccessDenied|^NotAuthorized|^UnrecognizedClientException$/;

/** Name of a thrown error, as AWS puts its code there. */
export function awsCode(error: unknown): string {
  return error instanceof Error ? error.name : 'Unknown';
}

/** Message of a thrown error. */
export function awsMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** True when a call was refused for want of a permission. After a deploy, a grant takes its time to be known everywhere. */
export function isDenied(error: unknown): boolean {
  return isDeniedCode(awsCode(error));
}

/** True for a code by which AWS refuses a call, or one entry of it, for want of a permission. */
export function isDeniedCode(code: string): boolean {
  return DENIED.test(code);
}

/** True when a conditional write found something else than it demanded. */
export function isConditionFailed(error: unknown): error is Error & { readonly Item?: Record<string, unknown> } {
  return awsCode(error) === 'ConditionalCheckFailedException';
}

/**
 * Awaits a call of a service; what it throws becomes UNAVAILABLE (to be repeated), with what was attempted. A failed
 * condition passes through: it is an answer.
 * @throws LanewayError UNAVAILABLE
 */
export async function available<Result>(what: string, call: Promise<Result>): Promise<Result> {
  try {
    return await call;
  } catch (error) {
    if (isConditionFailed(error) || error instanceof LanewayError) throw error;
    throw unavailable(what, error);
  }
}

/** UNAVAILABLE for what a service threw; retryable even when denied, as it is no fault of the message at hand. */
export function unavailable(what: string, error: unknown): LanewayError {
  return new LanewayError('UNAVAILABLE', `${what}: ${awsCode(error)}: ${awsMessage(error)}`, {
    cause: error,
    ...(isDenied(error)
      ? { help: ["the role lacks a permission: grant it through the construct's grant methods"] }
      : {}),
  });
}
