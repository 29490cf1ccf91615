import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { SendTaskFailureCommand, SFNClient } from '@aws-sdk/client-sfn';

/** Name of the variable that names the dispatcher. */
export const DISPATCHER = 'QUAY_DISPATCHER';

const options = { maxAttempts: 1 };
const functions = new LambdaClient(options);
const machines = new SFNClient(options);

/**
 * Stands between a state machine and the dispatcher on an engine that passes over the dispatcher's errors, and does what Step
 * Functions does of itself: a task fails with the error of its function, waits it for a token or not, so that the state's `Retry`
 * decides what becomes of it.
 */
export async function handler(step: { readonly token?: string }): Promise<unknown> {
  const failure = await dispatch(step);
  if (!(failure instanceof Error)) return failure;
  if (step.token === undefined) throw failure;
  const { name: error, message: cause } = failure;
  await machines.send(new SendTaskFailureCommand({ taskToken: step.token, error, cause }));
  return undefined;
}

/** The dispatcher's answer, or the error under the name that Step Functions has for it. */
async function dispatch(step: unknown): Promise<unknown> {
  try {
    const call = new InvokeCommand({ FunctionName: process.env[DISPATCHER] ?? '', Payload: JSON.stringify(step) });
    const { FunctionError, Payload } = await functions.send(call);
    const answer: unknown = JSON.parse(Payload?.transformToString() || 'null');
    if (FunctionError === undefined) return answer;
    const { errorType, errorMessage } = (answer ?? {}) as { errorType?: string; errorMessage?: string };
    return named(errorType ?? 'Lambda.Unknown', errorMessage ?? FunctionError);
  } catch (error) {
    return named('Lambda.SdkClientException', String(error));
  }
}

const named = (name: string, message: string) => Object.assign(new Error(message), { name });
