import * as z from 'zod';
import { LanewayError } from './errors.js';
import { canBeId } from './ids.js';
import { PRIORITIES, type Priority } from './priority.js';

/**
 * A message on the wire: a CloudEvents 1.0 event in structured JSON with Laneway's extension attributes. Attribute
 * names are lower case because CloudEvents allows nothing else. Times are ISO 8601 in UTC.
 */
export interface Envelope {
  readonly specversion: '1.0';
  readonly id: string;
  /** Who really published: `laneway.<app>.{agent|client|ingress|platform}.<name>`. */
  readonly source: string;
  readonly type: string;
  readonly time: string;
  readonly subject?: string | undefined;
  readonly datacontenttype: 'application/json';
  /** `urn:laneway:<type>:<version>` */
  readonly dataschema: string;
  readonly data?: unknown;
  /** Claim check (CloudEvents `dataref`): key of the payload in the payload store, instead of `data`. */
  readonly dataref?: string | undefined;
  /** The conversation. */
  readonly correlationid: string;
  /** Id of the message in whose handling this one was published. */
  readonly causationid?: string | undefined;
  /** On a command that names a reply, and on its reply: the request. */
  readonly requestid?: string | undefined;
  /** On a command: name of its reply type. */
  readonly replyto?: string | undefined;
  /** The one agent it is for; absent = every subscriber of the channel. */
  readonly receiver?: string | undefined;
  readonly priority: Priority;
  readonly channel: string;
  /** After this it is no longer handled. */
  readonly expires: string;
  /** By this the whole request must be answered; inherited by what its handler publishes. */
  readonly deadline?: string | undefined;
  /** 1 for the first attempt of a request. */
  readonly attempt: number;
  /** How many messages led to this one. */
  readonly hops: number;
  /** Which agents handled what on the way to it, four characters a step (`shared/domain/loop.ts`). */
  readonly path?: string | undefined;
  readonly traceparent?: string | undefined;
  readonly tenant?: string | undefined;
  /** On whose behalf. */
  readonly actor?: string | undefined;
  readonly signature?: string | undefined;
}

const time = z.iso.datetime({ offset: true });
const name = z.string().min(1).max(256);
const id = z.string().refine(canBeId, 'not 1 to 128 letters, digits and _ . : -');

/** What an envelope is, for the words of a refusal and for whoever checks one with zod. */
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
  dataref: name.optional(),
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
  hops: z.number().int().min(0),
  path: z.string().max(256).optional(),
  traceparent: z.string().max(64).optional(),
  tenant: name.optional(),
  actor: name.optional(),
  signature: z.string().max(4096).optional(),
});

/** Attributes of an envelope in the order they are documented; `docs/protocol.md` lists the same. */
export const ENVELOPE_ATTRIBUTES: readonly string[] = Object.keys(envelopeSchema.shape);

/** Whether the value of an attribute is good; `needed`: it may not be left out. */
interface Check {
  readonly fits: (value: unknown) => boolean;
  readonly needed: boolean;
}

const need = (fits: Check['fits']): Check => ({ fits, needed: true });
const may = (fits: Check['fits']): Check => ({ fits: (value) => value === undefined || fits(value), needed: false });
const text =
  (least: number, most: number): Check['fits'] =>
  (value) =>
    typeof value === 'string' && value.length >= least && value.length <= most;
const whole =
  (least: number): Check['fits'] =>
  (value) =>
    Number.isSafeInteger(value) && (value as number) >= least;
const isName = text(1, 256);
const isId: Check['fits'] = (value) => typeof value === 'string' && canBeId(value);
const TIME = z.regexes.datetime({ offset: true });
const isTime: Check['fits'] = (value) => typeof value === 'string' && TIME.test(value);

/**
 * The schema once more, by hand: every received message is checked, and most are good. What passes here passes there (a
 * property test holds them together); what does not is left to the schema, which knows the words.
 */
const CHECKS: ReadonlyMap<string, Check> = new Map(
  Object.entries({
    specversion: need((value) => value === '1.0'),
    id: need(isId),
    source: need(isName),
    type: need(isName),
    time: need(isTime),
    subject: may(text(0, 1024)),
    datacontenttype: need((value) => value === 'application/json'),
    dataschema: need(isName),
    data: may(() => true),
    dataref: may(isName),
    correlationid: need(isId),
    causationid: may(isId),
    requestid: may(isId),
    replyto: may(isName),
    receiver: may(isName),
    priority: need((value) => PRIORITIES.includes(value as Priority)),
    channel: need(isName),
    expires: need(isTime),
    deadline: may(isTime),
    attempt: need(whole(1)),
    hops: need(whole(0)),
    path: may(text(0, 256)),
    traceparent: may(text(0, 64)),
    tenant: may(isName),
    actor: may(isName),
    signature: may(text(0, 4096)),
  } satisfies Record<keyof Envelope, Check>),
);
const NEEDED = [...CHECKS.values()].filter(({ needed }) => needed).length;

/** True only for an object that is an envelope and has no other attributes; false says nothing. */
export function isExactEnvelope(value: unknown): value is Envelope {
  if (typeof value !== 'object' || value === null) return false;
  const attributes = value as Readonly<Record<string, unknown>>;
  let found = 0;
  for (const attribute of Object.keys(attributes)) {
    const check = CHECKS.get(attribute);
    if (!check?.fits(attributes[attribute])) return false;
    if (check.needed) found++;
  }
  return found === NEEDED;
}

/**
 * Reads an envelope. Unknown attributes are dropped; what has none is returned as it is, not as a copy.
 * @throws LanewayError UNPARSEABLE naming every attribute that is wrong.
 */
export function parseEnvelope(value: unknown): Envelope {
  if (isExactEnvelope(value)) return value;
  const result = envelopeSchema.safeParse(value);
  if (result.success) return result.data;
  const faults = result.error.issues.map((issue) => `${issue.path.join('.') || 'envelope'}: ${issue.message}`);
  throw new LanewayError('UNPARSEABLE', `not a Laneway envelope: ${faults.slice(0, 5).join('; ')}`, {
    help: ['allowed: CloudEvents 1.0 structured JSON with the attributes of docs/protocol.md'],
  });
}

/** `urn:laneway:<type>:<version>` */
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

/** `laneway.<app>.<kind>.<name>` */
export function sourceOf(app: string, kind: PublisherKind, publisher: string): string {
  return `laneway.${app}.${kind}.${publisher}`;
}

/** Name under which operators publish: `laneway.<app>.platform.operator`. */
export const OPERATOR = 'operator';

/** Parts of a source, or undefined when it is not one of ours. */
export function parseSource(source: string): { app: string; kind: PublisherKind; name: string } | undefined {
  const match = /^laneway\.([^.]+)\.(agent|client|ingress|platform)\.(.+)$/.exec(source);
  if (!match?.[1] || !match[2] || !match[3]) return undefined;
  return { app: match[1], kind: match[2] as PublisherKind, name: match[3] };
}
