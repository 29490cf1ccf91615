import { Buffer } from 'node:buffer';
import { putText, referenceIn } from '../delivery/claim-check.js';
import type { Envelope } from '../wire/envelope.js';
import { replyPlace } from '../wire/payload-keys.js';
import type { PayloadStore } from '../wire/payload-store.js';
import { PLATFORM_WRITER } from '../wire/writers.js';
import type { RequestOutcome } from './pending.js';
import { requesterOf } from './requester.js';

/**
 * Bytes of a reply above which its request refers to it. A request's item may also hold a command of 200 KB, an undoing
 * a payload as long, and DynamoDB takes 400 KB (quotas, "Item size").
 */
export const INLINE_REPLY_BYTES = 32_768;

/** Taking of a reply. */
export interface TakenReply {
  /** Writer in the ledger that takes it, and puts a long payload aside under its own name. */
  readonly writer: string;
  /** Instant, milliseconds since 1970. */
  readonly at: number;
}

/** The outcome that a reply gives its request; a long payload goes into the payload store first. @throws LanewayError UNAVAILABLE */
export async function replyOutcome(
  envelope: Envelope,
  { writer, at }: TakenReply,
  payloads: Pick<PayloadStore, 'put'>,
): Promise<Extract<RequestOutcome, { state: 'replied' }>> {
  const { id, correlationid, requestid, type, dataschema, data } = envelope;
  const outcome = { state: 'replied', by: id, at: new Date(at).toISOString(), type, dataschema } as const;
  if (envelope.dataref !== undefined) return { ...outcome, ...referenceIn(envelope) };
  const text = JSON.stringify(data ?? null);
  if (Buffer.byteLength(text) <= INLINE_REPLY_BYTES) return { ...outcome, data };
  const requester = requesterOf(requestid ?? '') ?? PLATFORM_WRITER;
  return { ...outcome, ...(await putText(replyPlace(requester, writer, correlationid), text, payloads)) };
}
