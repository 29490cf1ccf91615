import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import type { Emission } from './delivery.js';
import type { Envelope } from '../wire/envelope.js';
import { cutText } from '../base/cut-text.js';
import { defined } from '../base/defined.js';
import { LanewayError } from '../base/errors.js';
import { withoutLinks } from '../base/without-links.js';
import { PAYLOAD_LIMIT_BYTES } from '../wire/json-form.js';
import type { PayloadStore } from '../wire/payload-store.js';
import { writerPlace } from '../wire/payload-keys.js';
import { writerOfSource } from '../wire/writers.js';

/**
 * Bytes above which a payload travels by reference. The smallest hop that a message takes in AWS is 240 to 256 KiB
 * (task output, WebSocket, status events), so that 200 KB leaves room for the envelope.
 */
export const CLAIM_CHECK_BYTES = 200_000;

/**
 * Bytes of emissions above which an outcome refers to them in place of holding them: a long item costs more at every
 * write.
 */
export const INLINE_EMISSIONS_BYTES = 32_768;

/** Reference to a text of the payload store: where it stands, and what stood there when the reference was made. */
export interface PayloadReference {
  /** Key in the payload store. */
  readonly dataref: string;
  /** SHA-256 of the text, 64 hexadecimal digits. */
  readonly datadigest: string;
  /** Bytes of the text. */
  readonly datasize: number;
}

/** Holder of a payload or of a reference to one; one that another program wrote may hold a part of a reference. */
export type PayloadHolder = { readonly data?: unknown } & {
  readonly [Name in keyof PayloadReference]?: PayloadReference[Name] | undefined;
};

/**
 * Place of a message's payloads in the payload store: its publisher, who alone may write there, and its channel, whose
 * subscribers may read there.
 */
export function payloadPlace({
  channel,
  source,
  correlationid,
}: Pick<Envelope, 'channel' | 'source' | 'correlationid'>): string {
  return writerPlace(channel, writerOfSource(source) ?? '', correlationid);
}

/** Stores a text, and then refers to it. */
export async function putText(
  place: string,
  text: string,
  payloads: Pick<PayloadStore, 'put'>,
): Promise<PayloadReference> {
  const datadigest = digestOf(text);
  const dataref = keyAt(place, datadigest);
  await payloads.put(dataref, text);
  return { dataref, datadigest, datasize: Buffer.byteLength(text) };
}

/** The reference that a holder has, or what there is of it; nothing for one that holds its payload. */
export function referenceIn({ dataref, datadigest, datasize }: PayloadHolder): Partial<PayloadReference> {
  return defined({ dataref, datadigest, datasize });
}

/** A holder without its payload and without its reference. */
export function withoutPayload<Holder extends PayloadHolder>(
  holder: Holder,
): Omit<Holder, 'data' | keyof PayloadReference> {
  const { data: _data, dataref: _dataref, datadigest: _digest, datasize: _size, ...rest } = holder;
  return rest;
}

/** SHA-256 of a text, 64 hexadecimal digits. */
export function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function keyAt(place: string, digest: string): string {
  return `${place}/${digest}.json`;
}

/** Key in the payload store that ends with the SHA-256 of its text, so that whoever holds the key can tell an overwritten text. */
export function contentKey(prefix: string, text: string): string {
  return keyAt(prefix, digestOf(text));
}

/** The SHA-256 of the text that a {@link contentKey} is of; undefined for a key of an earlier version, which names none. */
export function hashInKey(key: string): string | undefined {
  return /\/([0-9a-f]{64})\.json$/.exec(key)?.[1];
}

/** Digest of what a message says, its ids and times left out: two messages of one id have the same one, or are two messages. */
export function bodyDigest({
  type,
  dataschema,
  channel,
  receiver,
  subject,
  data,
  datadigest,
  correlationid,
}: Envelope): string {
  // A payload that was put aside has the digest that it would have had.
  const payload = datadigest ?? digestOf(JSON.stringify(data ?? null));
  return digestOf(
    JSON.stringify([type, dataschema, channel, receiver ?? null, subject ?? null, correlationid, payload]),
  );
}

/** Party that publishes, and the conversation in which it does. */
export interface OffloadedBy {
  /** Writer in the ledger: `agent.<id>`, `client.<id>`, `ingress.<name>`, `platform` or `approval`. */
  readonly writer: string;
  /** Conversation of the messages that name none themselves. */
  readonly correlationId: string;
}

/**
 * Puts payloads over {@link CLAIM_CHECK_BYTES} into the store; the emissions returned refer to them. Links that decide approvals are
 * left out of all payloads: the ledger, which holds what is published, has many readers.
 * @throws LanewayError TOO_LARGE over {@link PAYLOAD_LIMIT_BYTES}, HANDLER_RESULT for a payload that is no JSON
 */
export async function offloadPayloads(
  emissions: readonly Emission[],
  { writer, correlationId }: OffloadedBy,
  payloads: Pick<PayloadStore, 'put'>,
): Promise<Emission[]> {
  return Promise.all(
    emissions.map(async (given) => {
      const whole = JSON.stringify(given.data ?? null) as string | undefined;
      if (whole === undefined)
        throw new LanewayError('HANDLER_RESULT', `${given.type}: the payload is a ${typeof given.data}, no JSON`);
      const text = withoutLinks(whole);
      const emission = text === whole ? given : { ...given, data: JSON.parse(text) as unknown };
      const bytes = Buffer.byteLength(text);
      if (bytes > PAYLOAD_LIMIT_BYTES) {
        throw new LanewayError('TOO_LARGE', `${emission.type}: the payload has ${bytes} bytes`, {
          help: [`allowed: up to ${PAYLOAD_LIMIT_BYTES} bytes; store it elsewhere and send where it is`],
        });
      }
      if (bytes <= CLAIM_CHECK_BYTES) return emission;
      const { data: _data, ...rest } = emission;
      const place = writerPlace(emission.channel, writer, emission.correlationid ?? correlationId);
      return { ...rest, ...(await putText(place, text, payloads)) };
    }),
  );
}

/**
 * Checks the reference of a message before anything is spent on it: digest and size stand beside it, the size is
 * allowed, and the key is the one that the message's publisher, channel and conversation give. Everything else would be
 * read by the reader's right, which is not the publisher's.
 * @throws LanewayError PAYLOAD_MISMATCH, TOO_LARGE
 */
export function checkReference(envelope: Envelope): void {
  if (envelope.dataref === undefined) return;
  const { dataref, datadigest } = wholeReference(envelope, envelope.dataref);
  checkKey(dataref, keyAt(payloadPlace(envelope), datadigest));
}

/**
 * Checks that a kept reference is of the place at which its keeper could write it.
 * @throws LanewayError PAYLOAD_MISMATCH, TOO_LARGE
 */
export function checkPlace(holder: PayloadHolder, place: string): void {
  if (holder.dataref === undefined) return;
  const { dataref, datadigest } = wholeReference(holder, holder.dataref);
  checkKey(dataref, keyAt(place, datadigest));
}

function checkKey(given: string, wanted: string): void {
  if (given === wanted) return;
  throw new LanewayError('PAYLOAD_MISMATCH', `the message refers to '${cutText(given, 300)}'`, {
    help: [`allowed: '${cutText(wanted, 600)}', by its channel, publisher, conversation and digest`],
  });
}

/** @throws LanewayError PAYLOAD_MISMATCH, TOO_LARGE */
function wholeReference({ datadigest, datasize }: PayloadHolder, dataref: string): PayloadReference {
  if (datadigest === undefined || datasize === undefined) {
    throw new LanewayError('PAYLOAD_MISMATCH', 'the message refers to a payload without its digest or size', {
      help: ['allowed: dataref together with datadigest and datasize'],
    });
  }
  if (datasize > PAYLOAD_LIMIT_BYTES) {
    throw new LanewayError('TOO_LARGE', `the message refers to a payload of ${datasize} bytes`, {
      help: [`allowed: up to ${PAYLOAD_LIMIT_BYTES} bytes`],
    });
  }
  return { dataref, datadigest, datasize };
}

/**
 * The payload of a message, fetched and compared when it travelled by reference.
 * @throws LanewayError as {@link checkReference} and {@link payloadAt}
 */
export async function payloadOf(envelope: Envelope, payloads: Pick<PayloadStore, 'get'>): Promise<unknown> {
  checkReference(envelope);
  return payloadAt(envelope, payloads);
}

/**
 * The payload that an outcome or a kept command holds or refers to. At most as many bytes are read as the reference
 * says.
 * @throws LanewayError NOT_FOUND when the payload store no longer has it; PAYLOAD_MISMATCH when it has another text; TOO_LARGE;
 * UNPARSEABLE when it is no JSON; UNAVAILABLE
 */
export async function payloadAt(holder: PayloadHolder, payloads: Pick<PayloadStore, 'get'>): Promise<unknown> {
  if (holder.dataref === undefined) return holder.data;
  const text = await textAt(wholeReference(holder, holder.dataref), payloads);
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new LanewayError('UNPARSEABLE', `the payload '${holder.dataref}' is not JSON`, { cause });
  }
}

/** @throws LanewayError NOT_FOUND, PAYLOAD_MISMATCH, UNAVAILABLE */
async function textAt(
  { dataref, datadigest, datasize }: PayloadReference,
  payloads: Pick<PayloadStore, 'get'>,
): Promise<string> {
  const text = await payloads.get(dataref, datasize).catch((error: unknown) => {
    throw error instanceof LanewayError && error.code === 'TOO_LARGE' ? swapped(dataref, error) : error;
  });
  if (Buffer.byteLength(text) !== datasize || digestOf(text) !== datadigest) throw swapped(dataref);
  return text;
}

/**
 * A text whose key ends with its digest ({@link contentKey}), such as a list of emissions or the body of a dead letter.
 * @throws LanewayError NOT_FOUND, PAYLOAD_MISMATCH for a key without digest as well, TOO_LARGE, UNAVAILABLE
 */
export async function contentAt(key: string, payloads: Pick<PayloadStore, 'get'>): Promise<string> {
  const text = await payloads.get(key);
  if (digestOf(text) !== hashInKey(key)) throw swapped(key);
  return text;
}

/**
 * Checks that the key of a put-aside text is below the place at which its writer could put it. What reads it there reads by its own
 * right, which is wider. @throws LanewayError PAYLOAD_MISMATCH
 */
export function checkBelow(key: string, place: string): void {
  if (key.startsWith(`${place}/`)) return;
  throw new LanewayError('PAYLOAD_MISMATCH', `a row or a dead letter refers to '${cutText(key, 300)}'`, {
    help: [`allowed: keys below '${place}'`],
  });
}

/**
 * Puts a kept payload to another place, from which another channel's subscribers may read it.
 * @throws LanewayError as {@link payloadAt}
 */
export async function movedPayload(
  holder: PayloadHolder,
  place: string,
  payloads: Pick<PayloadStore, 'get' | 'put'>,
): Promise<Partial<PayloadReference>> {
  if (holder.dataref === undefined) return {};
  return putText(place, await textAt(wholeReference(holder, holder.dataref), payloads), payloads);
}

/** True for a payload that the store does not have, or that this role may not read: the store does not tell which. */
export function isGone(error: unknown): boolean {
  return error instanceof LanewayError && error.code === 'NOT_FOUND';
}

function swapped(key: string, cause?: unknown): LanewayError {
  return new LanewayError(
    'PAYLOAD_MISMATCH',
    `the payload store has another text as '${cutText(key, 600)}' than was referred to`,
    {
      ...(cause === undefined ? {} : { cause }),
      help: ['its digest or size differs: it was overwritten, or the reference is wrong; treat it as an attack'],
    },
  );
}
