import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { LanewayError } from '../../shared/domain/base/errors.js';

/**
 * Calls a function and returns its answer, undefined when it gives none.
 * @throws LanewayError CRASHED with the function's own error
 */
export async function invokeFunction(name: string, input: unknown): Promise<unknown> {
  const client = new LambdaClient({});
  try {
    const answer = await client.send(new InvokeCommand({ FunctionName: name, Payload: JSON.stringify(input) }));
    const text = answer.Payload?.transformToString() ?? '';
    const value: unknown = text === '' ? undefined : JSON.parse(text);
    if (answer.FunctionError === undefined) return value;
    const { errorType, errorMessage } = (value ?? {}) as { errorType?: string; errorMessage?: string };
    throw new LanewayError(
      'CRASHED',
      `the function failed: ${errorType ?? answer.FunctionError}: ${errorMessage ?? ''}`,
      {
        help: [`its log tells more: ${name}`],
      },
    );
  } finally {
    client.destroy();
  }
}
