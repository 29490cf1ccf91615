/**
 * Features of AWS that an engine can lack so that no bridge makes up for it, each with a description. A test that needs one
 * says so and is skipped, with the reason, where it is missing. A feature that no test needs is here for docs/reference/engines.md.
 */
export const capabilities = {
  iam: 'permissions are enforced: each function runs under its own role, and a call without a grant is refused',
  'publish-conditions': 'the condition keys `events:source` and `events:detail-type` are known',
  'ses-v2': 'mails are sent by SES v2',
  wildcards: 'a `*` in an event pattern stands for nothing as well',
  volume: 'a thousand messages pass within seconds',
  'branch-tokens': 'each branch of a parallel state has a task token of its own',
  'fail-fast': 'a branch or element that fails ends its neighbours at once',
  'dispatch-errors': 'a task that waits for its token fails with the function that it calls',
  'execution-definition': 'the definition that an execution began with can be asked for after its machine has changed',
  heartbeats: 'a task ends whose heartbeat stays away',
  'target-dead-letters': 'what a rule could not hand to its target is retried, then goes to a dead letter queue',
  'batching-window': 'an event source mapping waits for more messages',
  scheduler: 'EventBridge Scheduler fires',
  'queue-alarms': 'alarms are evaluated on metrics of queues',
  'math-alarms': 'composite and metric-math alarms are evaluated',
  'point-in-time': 'tables can be restored to a point in time',
} as const;

/** Key of {@link capabilities}. */
export type Capability = keyof typeof capabilities;

/** Features that an engine lacks, each with the reason. */
export type Lacks = Readonly<Partial<Record<Capability, string>>>;
