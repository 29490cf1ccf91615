import * as z from 'zod';
import { PRIORITIES } from '../domain/base/priority.js';
import { WATCHED_RESOURCES } from '../domain/registry/health-limits.js';
import { AGENT_STATUSES } from '../domain/registry/lifecycle.js';
import { EMERGENCY_CHANNEL } from './emergency-messages.js';
import { systemEvent } from './message-type.js';

const reference = { type: z.string(), id: z.string() };

/** A delivery became a dead letter. */
export const ErrorReported = systemEvent(
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

/** A delivery was completed; its channel has `acks: 'message'`. */
export const MessageAcknowledged = systemEvent('MessageAcknowledged', z.object({ ...reference, receiver: z.string() }));

const failure = { requestId: z.string(), type: z.string(), code: z.string(), message: z.string() };
/** Kind of the rung that follows; absent when the attempt's end is the request's end, or when the ladder has yet to decide. */
const next = z.enum(['retry', 'agent', 'channel', 'person']).optional();

/**
 * A request, or one attempt of it, was not answered in time. On `system.timeouts` it ends the request; on
 * `system.attempts` only that attempt, and `next` is what follows.
 */
export const RequestTimedOut = systemEvent(
  'RequestTimedOut',
  z.object({ requestId: z.string(), type: z.string(), deadline: z.string(), attempt: z.number().int(), next }),
);

/**
 * A command became a dead letter. On `system.timeouts` that ends the request; on `system.attempts` only that attempt, and
 * the ladder decides. `final`: an operator ends the request, whatever the ladder says.
 */
export const RequestFailed = systemEvent(
  'RequestFailed',
  z.object({ ...failure, attempt: z.number().int().default(1), final: z.boolean().optional() }),
);

/**
 * A request has come to the rung of its ladder on which a person decides. Answer it by `until`, or fail it, with
 * `laneway requests`.
 */
export const PersonNeeded = systemEvent(
  'PersonNeeded',
  z.object({ ...failure, until: z.string(), attempt: z.number().int(), tried: z.array(z.string()) }),
);

/** The requester took a request back: its command is not started (again), and its reply is recorded and changes nothing. */
export const RequestCancelled = systemEvent('RequestCancelled', z.object({ requestId: z.string(), why: z.string() }));

/**
 * A breaker of an agent's guarded calls has changed: it opened, one call is tried (`half-open`), or it closed. Each change is published
 * once, under one id. What an agent says of its own breakers is that agent's claim.
 */
export const BreakerChanged = systemEvent(
  'BreakerChanged',
  z.object({
    agent: z.string(),
    /** Name of the guard. */
    guard: z.string(),
    state: z.enum(['closed', 'open', 'half-open']),
    /** Instant of the change, ISO 8601. */
    since: z.string(),
    /** Number of the change, from 1. */
    turn: z.number().int(),
    /** Instant from which one call is tried; absent unless it is open, and when a person opened it. */
    until: z.string().optional(),
    /** Failures in a row. */
    failures: z.number().int(),
    /** Text of the last failure. */
    error: z.string().optional(),
    /** Person or program that opened it. */
    trippedBy: z.string().optional(),
  }),
);

/** A delivery expired before it was handled; its channel has `onExpiry: 'escalate'`. */
export const MessageExpired = systemEvent(
  'MessageExpired',
  z.object({
    ...reference,
    channel: z.string(),
    receiver: z.string(),
    /** Instant from which it was no longer handled, ISO 8601; of a command, its deadline if that was earlier. */
    expires: z.string(),
    /** Seconds from its publishing until it was received. */
    ageSeconds: z.number(),
  }),
);

/**
 * Facts of the original start message, which a retry of executions takes in place of those of the message that asks for
 * it. With `data`, the payload as the executions before had it.
 */
const startMessage = z.object({
  id: z.string(),
  source: z.string().optional(),
  time: z.string().optional(),
  priority: z.enum(PRIORITIES).optional(),
  hops: z.number().int().min(0).optional(),
  subject: z.string().optional(),
  data: z.unknown().optional(),
});

/**
 * A workflow is to be started with this payload of its start message, by a step of another workflow or by an operator.
 * The platform's function `starter` receives it. `parent` is the request that the end of the execution answers. A
 * generation from 1 is a retry of the executions before it, and has their start message (`start`).
 */
export const WorkflowRequested = systemEvent(
  'WorkflowRequested',
  z.object({
    workflow: z.string(),
    data: z.unknown(),
    generation: z.number().int().min(0).default(0),
    parent: z.object({ requestId: z.string() }).optional(),
    start: startMessage.optional(),
  }),
);

/**
 * A step of a workflow waits for a person's decision. The agent that tells people (by mail, chat, a page) subscribes to
 * it. `escalated`: the people who were asked first kept silent. `link`, where the application has `approvalLinks`:
 * leads to a page on which its reader decides for the approvers. The link is a credential: hand it to them in the
 * handler, publish it nowhere.
 */
export const ApprovalRequested = systemEvent(
  'ApprovalRequested',
  z.object({
    approval: z.string(),
    workflow: z.string(),
    execution: z.string(),
    step: z.string(),
    title: z.string(),
    details: z.unknown(),
    /** Name of the people who are to decide, such as a team that the application knows. */
    approvers: z.string(),
    /** Instant (ISO 8601) at which the approval escalates, or ends without a decision. */
    deadline: z.string(),
    escalated: z.boolean(),
    link: z.string().optional(),
  }),
);

/** A person decided, or nobody did in time (`silent`); the first decision stands. */
export const ApprovalDecided = systemEvent(
  'ApprovalDecided',
  z.object({ decision: z.enum(['approved', 'rejected', 'silent']), by: z.string(), reason: z.string() }),
);

/** A workflow execution began. */
export const WorkflowStarted = systemEvent(
  'WorkflowStarted',
  z.object({ workflow: z.string(), execution: z.string(), startedBy: z.string() }),
);

/** A workflow execution ended. `result` is the name given to `flow.complete` or `flow.fail`. */
export const WorkflowCompleted = systemEvent(
  'WorkflowCompleted',
  z.object({
    workflow: z.string(),
    execution: z.string(),
    status: z.enum(['succeeded', 'failed']),
    result: z.string(),
    error: z.string().optional(),
  }),
);

/**
 * Compensations of a failed workflow are through. `undone` names the steps whose compensation was answered, `notUndone`
 * those whose was not. A reply that comes later still is undone as well, and the message is published again.
 */
export const WorkflowCompensated = systemEvent(
  'WorkflowCompensated',
  z.object({
    workflow: z.string(),
    execution: z.string(),
    reason: z.string(),
    undone: z.array(z.string()),
    notUndone: z.array(z.string()),
  }),
);

const stepOf = { execution: z.string(), step: z.string(), index: z.string().optional() };

/** A step of a workflow that sends a message or waits was begun. */
export const WorkflowProgressed = systemEvent('WorkflowProgressed', z.object({ workflow: z.string(), ...stepOf }));

const task = { execution: z.string(), step: z.string(), requestId: z.string(), type: z.string() };

/** The request of a workflow step was answered, by the message `by`; that message itself is the answer. */
export const TaskCompleted = systemEvent('TaskCompleted', z.object({ ...task, by: z.string() }));

/** The request of a workflow step was not answered: in time (REQUEST_TIMED_OUT), or because its command became a dead letter. */
export const AgentFailed = systemEvent('AgentFailed', z.object({ ...task, code: z.string(), message: z.string() }));

/**
 * A workflow execution did not end well. It tells the same as `WorkflowCompleted` with status `failed`, for subscribers
 * of failures only.
 */
export const WorkflowFailed = systemEvent(
  'WorkflowFailed',
  z.object({
    workflow: z.string(),
    execution: z.string(),
    status: z.enum(['failed', 'timed-out', 'aborted']),
    error: z.string(),
    cause: z.string(),
  }),
);

/**
 * An instance of an agent has another status: one message for each transition. It is the platform's word; what an instance says of
 * itself is only its ground. `instance` is `function` for an agent on Lambda, and `from` is absent for the first status.
 */
export const AgentStatusChanged = systemEvent(
  'AgentStatusChanged',
  z.object({
    agent: z.string(),
    instance: z.string(),
    from: z.enum(AGENT_STATUSES).optional(),
    status: z.enum(AGENT_STATUSES),
    /** Instant at which the platform saw it, ISO 8601. */
    since: z.string(),
    cause: z.string(),
  }),
);

/**
 * Nobody takes messages for an agent any more: each of its instances is ill, cannot run, is silent or has ended, and no operator
 * ordered that. Its open requests move up their ladders now. One message for each time.
 */
export const AgentWentDown = systemEvent(
  'AgentWentDown',
  z.object({
    agent: z.string(),
    /** Instant at which the platform saw it, ISO 8601. */
    since: z.string(),
    cause: z.string(),
    /** Messages that its instances had in hand when they were last heard. */
    tasks: z.number().int(),
  }),
);

/** Somebody takes messages for an agent again that was down. One message for each `AgentWentDown`. */
export const AgentCameBack = systemEvent(
  'AgentCameBack',
  z.object({ agent: z.string(), since: z.string(), downSince: z.string() }),
);

/**
 * A resource of an agent is used beyond its limit (`above`), or no longer (`below`), once each way. Shares are from 0 to 1. What it is
 * reckoned from are the heartbeats of the agent's instances: their word on themselves.
 */
export const ResourceThresholdCrossed = systemEvent(
  'ResourceThresholdCrossed',
  z.object({
    agent: z.string(),
    resource: z.enum(WATCHED_RESOURCES),
    crossed: z.enum(['above', 'below']),
    value: z.number(),
    threshold: z.number(),
    since: z.string(),
  }),
);

/**
 * Messages that end a wait, or begin or end an execution, outlast an outage of two days: whoever waits for them would wait for ever.
 * With the longest pause between two tries they are still younger than a copy in a lane may become.
 */
const LASTING = { expires: '3 days' } as const;

/** The channels that every topology has; applications subscribe to them as to their own. */
export const SYSTEM_CHANNELS = {
  'system.errors': { carries: [ErrorReported] },
  /** Ends of requests. */
  'system.timeouts': { carries: [RequestTimedOut, RequestFailed], default: true, qos: LASTING },
  /** Ends of single attempts of requests that have an escalation ladder. */
  'system.attempts': { carries: [RequestTimedOut, RequestFailed], qos: LASTING },
  'system.people': { carries: [PersonNeeded], qos: LASTING },
  'system.acknowledgements': { carries: [MessageAcknowledged] },
  'system.cancellations': { carries: [RequestCancelled], qos: LASTING },
  'system.expiries': { carries: [MessageExpired] },
  'system.agents': { carries: [AgentStatusChanged, AgentWentDown, AgentCameBack, ResourceThresholdCrossed] },
  'system.breakers': { carries: [BreakerChanged] },
  'workflow.events': { carries: [WorkflowStarted, WorkflowCompleted], qos: LASTING },
  /** Published only where an agent subscribes. */
  'workflow.progress': { carries: [WorkflowProgressed, TaskCompleted] },
  /** Published only where an agent subscribes. */
  'workflow.failures': { carries: [WorkflowFailed, AgentFailed], qos: LASTING },
  'workflow.compensations': { carries: [WorkflowCompensated], qos: LASTING },
  'workflow.requests': { carries: [WorkflowRequested], qos: LASTING },
  'approvals.requested': { carries: [ApprovalRequested], qos: LASTING },
  'approvals.decided': { carries: [ApprovalDecided], qos: LASTING },
} as const;

/** Names of the types that the framework's channels carry. */
export const SYSTEM_TYPES: readonly string[] = [
  ...new Set(Object.values(SYSTEM_CHANNELS).flatMap(({ carries }) => carries.map(({ name }) => name))),
];

/** Name of a channel that the framework provides. */
export type SystemChannelName = keyof typeof SYSTEM_CHANNELS;

/**
 * True for a channel of the framework. Messages on one never cause acknowledgements, error reports or replies: that
 * would never end.
 */
export function isSystemChannel(channel: string): boolean {
  return Object.hasOwn(SYSTEM_CHANNELS, channel) || channel === EMERGENCY_CHANNEL;
}
