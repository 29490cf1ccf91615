import { LanewayError } from '../../domain/base/errors.js';
import type { EachAgent } from '../../topology/addressing.js';
import type { RequestOptions } from '../client-options.js';
import type { Participant, Published } from '../publish-message.js';

/** Agents that a broadcast asks which names none. */
export const EACH_SUBSCRIBER: EachAgent = { all: true };

/** Options of `broadcast`. */
export interface BroadcastOptions<Capability extends string = string> extends Omit<RequestOptions<Capability>, 'to'> {
  /** Agents that are asked, each by a request of its own. @defaultValue { all: true }: every subscriber of the channel */
  readonly to?: EachAgent<Capability>;
}

/** An agent that has answered a broadcast, and its answer. */
export interface Answered<Reply> {
  /** Id of the agent. */
  readonly agent: string;
  /** Payload of its reply. */
  readonly reply: Reply;
}

/** An agent that has not answered a broadcast. */
export interface Missing {
  /** Id of the agent. */
  readonly agent: string;
  /** `REQUEST_TIMED_OUT` for silence until the deadline, `REQUEST_FAILED` for a command that could not be handled or a reply that cannot be read. */
  readonly code: 'REQUEST_TIMED_OUT' | 'REQUEST_FAILED';
  /** Reason in words. */
  readonly why: string;
}

/** End of a broadcast: everybody who was asked is in one of the two lists, and nobody else. */
export interface Broadcast<Reply> {
  /** Id of the first message: a broadcast under the same id is the same, and has the same end. */
  readonly id: string;
  /** Conversation of the broadcast. */
  readonly correlationId: string;
  /** Agents that were asked, in the order of their declaration, by the topology of whoever published it. */
  readonly participants: readonly string[];
  /** Agents that answered in time. Each answered for itself. */
  readonly answered: readonly Answered<Reply>[];
  /** Agents that did not, by name. */
  readonly missing: readonly Missing[];
}

/**
 * Waits until each request of a broadcast has ended.
 * @param answerOf waits for the reply to one of them
 * @param cancel takes one back, when a wait ends otherwise than by its request @defaultValue nothing is taken back
 * @throws the error of a wait that says nothing of the agent, such as an abort or a store that cannot be read
 */
export async function gatherAnswers<Reply>(
  { id, correlationId, participants }: Published,
  answerOf: (participant: Participant) => Promise<Reply>,
  cancel: (requestId: string) => Promise<unknown> = () => Promise.resolve(),
): Promise<Broadcast<Reply>> {
  const all = Promise.all(
    participants.map(async (one): Promise<Answered<Reply> | Missing> => {
      try {
        return { agent: one.agent, reply: await answerOf(one) };
      } catch (error) {
        return missing(one.agent, error);
      }
    }),
  );
  const ends = await all.catch(async (error: unknown) => {
    await Promise.all(participants.flatMap(({ requestId }) => (requestId === undefined ? [] : [cancel(requestId)])));
    throw error;
  });
  return {
    ...{ id, correlationId, participants: participants.map(({ agent }) => agent) },
    answered: ends.filter((one) => 'reply' in one),
    missing: ends.filter((one) => 'code' in one),
  };
}

function missing(agent: string, error: unknown): Missing {
  if (!(error instanceof LanewayError)) throw error;
  const { code, message, retryable } = error;
  const why = message.split('\n')[0] ?? message;
  if (code === 'REQUEST_TIMED_OUT' || code === 'REQUEST_FAILED') return { agent, code, why };
  if (retryable) throw error;
  // The others have answered all the same.
  return { agent, code: 'REQUEST_FAILED', why: `its reply cannot be read: ${why}` };
}
