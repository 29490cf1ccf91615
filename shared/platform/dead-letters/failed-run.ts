import * as z from 'zod';
import { errorSignature, LanewayError, summarizeError } from '../../domain/base/errors.js';
import { derivedId } from '../../domain/base/ids.js';

/** Record that Lambda writes of an asynchronous call that it gave up (developer guide, "Retain records of asynchronous invocations"). */
const schema = z.object({
  requestContext: z.object({ functionArn: z.string(), condition: z.string() }),
  responsePayload: z.object({ errorType: z.string().optional(), errorMessage: z.string().optional() }).nullish(),
});

/** A run of a scheduled function that Lambda gave up after its last try. */
export interface FailedRun {
  /** Id that stands for the cause: the same function and error of one day have the same, so that a month of them is no flood. */
  readonly id: string;
  /** Function, and the error of its last try. */
  readonly error: LanewayError;
}

/** Reads the failed run in a text that came to the dead letter queue of the platform; undefined for any other text. @param at ISO 8601 */
export function failedRunIn(text: string, at: string): FailedRun | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const read = schema.safeParse(value);
  if (!read.success) return undefined;
  const { requestContext, responsePayload } = read.data;
  const name = requestContext.functionArn.split(':function:').at(-1)?.split(':')[0] ?? requestContext.functionArn;
  const { errorType = requestContext.condition, errorMessage = 'it gave no message' } = responsePayload ?? {};
  const error = new LanewayError(
    'CRASHED',
    `function ${name} failed in every try of a run: ${errorType}: ${errorMessage}`,
    {
      retryable: false,
      help: ['nothing is lost: the next run does the work; its log and the alarm `no-heartbeat` say more'],
    },
  );
  return { id: derivedId('failed-run', name, errorSignature(summarizeError(error)), at.slice(0, 10)), error };
}
