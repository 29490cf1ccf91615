/**
 * Tests without AWS: {@link invoke} runs one handler, and {@link createHarness} runs a whole application in memory on a clock
 * that the test moves, with crashes, duplicates and faults.
 *
 * @example
 * ```ts
 * import { createHarness, invoke } from 'laneway/testing';
 * import { greeter } from './greeter/agent.js';
 * import { Greet } from './messages.js';
 * import { topology } from './topology.js';
 *
 * const { reply } = await invoke(greeter, Greet, { name: 'Ada' });
 * console.log(reply?.text);
 *
 * const world = createHarness(topology, { agents: [greeter] });
 * world.faults.duplicate({ copies: 2 });
 * const answer = await world.request(Greet, { name: 'Ada' }, { timeout: '1 minute' });
 * console.log(answer.text);
 * ```
 *
 * @packageDocumentation
 */
import '../domain/base/one-version.js';
export { invoke } from './invoke.js';
export type { Invocation, InvokeOptions } from './invoke.js';
export type { ReadyAgent } from './harness/bound-agents.js';
export { ManualClock } from './memory/manual-clock.js';
export { createHarness } from './harness/harness.js';
export type { Harness } from './harness/harness.js';
export type { HarnessOptions, HarnessPublishOptions } from './harness/harness-options.js';
export type { VisitForm } from './harness/visit-link.js';
export type { PageResponse } from '../operator/approval-page/answer-link.js';
export type { AgentsAccess, HarnessAgents } from './harness/instances/harness-agents.js';
export type { StartOptions } from './harness/instances/instances.js';
export type { InstanceFacts } from '../agent/registry/instance-lease.js';
export type { DrainOptions, DrainTarget } from '../operator/agents/drain-agent.js';
export { AGENT_STATUSES } from '../domain/registry/lifecycle.js';
export type { AgentStatus } from '../domain/registry/lifecycle.js';
export type { Drain } from '../domain/registry/drain.js';
export type {
  AgentFinder,
  AgentInstance,
  FindAgentsOptions,
  InstanceFilter,
} from '../topology/registry/find-agents.js';
export { CRASH_POINTS } from './harness/faults.js';
export type { CrashPoint, Faults, Freeze, HowOften, Selection, Skew } from './harness/faults.js';
export { OUTAGE_PORTS } from './harness/outages.js';
export type { Outage, OutageKind, OutagePort } from './harness/outages.js';
export type { Emergencies } from './harness/emergency/world-emergencies.js';
export type { Emergency, EmergencyEnd, EmergencyMeasure, TakenMeasure } from '../domain/emergency/emergency.js';
export type { EmergencyDone } from '../operator/emergency/emergency.js';
export type { EmergencyStatus, RollCall } from '../operator/emergency/roll-call.js';
export type { OperatorStep } from '../operator/steps.js';
export type { Answered, Broadcast, BroadcastOptions, Missing } from '../publishing/broadcast/broadcast.js';
export { harnessMatchers } from './harness/harness-matchers.js';
export type {
  DeadLetterMatch,
  HarnessMatchers,
  MatcherContext,
  MatcherResult,
  PartOf,
  ValueMatcher,
} from './harness/harness-matchers.js';
export type { DeadLetterReason } from '../domain/delivery/dead-letter.js';
export type { HarnessConversation, SentMessage, WorkflowEnding } from './harness/harness-conversation.js';
export type { Account, Expected as ExpectedDelivery, InFlight } from '../domain/evidence/conversation.js';
export { EXECUTION_STATUSES } from '../domain/execution/executions.js';
export type { Execution, ExecutionDetail, ExecutionStatus } from '../domain/execution/executions.js';
export type { Keep } from '../domain/request/keep.js';
export type { Climb, KeptCommand } from '../domain/request/ladder.js';
export type { Lineage } from '../domain/delivery/lineage.js';
export type { Approval, PendingRecord, Waiter } from '../domain/request/pending.js';
export type { RequestLineage } from '../domain/request/request-lineage.js';
export type { Clock } from '../domain/base/clock.js';
export type { ApprovalRecord } from '../operator/requests/decide-approval.js';
export type { Actor } from '../operator/operator-services.js';
export type { Breakers } from '../operator/breakers/breakers.js';
export type { ChannelStanding } from '../operator/pauses/pause-channel.js';
export type { ChannelPause, Countdown } from '../domain/pause/pause.js';
export type { BreakerKey, BreakerRecord, BreakerState, Probe } from '../domain/breaker/breaker.js';
export type { Retried } from '../operator/workflows/retry-workflow.js';
export { checkExecutions } from './recordings/check-executions.js';
export type { CheckedWorkflow, CheckOptions, ExecutionCheck } from './recordings/check-executions.js';
export { FINDING_KINDS } from './recordings/execution-findings.js';
export type { ExecutionFinding, FindingKind } from './recordings/execution-findings.js';
export { readRecordings } from './recordings/recorded-execution.js';
export type { RecordedExecution, RecordedStep } from './recordings/recorded-execution.js';
export type { WorkflowInput } from '../domain/execution/dispatch.js';
