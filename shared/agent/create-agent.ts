import { defined } from '../domain/base/defined.js';
import { LanewayError, unknownName } from '../domain/base/errors.js';
import type { MessageType } from '../message/message-type.js';
import type { AgentModel } from '../topology/model.js';
import type { AgentSpec, CapabilityIn, ChannelSpec, HeardBy, PublishedBy, Topology } from '../topology/topology.js';
import { isOfEmergency, type EmergencyDeclared, type EmergencyEnded } from '../message/emergency-messages.js';
import type { Context, Handlers, Middleware } from './context.js';
import type { Message } from './message.js';

/** A handler without its types, as the runtime calls it. */
export type ErasedHandler = (message: Message, context: Context) => unknown;

/** Dependencies and signal of a probe of an agent's health. */
export interface HealthContext<Deps> {
  /** Dependencies that the agent was bound with. */
  readonly deps: Deps;
  /** Aborts when the probe's time, 5 seconds, is over. */
  readonly signal: AbortSignal;
}

/**
 * Probe of an agent's health: a look at what its handlers cannot do without, such as a connection. It says that the instance is ill by
 * returning `false`, throwing, rejecting, or taking more than 5 seconds; anything else says that it is well.
 */
export type HealthProbe<Deps> = (context: HealthContext<Deps>) => unknown;

/** Logic of an agent: its handlers, by message type. It touches neither AWS nor the environment. */
export interface Agent<Deps = unknown> {
  /** Topology that the agent belongs to. */
  readonly topology: Topology;
  /** Id of the agent in its topology. */
  readonly id: string;
  /** The agent's part of the topology's model. */
  readonly model: AgentModel;
  /** Handlers by the name of their message type. */
  readonly handlers: ReadonlyMap<string, ErasedHandler>;
  /** Handler of the types without one of their own. */
  readonly otherwise?: ErasedHandler;
  /** Handler of emergencies and their ends. */
  readonly onEmergency?: ErasedHandler;
  /** Middleware around every handler, outermost first. */
  readonly middleware: readonly Middleware<Deps>[];
  /** Version of its code, which its dead letters name. */
  readonly version?: string;
  /** Probe of its health; absent when it has none. */
  readonly health?: HealthProbe<Deps>;
  /** Binds the dependencies that `needs` declared. */
  with(deps: Deps): BoundAgent;
}

/** An agent that is ready to run. */
export interface BoundAgent {
  /** The agent. */
  readonly agent: Agent<never>;
  /** Its dependencies, which handlers find in `context.deps`. */
  readonly deps: unknown;
}

/** Options of `handle`. */
export interface AgentOptions<Deps> {
  /** Middleware around every handler, outermost first. */
  readonly use?: readonly Middleware<Deps>[];
  /**
   * Handles an emergency, and its end (`message.type` tells them apart), in a topology with `emergency: true`. It runs for a present
   * emergency of the operators' record alone. What it does besides returning is the agent's own affair: the measures are taken without it.
   * @defaultValue a line in the log
   */
  readonly onEmergency?: EmergencyHandler<Deps>;
  /** Version of the agent's code, as its dead letters name it. @defaultValue the hash of its bundle, where deployed */
  readonly version?: string;
  /**
   * Probe of its health, for an agent that runs as a worker: run before each heartbeat, in its process. An instance whose
   * probe fails twice in a row takes nothing new, and is out of the pool until a probe succeeds. It costs no message anything.
   * @defaultValue none: an instance is well while it beats and most of its tries succeed
   */
  readonly health?: HealthProbe<Deps>;
}

/** Handles an emergency or its end. */
export type EmergencyHandler<Deps = unknown> = (
  message: Message<typeof EmergencyDeclared | typeof EmergencyEnded>,
  context: Context<MessageType, MessageType, Deps>,
) => void | Promise<void>;

/** Builds an agent of a topology. */
export interface AgentBuilder<
  Heard extends MessageType,
  Published extends MessageType,
  Deps,
  Capability extends string = string,
> {
  /** Declares the type of `context.deps`; the values are bound with `Agent.with`, where the agent runs. */
  needs<Needed>(): AgentBuilder<Heard, Published, Needed, Capability>;
  /**
   * Takes one handler for each type that the agent hears.
   * @throws LanewayError INVALID_TOPOLOGY for a missing or an extra one; INVALID_OPTION for a probe of an agent on Lambda
   */
  handle(handlers: Handlers<Heard, Published, Deps, Capability>, options?: AgentOptions<Deps>): Agent<Deps>;
}

/**
 * Starts the definition of an agent's logic; `handle` ends it.
 * @throws LanewayError UNKNOWN_AGENT
 */
export function createAgent<
  Name extends string,
  Channels extends Record<string, ChannelSpec>,
  Agents extends Record<string, AgentSpec>,
  const Id extends keyof NoInfer<Agents> & string,
>(
  topology: Topology<Name, Channels, Agents>,
  id: Id,
): AgentBuilder<
  HeardBy<Channels, Agents[Id]>,
  PublishedBy<Channels, Agents[Id]>,
  Record<never, never>,
  CapabilityIn<Agents>
> {
  const model = topology.model.agents[id];
  if (!model)
    throw unknownName(
      'UNKNOWN_AGENT',
      `'${id}' is no agent of '${topology.name}'`,
      id,
      Object.keys(topology.model.agents),
      topology.name,
    );
  return builder(topology, model);
}

function builder<Heard extends MessageType, Published extends MessageType, Deps>(
  topology: Topology,
  model: AgentModel,
): AgentBuilder<Heard, Published, Deps> {
  return {
    needs: <Needed>() => builder<Heard, Published, Needed>(topology, model),
    handle: (handlers, options = {}) =>
      makeAgent<Deps>(topology, model, handlers as Readonly<Record<string, ErasedHandler>>, options),
  };
}

function makeAgent<Deps>(
  topology: Topology,
  model: AgentModel,
  given: Readonly<Record<string, ErasedHandler>>,
  { use: middleware = [], version, health, onEmergency }: AgentOptions<Deps>,
): Agent<Deps> {
  const { otherwise, ...byType } = given;
  const heard = model.handles.filter((type) => !isOfEmergency(type));
  const missing = otherwise ? [] : heard.filter((type) => !Object.hasOwn(byType, type));
  const extra = Object.keys(byType).filter((type) => !heard.includes(type));
  if (missing.length > 0 || extra.length > 0) {
    throw new LanewayError(
      'INVALID_TOPOLOGY',
      `agent '${model.id}' ${missing.length > 0 ? `has no handler for ${missing.join(', ')}` : `handles ${extra.join(', ')}, which it does not hear`}`,
      {
        help: [`it hears: ${heard.join(', ') || '(nothing)'}`, 'allowed: one handler for each, or `otherwise`'],
      },
    );
  }
  if (health !== undefined && model.runs !== 'worker') {
    throw new LanewayError('INVALID_OPTION', `agent '${model.id}' has a probe of its health, and runs on Lambda`, {
      help: [
        "allowed: with runs: 'worker'; a function has no process that could run one, and is looked at from outside",
      ],
    });
  }
  const agent: Agent<Deps> = {
    topology,
    id: model.id,
    model,
    handlers: new Map(Object.entries(byType)),
    ...(otherwise ? { otherwise } : {}),
    ...(onEmergency ? { onEmergency: onEmergency as ErasedHandler } : {}),
    middleware,
    ...defined({ version, health }),
    with: (deps) => ({ agent, deps }),
  };
  return agent;
}
