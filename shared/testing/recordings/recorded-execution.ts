import * as z from 'zod';
import type { WorkflowInput } from '../../domain/execution/dispatch.js';
import { LanewayError } from '../../domain/base/errors.js';
import { EXECUTION_STATUSES, type ExecutionStatus } from '../../domain/execution/executions.js';
import type { RequestOutcome } from '../../domain/request/pending.js';
import { PRIORITIES } from '../../domain/base/priority.js';

/** A step of a recorded execution, in the order in which they were reached; of a map one for each element. */
export interface RecordedStep {
  /** Name of the step. */
  readonly step: string;
  /** Element of `flow.map` that the step ran for: `2`, or `2.0` in a map within a map. */
  readonly index?: string;
  /** Verb of the step, as the definition has it. */
  readonly kind: 'request' | 'publish' | 'wait' | 'run' | 'approval' | 'receive';
  /** Message type that it sent or waited for; for `run` the workflow. */
  readonly type?: string;
  /** Key of a `receive` step that has one. */
  readonly key?: string;
  /** End of its request, payload included; absent while it waits, and of a step that only publishes. */
  readonly outcome?: RequestOutcome;
}

/**
 * An execution of a workflow as `laneway workflow export` writes it, one line of JSON for each: its start message, the steps that it
 * came to, and their answers. Payloads stand in it in full. Times are ISO 8601.
 */
export interface RecordedExecution {
  /** Marks a line as the recording of an execution. */
  readonly laneway: 'execution';
  /** Version of this format. */
  readonly version: 1;
  /** Name of the topology. */
  readonly application: string;
  /** Name of its workflow. */
  readonly workflow: string;
  /** Name of the execution. */
  readonly execution: string;
  /** State of the execution when it was recorded. */
  readonly status: ExecutionStatus;
  /** Time of its start, ISO 8601. */
  readonly startedAt: string;
  /** Time of its end, ISO 8601; absent while it runs. */
  readonly endedAt?: string;
  /** Input that it was started with; `message.data` is the payload of the start message. */
  readonly input: WorkflowInput;
  /** Steps in the order in which the execution came to them. */
  readonly steps: readonly RecordedStep[];
  /** Output of an execution that succeeded: `{ result, data }`. */
  readonly output?: unknown;
  /** Error and cause of one that did not. */
  readonly error?: string;
  /** Explanation of that error, as Step Functions has it. */
  readonly cause?: string;
}

const text = z.string();
const summary = z.looseObject({ name: text, message: text, code: text, retryable: z.boolean() });
const outcome = z.discriminatedUnion('state', [
  z.looseObject({ state: z.literal('replied'), by: text, at: text, type: text, dataschema: text }),
  z.looseObject({ state: z.literal('timed-out'), by: text, at: text }),
  z.looseObject({ state: z.literal('failed'), by: text, at: text, error: summary }),
]);
const recording = z.looseObject({
  laneway: z.literal('execution'),
  version: z.literal(1),
  ...{ application: text, workflow: text, execution: text, startedAt: text },
  status: z.enum(EXECUTION_STATUSES),
  input: z.looseObject({
    message: z.looseObject({
      ...{ id: text, type: text, source: text, time: text, correlationid: text },
      priority: z.enum(PRIORITIES),
      hops: z.number().int(),
    }),
  }),
  steps: z.array(
    z.looseObject({
      step: text,
      index: text.optional(),
      kind: z.enum(['request', 'publish', 'wait', 'run', 'approval', 'receive']),
      type: text.optional(),
      key: text.optional(),
      outcome: outcome.optional(),
    }),
  ),
});

/**
 * Reads the file that `laneway workflow export` wrote.
 *
 * @param lines its text: a recorded execution in each line; empty lines are passed over
 * @param from name of the file, for messages
 * @throws LanewayError UNPARSEABLE with the line that is none
 */
export function readRecordings(lines: string, from = 'the export'): RecordedExecution[] {
  return lines.split('\n').flatMap((line, index): RecordedExecution[] => {
    if (line.trim() === '') return [];
    let given: unknown;
    try {
      given = JSON.parse(line);
    } catch (cause) {
      throw noRecording(`${from}, line ${index + 1}, is no JSON`, cause);
    }
    const read = recording.safeParse(given);
    if (read.success) return [read.data as unknown as RecordedExecution];
    const [issue] = read.error.issues;
    const where = issue?.path.map(String).join('.') ?? '';
    throw noRecording(
      `${from}, line ${index + 1}, is no recorded execution: ${where === '' ? 'line' : where}: ${issue?.message ?? ''}`,
      read.error,
    );
  });
}

function noRecording(what: string, cause: unknown): LanewayError {
  return new LanewayError('UNPARSEABLE', what, {
    cause,
    help: ['allowed: the lines that this version writes: laneway workflow export --out <file>'],
  });
}
