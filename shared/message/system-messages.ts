import * as z from 'zod';
import { event } from './message-type.js';

const reference = { type: z.string(), id: z.string() };

/** A delivery became a dead letter. Seed name: ERROR. */
export const ErrorReported = event(
  'ErrorReported',
  z.object({
    ...reference,
    receiver: z.string(),
    reason: z.string(),
    code: z.string(),
    message: z.string(),
    tries: z.number().int(),
  }),
);

/** A delivery on a channel with `acks: 'message'` was completed. Seed name: ACK. */
export const MessageAcknowledged = event('MessageAcknowledged', z.object({ ...reference, receiver: z.string() }));

/** A request was not answered by its deadline. */
export const RequestTimedOut = event(
  'RequestTimedOut',
  z.object({ requestId: z.string(), type: z.string(), deadline: z.string(), attempt: z.number().int() }),
);

/** A command became a dead letter, so that its request will not be answered. */
export const RequestFailed = event(
  'RequestFailed',
  z.object({ requestId: z.string(), type: z.string(), code: z.string(), message: z.string() }),
);

/** A workflow execution began. */
export const WorkflowStarted = event(
  'WorkflowStarted',
  z.object({ workflow: z.string(), execution: z.string(), startedBy: z.string() }),
);

/** A workflow execution ended. `result` is the name given to `flow.complete` or `flow.fail`. */
export const WorkflowCompleted = event(
  'WorkflowCompleted',
  z.object({
    workflow: z.string(),
    execution: z.string(),
    status: z.enum(['succeeded', 'failed']),
    result: z.string(),
    error: z.string().optional(),
  }),
);

/** The channels that every topology has; applications subscribe to them as to their own. */
export const SYSTEM_CHANNELS = {
  'system.errors': { carries: [ErrorReported] },
  'system.timeouts': { carries: [RequestTimedOut, RequestFailed] },
  'system.acknowledgements': { carries: [MessageAcknowledged] },
  'workflow.events': { carries: [WorkflowStarted, WorkflowCompleted] },
} as const;

/** Name of a channel that the framework provides. */
export type SystemChannelName = keyof typeof SYSTEM_CHANNELS;

/** Messages on these channels never cause acknowledgements, error reports or replies: that would never end. */
export function isSystemChannel(channel: string): channel is SystemChannelName {
  return Object.hasOwn(SYSTEM_CHANNELS, channel);
}
