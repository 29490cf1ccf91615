import { LanewayError } from '../domain/base/errors.js';
import { laneFor, PRIORITIES, type Priority } from '../domain/base/priority.js';
import { ApprovalDecided, RequestCancelled, RequestFailed, WorkflowRequested } from '../message/system-messages.js';
import { carriersByType } from './carriers.js';
import { lanesOfAgent } from './lanes-of.js';
import type { AgentModel, ChannelModel, TopologyModel } from './model.js';
import { repliesOf } from './replies.js';

/** An EventBridge event pattern. */
export type RulePattern = Readonly<Record<string, unknown>>;

/** Queues of the platform that rules of the bus lead to. */
export type RoutedQueue = 'unroutable' | 'ingress' | 'replies' | 'starts';

/** Target of a rule of the bus: the lane of an agent, or a queue of the platform. */
export type RuleTarget =
  | { readonly kind: 'lane'; readonly agent: string; readonly priority: Priority }
  | { readonly kind: 'queue'; readonly queue: RoutedQueue };

/** One rule of the bus. */
export interface RoutingRule {
  /** Purpose of the rule. */
  readonly kind: 'channel' | 'mailbox' | 'unroutable' | 'ingress' | 'replies' | 'starts';
  /** Name of the rule, unique in the topology. It is stable as long as its channel, agent, ingress or type keeps its name. */
  readonly name: string;
  /** The channel, agent, ingress or type that it is for. */
  readonly subject?: string;
  /** EventBridge pattern of the events that the rule forwards. */
  readonly pattern: RulePattern;
  /** Lanes or queues that get the message, one to {@link MAX_TARGETS}. */
  readonly targets: readonly RuleTarget[];
}

/** Targets of one EventBridge rule (quota of EventBridge, not adjustable). */
export const MAX_TARGETS = 5;

/** Characters of an event pattern (quota of EventBridge). */
export const MAX_PATTERN = 2048;

/** Rules of one bus (quota of EventBridge). */
export const MAX_RULES = 300;

/**
 * Matcher of the source of every Laneway message. The rules do not ask for the application's own prefix: a message
 * under another application's name would then match no rule and be lost. Now it reaches a receiver, whose check of the
 * sender makes it a dead letter.
 */
const OURS = [{ prefix: 'laneway.' }];
const ABSENT = [{ exists: false }];

/**
 * The rules of a topology's bus, complete: channel rules, mailbox rules, the unroutable rules, ingress, replies and
 * workflow starts. A message with a channel of the bus, a priority which that channel uses, and either no receiver or a
 * known one, matches exactly the rules of its lanes. Every other Laneway message matches an unroutable rule. Messages
 * of direct channels do not belong on the bus.
 *
 * @param starts names of the types that start workflows
 * @param awaited names of the types that steps of workflows wait for
 * @throws LanewayError INVALID_TOPOLOGY for more than 300 rules, or a pattern of more than 2,048 characters that cannot
 * be split
 */
export function routingRules(
  model: TopologyModel,
  starts: readonly string[] = [],
  awaited: readonly string[] = [],
): RoutingRule[] {
  const rules = [
    ...channelRules(model),
    ...mailboxRules(model),
    ...unroutableRules(model),
    ...ingressRules(model),
    ...replyRules(model, starts.length > 0),
    ...awaitedRules(model, awaited),
    ...startRules(model, starts),
  ];
  if (rules.length > MAX_RULES) {
    throw new LanewayError('INVALID_TOPOLOGY', `${model.name} needs ${rules.length} rules on its bus`, {
      help: [
        `allowed: ${MAX_RULES} (EventBridge)`,
        'use fewer priorities per channel, or give the application two topologies',
      ],
    });
  }
  // Mailbox patterns have room for a name of any length that a topology allows.
  for (const rule of rules) if (rule.kind !== 'mailbox') checkLength(model, rule);
  return rules;
}

/** Channels whose messages travel over the bus. */
export function busChannels(model: TopologyModel): ChannelModel[] {
  return Object.values(model.channels).filter((channel) => channel.qos.delivery === 'bus');
}

function channelRules(model: TopologyModel): RoutingRule[] {
  return busChannels(model).flatMap((channel) =>
    channel.qos.priorities.flatMap((priority) => {
      const targets = channel.subscribers.flatMap((agent) => laneTarget(model, agent, priority));
      const pattern = {
        source: OURS,
        detail: { channel: [channel.name], priority: [priority], receiver: ABSENT },
      };
      return chunks(targets, MAX_TARGETS).map((part, index) => ({
        kind: 'channel' as const,
        name: numbered(`channel-${channel.name}-${priority}`, index),
        subject: channel.name,
        pattern,
        targets: part,
      }));
    }),
  );
}

function mailboxRules(model: TopologyModel): RoutingRule[] {
  const partsFor = channelParts(model);
  return Object.values(model.agents).flatMap((agent) =>
    PRIORITIES.flatMap((priority) => {
      const targets = laneTarget(model, agent.id, priority);
      if (targets.length === 0) return [];
      return partsFor(agent, priority).map((part, index) => ({
        kind: 'mailbox' as const,
        name: numbered(`mailbox-${agent.id}-${priority}`, index),
        subject: agent.id,
        pattern: mailboxPattern(agent, priority, part),
        targets,
      }));
    }),
  );
}

function mailboxPattern(agent: AgentModel, priority: Priority, channels: readonly string[]): RulePattern {
  return { source: OURS, detail: { receiver: [agent.id], priority: [priority], channel: channels } };
}

/**
 * Names of the bus channels of a priority, in the parts that an agent's mailbox patterns have room for. That depends on
 * the length of the agent's id alone, so agents with ids of one length share the parts: the work does not grow with
 * agents times channels.
 */
function channelParts(model: TopologyModel): (agent: AgentModel, priority: Priority) => readonly string[][] {
  const channels = busChannels(model);
  const using = (priority: Priority) => channels.filter(({ qos }) => qos.priorities.includes(priority));
  const names = new Map(PRIORITIES.map((priority) => [priority, using(priority).map(({ name }) => name)]));
  const known = new Map<string, string[][]>();
  return (agent, priority) => {
    const key = `${priority} ${agent.id.length}`;
    const found =
      known.get(key) ?? nameParts(names.get(priority) ?? [], (part) => mailboxPattern(agent, priority, part));
    known.set(key, found);
    return found;
  };
}

/**
 * The rules for every Laneway message that no channel or mailbox rule matches. The alternatives of one `$or` are
 * alternatives of one rule, so that a message with several faults arrives once, unless the patterns had to be split.
 */
function unroutableRules(model: TopologyModel): RoutingRule[] {
  const channels = busChannels(model);
  const receivers = Object.values(model.agents)
    .filter((agent) => lanesOfAgent(model, agent.id).bus.length > 0)
    .map((agent) => agent.id);
  const alternatives: RulePattern[] = [
    { channel: unless(channels.map((channel) => channel.name)) },
    ...[...bySamePriorities(channels)].flatMap(([priorities, names]) => {
      const alternative = (part: readonly string[]) => ({ channel: part, priority: unless(priorities.split(',')) });
      return nameParts(names, (part) => anyOf([alternative(part)])).map(alternative);
    }),
    { receiver: receivers.length === 0 ? [{ exists: true }] : [{ 'anything-but': receivers }] },
  ];
  return parts(alternatives, anyOf).map((part, index) => ({
    kind: 'unroutable' as const,
    name: numbered('unroutable', index),
    pattern: anyOf(part),
    targets: [{ kind: 'queue', queue: 'unroutable' }],
  }));
}

/** Pattern of one or more alternatives; EventBridge refuses an `$or` with a single one. */
function anyOf(alternatives: readonly RulePattern[]): RulePattern {
  return { source: OURS, detail: alternatives.length === 1 ? alternatives[0] : { $or: alternatives } };
}

function ingressRules(model: TopologyModel): RoutingRule[] {
  return Object.values(model.ingress).map((ingress) => ({
    kind: 'ingress',
    name: `ingress-${ingress.name}`,
    subject: ingress.name,
    pattern: ingress.pattern,
    targets: [{ kind: 'queue', queue: 'ingress' }],
  }));
}

/**
 * The rules that lead replies to the platform. @param workflows true when there are any, whose steps may wait for a
 * person's decision
 */
function replyRules(model: TopologyModel, workflows: boolean): RoutingRule[] {
  const types = [...repliesOf(model), ...(workflows ? [ApprovalDecided.name] : [])];
  if (types.length === 0) return [];
  const pattern = (part: readonly string[]) => ({
    source: OURS,
    'detail-type': part,
    detail: { requestid: [{ exists: true }] },
  });
  return nameParts([...types, RequestFailed.name, RequestCancelled.name], pattern).map((part, index) => ({
    kind: 'replies',
    name: numbered('replies', index),
    pattern: pattern(part),
    targets: [{ kind: 'queue', queue: 'replies' }],
  }));
}

function awaitedRules(model: TopologyModel, awaited: readonly string[]): RoutingRule[] {
  const types = [...new Set(awaited)].sort();
  if (types.length === 0) return [];
  const channels = busChannels(model).map((channel) => channel.name);
  const pattern = (part: readonly string[]) => ({
    source: OURS,
    'detail-type': part,
    detail: { channel: channels, receiver: ABSENT },
  });
  return nameParts(types, pattern).map((part, index) => ({
    kind: 'replies',
    name: numbered('awaited', index),
    pattern: pattern(part),
    targets: [{ kind: 'queue', queue: 'replies' }],
  }));
}

function startRules(model: TopologyModel, starts: readonly string[]): RoutingRule[] {
  // An application with workflows can be asked for one by name: by a step of another workflow, or by an operator.
  const types = starts.length > 0 ? [...starts, WorkflowRequested.name] : [];
  const carriersOf = carriersByType(busChannels(model));
  return [...new Set(types)].map((type) => {
    const carriers = carriersOf.get(type) ?? [];
    if (carriers.length === 0) {
      throw new LanewayError(
        'INVALID_TOPOLOGY',
        `a workflow is started by ${type}, which no channel of the bus carries`,
        {
          help: [`add ${type} to the 'carries' of a channel with delivery 'bus'   (${model.name})`],
        },
      );
    }
    return {
      kind: 'starts',
      name: `starts-${type}`,
      subject: type,
      pattern: {
        source: OURS,
        'detail-type': [type],
        detail: { channel: carriers.map((channel) => channel.name), receiver: ABSENT },
      },
      targets: [{ kind: 'queue', queue: 'starts' }],
    };
  });
}

function laneTarget(model: TopologyModel, agent: string, priority: Priority): RuleTarget[] {
  const lane = laneFor(priority, lanesOfAgent(model, agent).bus);
  return lane === undefined ? [] : [{ kind: 'lane', agent, priority: lane }];
}

/** Matcher for a field that is missing or none of `values`; `anything-but` alone does not match a missing field. */
function unless(values: readonly string[]): unknown[] {
  return values.length === 0 ? [{ exists: true }, { exists: false }] : [{ exists: false }, { 'anything-but': values }];
}

function bySamePriorities(channels: readonly ChannelModel[]): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const channel of channels) {
    const key = channel.qos.priorities.join(',');
    const group = groups.get(key);
    if (group) group.push(channel.name);
    else groups.set(key, [channel.name]);
  }
  return groups;
}

/**
 * Splits `names` into as few parts as give patterns of the allowed length, where `pattern` holds its part in one list.
 * Another name takes its own length and a comma, so that no pattern is written out for each name.
 */
function nameParts(names: readonly string[], pattern: (part: readonly string[]) => RulePattern): string[][] {
  const found: string[][] = [];
  let room = 0;
  for (const name of names) {
    const size = 1 + JSON.stringify(name).length;
    const last = found.at(-1);
    if (last && size <= room) {
      last.push(name);
      room -= size;
    } else {
      found.push([name]);
      room = MAX_PATTERN - length(pattern([name]));
    }
  }
  return found;
}

/** Splits `items` into as few parts as give patterns of the allowed length. */
function parts<Item>(items: readonly Item[], pattern: (part: readonly Item[]) => RulePattern): Item[][] {
  const found: Item[][] = [];
  for (const item of items) {
    const last = found.at(-1);
    if (last && length(pattern([...last, item])) <= MAX_PATTERN) last.push(item);
    else found.push([item]);
  }
  return found;
}

function length(pattern: RulePattern): number {
  return JSON.stringify(pattern).length;
}

function checkLength(model: TopologyModel, rule: RoutingRule): void {
  if (length(rule.pattern) <= MAX_PATTERN) return;
  throw new LanewayError(
    'INVALID_TOPOLOGY',
    `the pattern of rule '${rule.name}' has ${length(rule.pattern)} characters`,
    {
      help: [
        `allowed: ${MAX_PATTERN} (EventBridge)`,
        `shorten the names of channels and agents, or give the application two topologies   (${model.name})`,
      ],
    },
  );
}

function chunks<Item>(items: readonly Item[], size: number): Item[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}

function numbered(name: string, index: number): string {
  return index === 0 ? name : `${name}-${index + 1}`;
}
