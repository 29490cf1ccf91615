import { keptPlace, keysOf, replyPlace, writerPlace } from '../../../shared/domain/wire/payload-keys.js';
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

const ANY = '*';

/**
 * An agent reads the payloads of the channels that it hears, whoever wrote them, and what it emitted itself. It writes under its own
 * name alone: payloads, replies that it waits for, what it emitted, and texts of its dead letters.
 */
export function payloadsOfAgent({ id, subscribes }: AgentModel): PayloadRights {
  const writer = writerOfReceiver(id);
  return {
    reads: [...subscribes.map((channel) => writerPlace(channel, ANY, ANY)), keptPlace(writer, 'emissions', ANY)],
    writes: [keysOf(writer)],
  };
}

/** A client writes payloads under its own name, and reads the replies to its own requests. */
export function payloadsOfClient(model: TopologyModel, { id, publishes }: ClientModel): PayloadRights {
  const writer = `client.${id}`;
  return {
    reads: expectsReplies(model, publishes) ? [replyPlace(writer, PLATFORM_WRITER, ANY)] : [],
    writes: [writerPlace(ANY, writer, ANY)],
  };
}

/** Every client reads what agents emitted, as it reads conversations; payloads of channels are not in there. */
export const PAYLOADS_OF_ALL_CLIENTS: PayloadRights = { reads: [keptPlace(ANY, 'emissions', ANY)], writes: [] };

/** Functions of the platform read everything, and write under the platform's name. */
export const PAYLOADS_OF_PLATFORM: PayloadRights = { reads: [ANY], writes: [keysOf(PLATFORM_WRITER)] };

/** A function of the platform writes payloads under the names of other publishers for whom it publishes. */
export function payloadsOfPublishers(writers: readonly string[]): PayloadRights {
  const others = writers.filter((writer) => writer !== PLATFORM_WRITER);
  return { reads: [], writes: others.map((writer) => writerPlace(ANY, writer, ANY)) };
}
