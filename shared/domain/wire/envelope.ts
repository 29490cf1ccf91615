import * as z from 'zod';
import { isWellFormed } from '../base/cut-text.js';
import { LanewayError } from '../base/errors.js';
import { canBeId } from '../base/ids.js';
import { plainTimeOf } from '../base/iso-time.js';
import { PRIORITIES, type Priority } from '../base/priority.js';

/**
 * A message on the wire: a CloudEvents 1.0 event in structured JSON with Laneway's extension attributes. Attribute
 * names are lower case because CloudEvents allows nothing else. Times are ISO 8601 in UTC.
 */
export interface Envelope {
  /** Version of CloudEvents. */
  readonly specversion: '1.0';
  /** Id of the message; every copy of it has the same. */
  readonly id: string;
  /** Publisher: `laneway.<app>.{agent|client|ingress|platform}.<name>`. Receivers hold it against the topology. */
  readonly source: string;
  /** Name of the message type. */
  readonly type: string;
  /** Instant of publishing. */
  readonly time: string;
  /** Thing that the message is about (CloudEvents `subject`), at most 1,024 characters. */
  readonly subject?: string | undefined;
  /** Media type of `data`. */
  readonly datacontenttype: 'application/json';
  /** Schema of the payload: `urn:laneway:<type>:<version>`. */
  readonly dataschema: string;
  /** Payload, as the schema of `dataschema` takes it. */
  readonly data?: unknown;
  /** Claim check (CloudEvents `dataref`): key of the payload in the payload store, instead of `data`. */
  readonly dataref?: string | undefined;
  /** SHA-256 of the text at `dataref`, 64 hexadecimal digits. */
  readonly datadigest?: string | undefined;
  /** Bytes of the text at `dataref`. */
  readonly datasize?: number | undefined;
  /** Conversation that the message belongs to. */
  readonly correlationid: string;
  /** Id of the message in whose handling this one was published. */
  readonly causationid?: string | undefined;
  /** Id of the request, on a command that names a reply and on its reply. */
  readonly requestid?: string | undefined;
  /** Name of the reply type, on a command that names one. */
  readonly replyto?: string | undefined;
  /** The one agent that it is for; absent when every subscriber of the channel gets it. */
  readonly receiver?: string | undefined;
  /** Priority, which selects the lane. */
  readonly priority: Priority;
  /** Name of the channel on which it was published. */
  readonly channel: string;
  /** Instant from which the message is no longer handled. */
  readonly expires: string;
  /** Instant by which the whole request must be answered; messages that its handler publishes inherit it. */
  readonly deadline?: string | undefined;
  /** Number of the attempt of its request, from 1. */
  readonly attempt: number;
  /** True on the first command of a request with a ladder of its own: its failure is not yet the end of the request. */
  readonly escalates?: boolean | undefined;
  /** Number of messages that led to this one. */
  readonly hops: number;
  /** Handlings that led to the message, four characters a step (`shared/domain/delivery/causal-path.ts`). */
  readonly path?: string | undefined;
  /** W3C trace context. */
  readonly traceparent?: string | undefined;
  /** Tenant that the conversation belongs to; messages published in a handling inherit it. */
  readonly tenant?: string | undefined;
  /** Person or system on whose behalf the message was published. */
  readonly actor?: string | undefined;
  /** Reserved for a signature of the publisher; Laneway neither writes nor checks it. */
  readonly signature?: string | undefined;
}

const time = z.iso.datetime({ offset: true });
const name = z.string().min(1).max(256).refine(isWellFormed, 'half of a surrogate pair');
const key = z.string().min(1).max(1024).refine(isWellFormed, 'half of a surrogate pair');
/** SHA-256 as it is written in {@link Envelope.datadigest}. */
const DIGEST = /^[0-9a-f]{64}$/;
const id = z.string().refine(canBeId, 'not 1 to 128 letters, digits and _ . : -');

/** Schema of an envelope. It words the refusals of {@link parseEnvelope}, and checks envelopes of other origin. */
export const envelopeSchema = z.object({
  specversion: z.literal('1.0'),
  id,
  source: name,
  type: name,
  time,
  subject: z.string().max(1024).optional(),
  datacontenttype: z.literal('application/json'),
  dataschema: name,
  data: z.unknown().optional(),
  dataref: key.optional(),
  datadigest: z.string().regex(DIGEST).optional(),
  datasize: z.number().int().min(0).optional(),
  correlationid: id,
  causationid: id.optional(),
  requestid: id.optional(),
  replyto: name.optional(),
  receiver: name.optional(),
  priority: z.enum(PRIORITIES),
  channel: name,
  expires: time,
  deadline: time.optional(),
  attempt: z.number().int().min(1),
  escalates: z.boolean().optional(),
  hops: z.number().int().min(0),
  path: z.string().max(256).optional(),
  traceparent: z.string().max(64).optional(),
  tenant: name.optional(),
  actor: name.optional(),
  signature: z.string().max(4096).optional(),
});

/** Attributes of an envelope in the order they are documented; `docs/reference/protocol.md` lists the same. */
export const ENVELOPE_ATTRIBUTES: readonly string[] = Object.keys(envelopeSchema.shape);

const TIME = z.regexes.datetime({ offset: true });

const isText = (value: unknown, least: number, most: number): value is string =>
  typeof value === 'string' && value.length >= least && value.length <= most;
/** True for a text that a tenant, an actor or a source can be. */
export const isName = (value: unknown): boolean => isText(value, 1, 256) && isWellFormed(value);
const isId = (value: unknown): boolean => typeof value === 'string' && canBeId(value);
const isTime = (value: unknown): boolean =>
  typeof value === 'string' && (!Number.isNaN(plainTimeOf(value)) || TIME.test(value));
const isWhole = (value: unknown, least: number): boolean => Number.isSafeInteger(value) && (value as number) >= least;

const NEEDED = 13;

/**
 * The checks of {@link envelopeSchema}, written by hand and without a loop: every received message is checked, and most
 * are good. A value that passes here passes the schema (a property test holds them together). A value that does not
 * pass is left to the schema, which words the refusal.
 * @returns true only for an object that is an envelope and has no other attributes; false proves nothing
 */
export function isExactEnvelope(value: unknown): value is Envelope {
  if (typeof value !== 'object' || value === null) return false;
  const given = value as { readonly [Name in keyof Envelope]?: unknown };
  const needed =
    given.specversion === '1.0' &&
    isId(given.id) &&
    isName(given.source) &&
    isName(given.type) &&
    isTime(given.time) &&
    given.datacontenttype === 'application/json' &&
    isName(given.dataschema) &&
    isId(given.correlationid) &&
    PRIORITIES.includes(given.priority as Priority) &&
    isName(given.channel) &&
    isTime(given.expires) &&
    isWhole(given.attempt, 1) &&
    isWhole(given.hops, 0);
  if (!needed) return false;
  // Counts the attributes that are there and good. As many good ones as names means that no other attribute is there,
  // and no bad one.
  let good = NEEDED;
  if (given.data !== undefined) good++;
  if (given.tenant !== undefined && isName(given.tenant)) good++;
  if (given.actor !== undefined && isName(given.actor)) good++;
  if (given.receiver !== undefined && isName(given.receiver)) good++;
  if (given.causationid !== undefined && isId(given.causationid)) good++;
  if (given.requestid !== undefined && isId(given.requestid)) good++;
  if (given.replyto !== undefined && isName(given.replyto)) good++;
  if (given.deadline !== undefined && isTime(given.deadline)) good++;
  if (given.path !== undefined && isText(given.path, 0, 256)) good++;
  if (given.subject !== undefined && isText(given.subject, 0, 1024)) good++;
  if (given.dataref !== undefined && isText(given.dataref, 1, 1024) && isWellFormed(given.dataref)) good++;
  if (given.datadigest !== undefined && isText(given.datadigest, 64, 64) && DIGEST.test(given.datadigest)) good++;
  if (given.datasize !== undefined && isWhole(given.datasize, 0)) good++;
  if (given.traceparent !== undefined && isText(given.traceparent, 0, 64)) good++;
  if (given.escalates !== undefined && typeof given.escalates === 'boolean') good++;
  if (given.signature !== undefined && isText(given.signature, 0, 4096)) good++;
  let names = 0;
  for (const _name in value) names++;
  if (names === good) return true;
  names = 0;
  // JSON has nothing undefined, but an object that was made here may.
  for (const name in value) if (given[name as keyof Envelope] !== undefined || !isKnown(name)) names++;
  return names === good;
}

function isKnown(name: string): boolean {
  return ENVELOPE_ATTRIBUTES.includes(name);
}

/**
 * Reads an envelope. Unknown attributes are dropped; an envelope without any is returned itself, not a copy.
 * @throws LanewayError UNPARSEABLE naming the attributes that are wrong, at most five
 */
export function parseEnvelope(value: unknown): Envelope {
  if (isExactEnvelope(value)) return value;
  const result = envelopeSchema.safeParse(value);
  if (result.success) return result.data;
  const faults = result.error.issues.map((issue) => `${issue.path.join('.') || 'envelope'}: ${issue.message}`);
  throw new LanewayError('UNPARSEABLE', `not a Laneway envelope: ${faults.slice(0, 5).join('; ')}`, {
    help: ['allowed: CloudEvents 1.0 structured JSON with the attributes of docs/reference/protocol.md'],
  });
}

/** Schema URI of a version of a type: `urn:laneway:<type>:<version>`. */
export function schemaUri(type: string, version: number): string {
  return `urn:laneway:${type}:${version}`;
}

/** Version in a schema URI, or undefined when it is none of `type`. */
export function schemaVersion(uri: string, type: string): number | undefined {
  const prefix = `urn:laneway:${type}:`;
  const version = uri.startsWith(prefix) ? Number(uri.slice(prefix.length)) : Number.NaN;
  return Number.isInteger(version) && version > 0 ? version : undefined;
}

/** Kinds of publisher in {@link Envelope.source}. */
export type PublisherKind = 'agent' | 'client' | 'ingress' | 'platform';

/** Source of a publisher: `laneway.<app>.<kind>.<name>`. */
export function sourceOf(app: string, kind: PublisherKind, publisher: string): string {
  return `laneway.${app}.${kind}.${publisher}`;
}

/** Name under which operators publish: `laneway.<app>.platform.operator`. */
export const OPERATOR = 'operator';

/** Parts of a source, or undefined when it is none of Laneway's. */
export function parseSource(source: string): { app: string; kind: PublisherKind; name: string } | undefined {
  const match = /^laneway\.([^.]+)\.(agent|client|ingress|platform)\.(.+)$/.exec(source);
  if (!match?.[1] || !match[2] || !match[3]) return undefined;
  return { app: match[1], kind: match[2] as PublisherKind, name: match[3] };
}
