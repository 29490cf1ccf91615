/**
 * Agents: one handler for each message type that comes to the agent. An agent knows neither AWS nor the environment, so that
 * the same value runs in a function, in a worker and in a test.
 *
 * @example
 * ```ts
 * import { createAgent } from 'laneway/agent';
 * import { topology } from './topology.js';
 *
 * export const greeter = createAgent(topology, 'greeter')
 *   .needs<{ salutation: string }>()
 *   .handle({
 *     Greet: ({ data }, { deps }) => ({ text: `${deps.salutation}, ${data.name}!` }), // what it returns is the reply
 *   });
 * ```
 *
 * @packageDocumentation
 */
import '../domain/base/one-version.js';
export { createAgent } from './create-agent.js';
export type {
  Agent,
  AgentBuilder,
  AgentOptions,
  BoundAgent,
  ErasedHandler,
  HealthContext,
  HealthProbe,
} from './create-agent.js';
export type {
  CommandsIn,
  Context,
  GuardOptions,
  Handler,
  HandlerResult,
  Handlers,
  Log,
  Middleware,
  PublishedMessage,
  ReplyLater,
} from './context.js';
export type { Message } from './message.js';
export type { EmergencyHandler } from './create-agent.js';
export type { Participant } from '../publishing/publish-message.js';
export type { Addressee, AgentGroup, CapableAgents, EachAgent } from '../topology/addressing.js';
export type { PublishOptions } from '../publishing/compose-message.js';
export { LanewayError, PermanentError } from '../domain/base/errors.js';
