import type { WorkflowInput } from '../../domain/execution/dispatch.js';
import type { ExecutionDetail } from '../../domain/execution/executions.js';
import { restoredOrDescribed } from '../../domain/execution/kept-state.js';
import type { PayloadStore } from '../../domain/wire/payload-store.js';

/**
 * An execution with its whole output, if a message started it. A part that is kept by reference and no longer stored is named.
 * @throws LanewayError UNAVAILABLE
 */
export async function withOutput(
  execution: ExecutionDetail,
  payloads: Pick<PayloadStore, 'get'>,
): Promise<ExecutionDetail> {
  const { input, output } = execution;
  const { correlationid } = (input as Partial<WorkflowInput> | undefined)?.message ?? {};
  if (output === undefined || correlationid === undefined) return execution;
  return { ...execution, output: await restoredOrDescribed(output, correlationid, payloads) };
}
