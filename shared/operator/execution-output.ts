import type { WorkflowInput } from '../domain/dispatch.js';
import { summarizeError } from '../domain/errors.js';
import type { ExecutionDetail } from '../domain/executions.js';
import { described, restored } from '../domain/kept-state.js';
import type { PayloadStore } from '../domain/ports.js';

/**
 * What an execution put out, with what is in it by reference; that is only named where the payload store no longer has it.
 * @throws LanewayError UNAVAILABLE
 */
export async function executionOutput(
  output: unknown,
  correlationId: string,
  payloads: Pick<PayloadStore, 'get'>,
): Promise<unknown> {
  try {
    return await restored(output, correlationId, payloads);
  } catch (error) {
    if (summarizeError(error).retryable) throw error;
    return described(output);
  }
}

/** An execution with all that it put out, if a message started it. @throws LanewayError UNAVAILABLE */
export async function withOutput(
  execution: ExecutionDetail,
  payloads: Pick<PayloadStore, 'get'>,
): Promise<ExecutionDetail> {
  const { input, output } = execution;
  const { correlationid } = (input as Partial<WorkflowInput> | undefined)?.message ?? {};
  if (output === undefined || correlationid === undefined) return execution;
  return { ...execution, output: await executionOutput(output, correlationid, payloads) };
}
