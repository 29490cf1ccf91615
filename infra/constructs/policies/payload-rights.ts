import { writerPlace, replyPlace } from '../../../shared/domain/delivery/claim-check.js';
import { PLATFORM_WRITER, writerOfReceiver } from '../../../shared/domain/wire/writers.js';
import { expectsReplies } from '../../../shared/topology/replies.js';
import type { AgentModel, ClientModel, TopologyModel } from '../../../shared/topology/model.js';

/** Keys in the payload bucket, each with `*` for its ids. */
export interface PayloadRights {
  /** Keys of the objects that may be read. */
  readonly reads: readonly string[];
  /** Keys of the objects that may be written. */
  readonly writes: readonly string[];
}

/**
 * An agent reads the payloads of the channels that it hears, whoever wrote them. It writes under its own name: payloads of
 * the channels on which it publishes, replies that it waits for, what it emitted, and texts of its dead letters.
 */
export function payloadsOfAgent(model: TopologyModel, agent: AgentModel): PayloadRights {
  const writer = writerOfReceiver(agent.id);
  return {
    reads: [...agent.subscribes.map((channel) => `payloads/${channel}/*`), `emissions/${writer}/*`],
    writes: [
      ...publishedOn(model, agent, writer),
      `emissions/${writer}/*`,
      `dead-letters/${writer}/*`,
      ...(expectsReplies(model, agent.publishes) ? [replyPlace(writer, '*')] : []),
    ],
  };
}

/**
 * A client writes the payloads of the channels on which it publishes, under its own name, and reads the replies to its own
 * requests. It reads what agents emitted, as it reads conversations; payloads of channels are not in there.
 */
export function payloadsOfClient(model: TopologyModel, client: ClientModel): PayloadRights {
  const writer = `client.${client.id}`;
  const replies = expectsReplies(model, client.publishes) ? [replyPlace(writer, '*')] : [];
  return { reads: [...replies, 'emissions/*'], writes: publishedOn(model, client, writer) };
}

/** Functions of the platform read everything, and write payloads under the names of their `writers`, and what the platform alone keeps. */
export function payloadsOfPlatform(access: 'read' | 'read-write', writers: readonly string[]): PayloadRights {
  if (access === 'read') return { reads: ['*'], writes: [] };
  const kept = writers.includes(PLATFORM_WRITER)
    ? ['replies/*', 'state/*', `emissions/${PLATFORM_WRITER}/*`, `dead-letters/${PLATFORM_WRITER}/*`]
    : [];
  return { reads: ['*'], writes: [...writers.map((writer) => `payloads/*/${writer}/*`), ...kept] };
}

/** Keys of the payloads that a writer publishes on the channels which carry its types. */
function publishedOn(
  { channels }: TopologyModel,
  { publishes }: { readonly publishes: readonly string[] },
  writer: string,
): string[] {
  return Object.values(channels)
    .filter(({ carries }) => carries.some((type) => publishes.includes(type)))
    .map(({ name }) => writerPlace(name, writer, '*'));
}
