import { payloadAt } from '../domain/delivery/claim-check.js';
import { errorFrom } from '../domain/delivery/dead-letter.js';
import { LanewayError } from '../domain/base/errors.js';
import type { RequestOutcome } from '../domain/request/pending.js';
import type { PayloadStore } from '../domain/wire/payload-store.js';
import { decodeData, type CommandType, type MessageType } from '../message/message-type.js';

/** The type that answers a command. @throws LanewayError INVALID_OPTION */
export function replyTypeOf(command: CommandType): MessageType {
  const reply: MessageType | undefined = command.reply;
  if (reply) return reply;
  throw new LanewayError('INVALID_OPTION', `${command.name} names no reply`, {
    help: ['publish it, or declare it with { reply: ... }'],
  });
}

/** Reads the reply of a request that has ended; undefined when it timed out. @throws LanewayError REQUEST_FAILED */
export async function readReply(
  command: CommandType,
  requestId: string,
  outcome: RequestOutcome,
  payloads: PayloadStore,
): Promise<unknown> {
  if (outcome.state === 'replied')
    return decodeData(replyTypeOf(command), await payloadAt(outcome, payloads), outcome.dataschema);
  if (outcome.state === 'failed') {
    throw new LanewayError('REQUEST_FAILED', `${command.name} ${requestId} failed: ${outcome.error.message}`, {
      cause: errorFrom(outcome.error),
    });
  }
  return undefined;
}
