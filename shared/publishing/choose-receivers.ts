import { LanewayError } from '../domain/base/errors.js';
import { defined } from '../domain/base/defined.js';
import type { Emission } from '../domain/delivery/delivery.js';
import type { AgentChoices } from '../domain/selection/agent-chooser.js';
import type { OpenChoice } from '../domain/selection/selection.js';
import { isMeant, requiredBy, type Addressee } from '../topology/addressing.js';
import type { ChannelModel, TopologyModel } from '../topology/model.js';

/** A composed message; with `choose` its receiver has still to be chosen. */
export interface Composed extends Emission {
  readonly choose?: OpenChoice;
}

/**
 * The choice that a command leaves open: on a channel that selects, among the subscribers that fit. On another one for an
 * addressee that lists capabilities, whose reason is kept although the first one that fits gets it.
 */
export function openChoice(
  channel: ChannelModel,
  fitting: readonly string[],
  to: Addressee | undefined,
  model: TopologyModel,
): OpenChoice | undefined {
  const isListed = typeof to === 'object' && ('capabilities' in to || 'any' in to);
  if ((channel.selection === undefined && !isListed) || typeof to === 'string') return undefined;
  const candidates = fitting.map((agent) => {
    const { capabilities = [], proficiency = {} } = model.agents[agent] ?? {};
    return { agent, capabilities: Object.fromEntries(capabilities.map((name) => [name, proficiency[name] ?? 1])) };
  });
  return {
    ...(channel.selection ?? { by: 'first' as const }),
    channel: channel.name,
    ...defined({ required: requiredBy(model, to) }),
    candidates,
  };
}

/** Subscribers that an addressee means. @throws LanewayError as {@link requiredBy} */
export function meantOf(subscribers: readonly string[], to: Addressee | undefined, model: TopologyModel): string[] {
  requiredBy(model, typeof to === 'object' && 'capability' in to ? undefined : to);
  return subscribers.filter((agent) => to === undefined || isMeant(model.agents, agent, to));
}

/** True when some message has its receiver still to be chosen. */
export function areOpen(messages: readonly Composed[]): boolean {
  return messages.some(({ choose }) => choose !== undefined);
}

/**
 * Chooses the receivers that composing left open. It is done before the messages are stored, and never again for what is
 * stored.
 * @throws LanewayError NOBODY_AVAILABLE, retryable; CONFIGURATION for a publisher that cannot choose
 */
export async function chooseReceivers(
  messages: readonly Composed[],
  choices: AgentChoices | undefined,
): Promise<readonly Emission[]> {
  const made: Emission[] = [];
  // One after the other: each choice counts for the next.
  for (const message of messages) made.push(message.choose ? await choose(message, message.choose, choices) : message);
  return made;
}

async function choose(message: Composed, open: OpenChoice, choices: AgentChoices | undefined): Promise<Emission> {
  const { choose: _open, ...rest } = message;
  if (!choices)
    throw new LanewayError('CONFIGURATION', `${message.type} is published where no agent can be chosen for it`, {
      help: ['open the publisher with the port `choices`'],
    });
  const { agent, choice } = await choices.choose(open, message.id);
  if (agent !== undefined) return { ...rest, receiver: agent, expected: [agent], choice };
  if (message.requestid !== undefined) return { ...rest, expected: [], choice };
  throw new LanewayError(
    'NOBODY_AVAILABLE',
    `nobody on '${open.channel}' can take ${message.type}, and nobody waits for it`,
    {
      help: ['a person is asked for a request alone: give the command a reply, or let it wait'],
    },
  );
}
