import { isWellFormed } from '../base/cut-text.js';
import { count, inForm, keyPart } from '../form/shapes.js';
import { storedJson, unreadable } from '../form/stored-json.js';
import { parseEnvelope, type Envelope } from '../wire/envelope.js';
import * as z from 'zod';
import { KEY_BYTES, type DeferredReply } from './deferred-replies.js';

/** A key as `checkReplyKey` lets it be: longer than other parts of keys. */
const key = z.string().min(1).max(KEY_BYTES).refine(isWellFormed, 'half of a surrogate pair');
const form = z.looseObject({ agent: keyPart, command: keyPart, key, forgetAfter: count });

/** A put-off reply as a store keeps it: the command's envelope as a text, under the parts of its key. */
export type StoredDeferredReply = Omit<DeferredReply, 'envelope'> & { readonly text: unknown };

/**
 * A put-off reply from what is stored. Its agent wrote it, and may have been taken: agent, command and key are those of the
 * row's key. @throws LanewayError UNREADABLE
 */
export function deferredReplyFrom({ text, ...rest }: StoredDeferredReply): DeferredReply {
  const what = 'the put-off reply';
  if (typeof text !== 'string') throw unreadable(`${what} is no text`);
  const envelope = commandFrom(storedJson(text, what), what);
  if (envelope.type !== rest.command) throw unreadable(`${what} is to another command than its key says`);
  return { ...inForm(form, rest, what), envelope };
}

function commandFrom(stored: unknown, what: string): Envelope {
  try {
    return parseEnvelope(stored);
  } catch {
    // The words of a refusal are for senders.
    throw unreadable(`${what} holds no envelope`);
  }
}
