/**
 * Runs an application in this process on the real clock, without AWS and without an engine. Nothing survives the process.
 *
 * @example
 * ```ts
 * import { startInProcess } from 'laneway/in-process';
 * import { greeter } from './greeter/agent.js';
 * import { Greet } from './messages.js';
 * import { topology } from './topology.js';
 *
 * const app = await startInProcess(topology, { agents: [greeter] });
 * const { text } = await app.client('desk').request(Greet, { name: 'Ada' }, { timeout: '10 seconds' });
 * console.log(text);
 * await app.stop();
 * ```
 *
 * @packageDocumentation
 */
import '../domain/base/one-version.js';
export type { AgentsAccess } from '../testing/harness/instances/harness-agents.js';
export type { DrainOptions, DrainTarget } from '../operator/agents/drain-agent.js';
export { startInProcess } from './start-in-process.js';
export type { AsClient, InProcess } from './in-process.js';
export type { InProcessOptions, Leftover, StopOptions } from './in-process-options.js';
export type { ReadyAgent } from '../testing/harness/bound-agents.js';
export type { HarnessConversation } from '../testing/harness/harness-conversation.js';
export type { LanewayClient } from '../client/laneway-client.js';
export type { DeadLetterEntry } from '../domain/delivery/dead-letter.js';
export type { Execution, ExecutionDetail, ExecutionStatus } from '../domain/execution/executions.js';
export type { ApprovalRecord } from '../operator/requests/decide-approval.js';
export type { Actor } from '../operator/operator-services.js';
export type { Breakers } from '../operator/breakers/breakers.js';
export type { ChannelStanding } from '../operator/pauses/pause-channel.js';
export type { ChannelPause, Countdown } from '../domain/pause/pause.js';
export type { BreakerKey, BreakerRecord, BreakerState, Probe } from '../domain/breaker/breaker.js';
export type { Retried } from '../operator/workflows/retry-workflow.js';
export type { ClientPublishOptions, RequestOptions } from '../publishing/client-options.js';
export type { Emergencies } from '../testing/harness/emergency/world-emergencies.js';
export type { Emergency, EmergencyEnd, EmergencyMeasure, TakenMeasure } from '../domain/emergency/emergency.js';
export type { EmergencyDone } from '../operator/emergency/emergency.js';
export type { EmergencyStatus, RollCall } from '../operator/emergency/roll-call.js';
export type { OperatorStep } from '../operator/steps.js';
export type { Answered, Broadcast, BroadcastOptions, Missing } from '../publishing/broadcast/broadcast.js';
export type { Receipt } from '../publishing/publish-message.js';
