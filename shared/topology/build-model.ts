import { defined } from '../domain/base/defined.js';
import { milliseconds } from '../domain/base/duration.js';
import { LanewayError, unknownName } from '../domain/base/errors.js';
import { inOrder } from '../domain/base/priority.js';
import { DEFAULT_PROFILES, resolveQos, type QosProfile } from '../domain/delivery/qos.js';
import { EMERGENCY_CHANNEL } from '../message/emergency-messages.js';
import { paceOf, rateLimitOf, type RateLimit, type RateLimitSpec } from '../domain/rate/rate-limit.js';
import { isSameType, type MessageType } from '../message/message-type.js';
import {
  isSystemChannel,
  MessageAcknowledged,
  MessageExpired,
  RequestCancelled,
  RequestFailed,
} from '../message/system-messages.js';
import { carriersByType } from './carriers.js';
import { checkStandard, modelDefaults, standardProfile, type TopologyDefaults } from './defaults/topology-defaults.js';
import { checkEmergencies } from './emergency/emergency-channel.js';
import { DEFAULT_HANDLER_TIMEOUT, LONGEST_HANDLER_TIMEOUT } from './defaults/handler-timeout.js';
import { ladderOf } from './ladder-of.js';
import { invalid } from './invalid-topology.js';
import { checkHealth, checkTasks } from './registry/check-agent-limits.js';
import { capabilitiesOf, describedCapabilities } from './selection/capabilities-of.js';
import { selectionOf } from './selection/selection-of.js';
import type { CapabilitySpec } from './selection/selection-spec.js';
import type {
  AgentModel,
  AgentRuntime,
  ChannelModel,
  ClientModel,
  IngressModel,
  TopologyModel,
  TypeModel,
} from './model.js';
import type { AgentSpec, ChannelSpec, ClientSpec, IngressSpec } from './topology.js';

interface Declared {
  readonly name: string;
  readonly channels: Readonly<Record<string, ChannelSpec>>;
  readonly own: readonly string[];
  readonly agents: Readonly<Record<string, AgentSpec>>;
  readonly clients: Readonly<Record<string, ClientSpec>>;
  readonly ingress: Readonly<Record<string, IngressSpec>>;
  readonly capabilities: Readonly<Record<string, CapabilitySpec>> | undefined;
  readonly profiles: Readonly<Record<string, QosProfile>>;
  readonly defaults: TopologyDefaults;
  readonly hearsEmergencies: boolean;
  readonly hopLimit: number;
  readonly cycleLimit: number;
  readonly conversationBudget: number;
}

const RUNTIMES: readonly AgentRuntime[] = ['lambda', 'worker'];
const NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
const CHANNEL_NAME = /^[a-z][a-z0-9-]*(\.[a-z0-9-]+)*$/;

/** Checks a declared topology, fills `types`, and derives the model. Throws as `defineTopology` documents. */
export function buildModel(declared: Declared, types: Map<string, MessageType>): TopologyModel {
  const { name } = declared;
  checkName(name, NAME, 'topology name', name, 'lower-case letters, digits and dashes');
  if (name.length > 40) invalid(name, `the name has ${name.length} characters`, 'allowed: at most 40');
  if (!Number.isInteger(declared.hopLimit) || declared.hopLimit < 1)
    invalid(name, `hopLimit is ${declared.hopLimit}`, 'allowed: a whole number from 1');
  const { cycleLimit, conversationBudget } = declared;
  if (!Number.isInteger(cycleLimit) || cycleLimit < 1 || cycleLimit > 64)
    invalid(name, `cycleLimit is ${cycleLimit}`, 'allowed: a whole number from 1 to 64');
  if (!Number.isInteger(conversationBudget) || conversationBudget < 100)
    invalid(name, `conversationBudget is ${conversationBudget}`, 'allowed: a whole number from 100');
  for (const channel of declared.own) {
    if (isSystemChannel(channel))
      invalid(name, `channel '${channel}' is the framework's`, 'subscribe to it; it need not be declared');
    checkName(channel, CHANNEL_NAME, 'channel name', name, 'lower-case words joined by dots');
  }
  const defaults = modelDefaults(declared.defaults, name);
  const agents = agentsOf(declared);
  const channels = channelsOf(declared, agents, types);
  for (const [channel, spec] of Object.entries(declared.channels)) {
    const own = channels[channel];
    if (!own) continue;
    const ladder = ladderOf(own, spec, { topology: name, channels, agents, types });
    const selection = selectionOf(spec.selection, {
      name: channel,
      isCommanding: own.carries.some((type) => types.get(type)?.kind === 'command'),
      asksPerson: ladder.escalation?.some(({ kind }) => kind === 'person') ?? false,
      place: `${name}, channels['${channel}']`,
    });
    channels[channel] = { ...own, ...ladder, ...defined({ selection }) };
  }
  for (const [id, agent] of Object.entries(agents)) agents[id] = completeAgent(agent, channels, types);
  for (const id of Object.keys(agents))
    for (const type of declared.agents[id]?.publishes ?? []) register(types, type, name);
  const clients = clientsOf(declared, types);
  const ingress = ingressOf(declared, types);
  const model: TopologyModel = {
    name,
    types: byName(typeModels(types)),
    channels: byName(channels),
    agents: byName(agents),
    clients: byName(clients),
    ingress: byName(ingress),
    ...defined({ capabilities: describedCapabilities(declared.capabilities, Object.values(agents), name) }),
    ...defaults,
    hopLimit: declared.hopLimit,
    cycleLimit,
    conversationBudget,
  };
  checkCarriers(model);
  checkCommands(model);
  checkEmergencies(model);
  return model;
}

/** A record without a prototype: received messages are looked up by the names they carry, `constructor` among them. */
function byName<Value>(record: Readonly<Record<string, Value>>): Record<string, Value> {
  return Object.assign(Object.create(null) as Record<string, Value>, record);
}

function agentsOf(declared: Declared): Record<string, AgentModel> {
  const agents: Record<string, AgentModel> = {};
  for (const [id, spec] of Object.entries(declared.agents)) {
    checkName(id, NAME, 'agent id', declared.name, 'lower-case letters, digits and dashes');
    spec.subscribes.forEach((channel, index) => {
      if (!Object.hasOwn(declared.channels, channel)) {
        const where = `${declared.name}, agents.${id}.subscribes[${index}]`;
        throw unknownName(
          'UNKNOWN_CHANNEL',
          `agent '${id}' subscribes to '${channel}'`,
          channel,
          Object.keys(declared.channels),
          where,
        );
      }
    });
    const { runs = 'lambda' } = spec;
    if (!RUNTIMES.includes(runs)) {
      const allowed = RUNTIMES.map((name) => `'${name}'`).join(' or ');
      invalid(declared.name, `agents.${id}.runs is ${JSON.stringify(runs)}`, `allowed: ${allowed}`);
    }
    const handlerTimeout = spec.handlerTimeout ?? declared.defaults.handlerTimeout ?? DEFAULT_HANDLER_TIMEOUT;
    if (milliseconds(handlerTimeout) > milliseconds(LONGEST_HANDLER_TIMEOUT)) {
      invalid(
        declared.name,
        `agents.${id}.handlerTimeout is '${handlerTimeout}'`,
        `allowed: up to ${LONGEST_HANDLER_TIMEOUT} (a Lambda function runs 15; the same for workers)`,
      );
    }
    if (spec.needs !== undefined && milliseconds(spec.needs) > milliseconds(handlerTimeout)) {
      invalid(
        declared.name,
        `agents.${id}.needs is '${spec.needs}'`,
        `allowed: up to its handlerTimeout, '${handlerTimeout}'`,
      );
    }
    checkTasks(declared.name, id, runs, spec.maxConcurrentTasks);
    checkHealth(declared.name, id, runs, spec.health ?? {});
    agents[id] = {
      id,
      runs,
      ...defined({ role: spec.role, description: spec.description }),
      ...capabilitiesOf(spec.capabilities, declared.capabilities, { id, topology: declared.name }),
      subscribes: [...new Set([...spec.subscribes, ...(declared.hearsEmergencies ? [EMERGENCY_CHANNEL] : [])])],
      handles: [],
      publishes: (spec.publishes ?? []).map((type) => type.name),
      lanes: [],
      handlerTimeout,
      ...defined({ needs: spec.needs, maxConcurrentTasks: spec.maxConcurrentTasks, health: spec.health }),
      ...defined({ pace: spec.pace && paceOf(spec.pace, `${declared.name}, agents.${id}.pace`) }),
    };
  }
  return agents;
}

function channelsOf(
  declared: Declared,
  agents: Readonly<Record<string, AgentModel>>,
  types: Map<string, MessageType>,
): Record<string, ChannelModel> {
  checkStandard(declared.defaults, declared.profiles, declared.name);
  const profiles = { ...DEFAULT_PROFILES, ...declared.profiles };
  const own =
    'standard' in declared.profiles ? profiles : { ...profiles, standard: standardProfile(declared.defaults) };
  const channels: Record<string, ChannelModel> = {};
  const subscribers = subscribersByChannel(agents);
  for (const [channel, spec] of Object.entries(declared.channels)) {
    for (const type of spec.carries) {
      register(types, type, declared.name);
      if (type.kind === 'command' && type.reply) register(types, type.reply, declared.name);
    }
    channels[channel] = {
      name: channel,
      carries: spec.carries.map((type) => type.name),
      qos: resolveQos(
        isSystemChannel(channel) && channel !== EMERGENCY_CHANNEL
          ? { ...spec.qos, priorities: ['normal'] }
          : (spec.qos ?? {}),
        isSystemChannel(channel) ? profiles : own,
        `${declared.name}, channels['${channel}'].qos`,
      ),
      default: spec.default ?? false,
      subscribers: subscribers.get(channel) ?? [],
      system: isSystemChannel(channel),
      ...defined({ description: spec.description }),
      ...limitOf(spec, 'channel', `${declared.name}, channels['${channel}']`),
    };
  }
  return channels;
}

function limitOf(
  { rateLimit }: { readonly rateLimit?: RateLimitSpec },
  kind: 'channel' | 'client' | 'ingress',
  place: string,
): { readonly rateLimit?: RateLimit } {
  return rateLimit === undefined ? {} : { rateLimit: rateLimitOf(rateLimit, kind, `${place}.rateLimit`) };
}

function subscribersByChannel(agents: Readonly<Record<string, AgentModel>>): ReadonlyMap<string, string[]> {
  const found = new Map<string, string[]>();
  for (const { id, subscribes } of Object.values(agents)) {
    for (const channel of subscribes) {
      const subscribers = found.get(channel);
      if (subscribers) subscribers.push(id);
      else found.set(channel, [id]);
    }
  }
  return found;
}

function completeAgent(
  agent: AgentModel,
  channels: Readonly<Record<string, ChannelModel>>,
  types: ReadonlyMap<string, MessageType>,
): AgentModel {
  const own = agent.subscribes.map((channel) => channels[channel]).filter((channel) => channel !== undefined);
  const handles = [...new Set(own.flatMap((channel) => channel.carries))];
  const replies = handles.flatMap((name) => {
    const type = types.get(name);
    return type?.kind === 'command' && type.reply ? [type.reply.name] : [];
  });
  const acknowledges = own.some((channel) => channel.qos.acks === 'message') ? [MessageAcknowledged.name] : [];
  const escalates = own.some((channel) => channel.qos.onExpiry === 'escalate') ? [MessageExpired.name] : [];
  const refuses = agent.needs !== undefined && replies.length > 0 ? [RequestFailed.name] : [];
  return {
    ...agent,
    handles,
    publishes: [
      ...new Set([
        ...agent.publishes,
        ...replies,
        ...acknowledges,
        ...escalates,
        ...refuses,
        ...cancels(agent.publishes, types),
      ]),
    ],
    lanes: inOrder(own.flatMap(({ name, qos }) => (name === EMERGENCY_CHANNEL ? [] : qos.priorities))),
  };
}

/** The type `RequestCancelled`, for a publisher of requests: it may take them back. */
function cancels(publishes: readonly string[], types: ReadonlyMap<string, MessageType>): string[] {
  const requests = publishes.some((name) => {
    const type = types.get(name);
    return type?.kind === 'command' && type.reply !== undefined;
  });
  return requests ? [RequestCancelled.name] : [];
}

function clientsOf(declared: Declared, types: Map<string, MessageType>): Record<string, ClientModel> {
  const clients: Record<string, ClientModel> = {};
  for (const [id, spec] of Object.entries(declared.clients)) {
    checkName(id, NAME, 'client id', declared.name, 'lower-case letters, digits and dashes');
    for (const type of spec.publishes) register(types, type, declared.name);
    const own = spec.publishes.map((type) => type.name);
    const finds = spec.findsAgents === true ? ({ findsAgents: true } as const) : {};
    const limit = limitOf(spec, 'client', `${declared.name}, clients.${id}`);
    clients[id] = { id, publishes: [...new Set([...own, ...cancels(own, types)])], ...finds, ...limit };
  }
  return clients;
}

function ingressOf(declared: Declared, types: Map<string, MessageType>): Record<string, IngressModel> {
  const ingress: Record<string, IngressModel> = {};
  for (const [id, spec] of Object.entries(declared.ingress)) {
    checkName(id, NAME, 'ingress name', declared.name, 'lower-case letters, digits and dashes');
    const sources = spec.pattern['source'];
    const own =
      Array.isArray(sources) && sources.some((source) => typeof source === 'string' && source.startsWith('laneway.'));
    if (!Array.isArray(sources) || sources.length === 0 || own) {
      invalid(
        declared.name,
        `ingress.${id}.pattern.source is ${JSON.stringify(sources)}`,
        "allowed: a list of other systems' sources; those that start with 'laneway.' are ours",
      );
    }
    register(types, spec.as, declared.name);
    const limit = limitOf(spec, 'ingress', `${declared.name}, ingress.${id}`);
    ingress[id] = { name: id, pattern: spec.pattern, as: spec.as.name, ...limit };
  }
  return ingress;
}

/** Checks that every type which somebody may publish has a carrier, and exactly one that is taken when the publisher names none. */
function checkCarriers(model: TopologyModel): void {
  const published = [
    ...Object.values(model.agents).flatMap((agent) =>
      agent.publishes.map((type) => [type, `agents.${agent.id}`] as const),
    ),
    ...Object.values(model.clients).flatMap((client) =>
      client.publishes.map((type) => [type, `clients.${client.id}`] as const),
    ),
    ...Object.values(model.ingress).map((ingress) => [ingress.as, `ingress.${ingress.name}`] as const),
  ];
  const carriersOf = carriersByType(Object.values(model.channels));
  for (const [type, where] of published) {
    const carriers = carriersOf.get(type) ?? [];
    if (carriers.length === 0)
      invalid(
        model.name,
        `${where} publishes ${type}, which no channel carries`,
        `add ${type} to the 'carries' of a channel`,
      );
    if (carriers.length > 1 && carriers.filter((channel) => channel.default).length !== 1) {
      throw new LanewayError(
        'AMBIGUOUS_CHANNEL',
        `${type} is carried by ${carriers.map((channel) => channel.name).join(', ')}`,
        {
          help: [`mark exactly one of them 'default: true'   (${model.name}, ${where})`],
        },
      );
    }
  }
}

/**
 * Checks that every carried command has an agent that handles it, and that its reply travels over the bus, where
 * requests are closed.
 */
function checkCommands(model: TopologyModel): void {
  const carriersOf = carriersByType(Object.values(model.channels));
  for (const channel of Object.values(model.channels)) {
    for (const name of channel.carries) {
      const type = model.types[name];
      if (type?.kind !== 'command') continue;
      if (channel.subscribers.length === 0)
        invalid(
          model.name,
          `channel '${channel.name}' carries the command ${name}, but no agent subscribes to it`,
          'a command needs an agent that handles it',
        );
      const replyCarriers = type.reply === undefined ? [] : (carriersOf.get(type.reply) ?? []);
      const direct = replyCarriers.find(({ qos }) => qos.delivery === 'direct');
      if (direct)
        invalid(
          model.name,
          `channel '${direct.name}' is direct and carries ${String(type.reply)}, the reply to ${name}`,
          'a reply travels over the bus, where its request is closed and whoever waits is told: use delivery bus',
        );
      if (channel.qos.acks === 'message' && channel.system)
        invalid(model.name, `channel '${channel.name}' acknowledges by message`, 'system channels never do');
    }
  }
}

function register(types: Map<string, MessageType>, type: MessageType, topology: string): void {
  const known = types.get(type.name);
  if (known && !isSameType(known, type))
    invalid(
      topology,
      `two different message types are named ${type.name}`,
      'declare a type once and pass that object everywhere',
    );
  types.set(type.name, type);
  if (type.kind === 'command' && type.reply && !isSameType(types.get(type.reply.name), type.reply))
    register(types, type.reply, topology);
}

function typeModels(types: ReadonlyMap<string, MessageType>): Record<string, TypeModel> {
  const models: Record<string, TypeModel> = {};
  for (const type of types.values()) {
    models[type.name] = {
      name: type.name,
      kind: type.kind,
      version: type.version,
      ...(type.kind === 'command' && type.reply ? { reply: type.reply.name } : {}),
    };
  }
  return models;
}

function checkName(given: string, allowed: RegExp, what: string, topology: string, words: string): void {
  if (!allowed.test(given) || given.length > 64)
    invalid(topology, `'${given}' cannot be a ${what}`, `allowed: ${words}, at most 64 characters`);
}
