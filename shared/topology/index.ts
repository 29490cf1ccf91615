/**
 * The topology: channels, agents, clients and ingress of an application in one declaration. Rules, lanes, permissions and
 * alarms are derived from it, and the compiler checks agents, clients and workflows against it.
 *
 * @example
 * ```ts
 * import { defineTopology } from 'laneway/topology';
 * import { Greet, Greeted } from './messages.js';
 *
 * export const reception = defineTopology('reception', {
 *   channels: {
 *     'greeting.requests': { carries: [Greet] },
 *     'greeting.results': { carries: [Greeted] },
 *   },
 *   agents: { greeter: { subscribes: ['greeting.requests'] } },
 *   clients: { desk: { publishes: [Greet] } },
 * });
 * ```
 *
 * @packageDocumentation
 */
import '../domain/base/one-version.js';
export { defineTopology } from './define-topology.js';
export { matchCapabilities } from './selection/match-capabilities.js';
export type {
  AgentSpec,
  AllChannels,
  CapabilityIn,
  CarriedBy,
  ChannelSpec,
  CheckedLadders,
  ClientSpec,
  CommandsOn,
  EscalationRung,
  ForeignEvent,
  HeardBy,
  IngressSpec,
  PublishedBy,
  RepliesOf,
  RepliesOn,
  RoleIn,
  Topology,
  TopologySpec,
} from './topology.js';
export type { TopologyDefaults } from './defaults/topology-defaults.js';
export type {
  AgentModel,
  AgentRuntime,
  ChannelModel,
  ClientModel,
  IngressModel,
  TopologyModel,
  TypeModel,
} from './model.js';
export type { HealthLimits, WatchedResource } from '../domain/registry/health-limits.js';
export type { CapabilitySpec, DeclaredCapabilities, SelectionSpec } from './selection/selection-spec.js';
export type { OnNobody, SelectionModel, SelectionStrategy, SelectionWeights } from '../domain/selection/selection.js';
export type {
  CapabilityMatch,
  CapabilityMatcher,
  DescribedCapability,
  PastAssignment,
} from '../domain/selection/capability-matcher.js';
export type { Rung } from '../domain/request/ladder.js';
export type { QosInput, QosProfile } from '../domain/delivery/qos.js';
export type { RetryBudget } from '../domain/delivery/retry-budget.js';
export type { OnLimit, Pace, PaceSpec, RateLimit, RateLimitSpec } from '../domain/rate/rate-limit.js';
export type { RoutedQueue, RoutingRule, RulePattern, RuleTarget } from './rules.js';
