import { loadEmissions } from '../../agent/receive/emissions.js';
import { bodyDigest } from '../../domain/delivery/claim-check.js';
import { parseSource, type Envelope } from '../../domain/wire/envelope.js';
import type { Ports } from '../../domain/ports.js';

/** Ports of {@link isPublished}. */
export type PublishedServices = Pick<Ports, 'deliveries' | 'intents' | 'payloads'>;

/** Attributes that are set anew where a message is sent again: times, and the trace. */
const VARYING: ReadonlySet<string> = new Set(['time', 'expires', 'deadline', 'traceparent']);
/** Attributes that the digest of a message covers. */
const DIGESTED: ReadonlySet<string> = new Set(['data', 'dataref', 'datadigest', 'datasize']);

/** Attributes that say who is asked, and for what: an emission that lacks one has none of it. */
const ASKING = ['receiver', 'requestid', 'replyto', 'escalates', 'subject'] as const;

/**
 * True when the ledger holds a message under the key of the publisher that it names, with the same body and the same attributes: the
 * publisher alone writes there. What an agent published stands in the outcome of the handling that caused it. A reply that was put
 * off stands in another conversation, and is not found.
 *
 * @throws LanewayError UNAVAILABLE
 */
export async function isPublished(envelope: Envelope, services: PublishedServices): Promise<boolean> {
  const by = parseSource(envelope.source);
  if (!by) return false;
  if (by.kind !== 'agent') {
    const intent = await services.intents.find(envelope);
    return intent !== undefined && agrees(intent.envelope, envelope, Object.keys(envelope));
  }
  const { causationid, correlationid: correlationId } = envelope;
  if (causationid === undefined) return false;
  // A message names its cause by id alone, and several publishers may have chosen that one.
  const handlings = await services.deliveries.ofMessage({ correlationId, messageId: causationid, receiver: by.name });
  for (const handling of handlings) {
    const emissions = await loadEmissions(handling, by.name, services.payloads);
    const emission = emissions.find(({ id }) => id === envelope.id);
    if (emission === undefined) continue;
    const { expected: _expected, attempt = 1, ...own } = emission;
    const recorded = { ...own, attempt, correlationid: correlationId, hops: handling.facts.hops + 1 };
    if (agrees(recorded, envelope, ASKING)) return true;
  }
  return false;
}

/**
 * True when a message says what was recorded of it.
 * @param more attributes, beside those of the record, that are to be absent where the record lacks them
 */
function agrees(recorded: Partial<Envelope>, given: Envelope, more: readonly string[]): boolean {
  for (const name of new Set([...Object.keys(recorded), ...more])) {
    if (VARYING.has(name) || DIGESTED.has(name)) continue;
    if (attribute(recorded, name) !== attribute(given, name)) return false;
  }
  const { data, dataref, datadigest, datasize: _datasize, ...rest } = given;
  if (dataref !== undefined && dataref !== recorded.dataref) return false;
  // The platform sends credentials in fields of a payload that it does not store.
  const isPlatform = parseSource(given.source)?.kind === 'platform';
  const said = isPlatform ? sharedPart(data, recorded.data) : data;
  return bodyDigest({ ...rest, ...recorded }) === bodyDigest({ ...rest, data: said, datadigest });
}

function attribute(envelope: Partial<Envelope>, name: string): unknown {
  return (envelope as Readonly<Record<string, unknown>>)[name];
}

/** The members of a payload that its record has too. */
function sharedPart(given: unknown, recorded: unknown): unknown {
  if (typeof given !== 'object' || given === null || typeof recorded !== 'object' || recorded === null) return given;
  return Object.fromEntries(Object.entries(given).filter(([name]) => Object.hasOwn(recorded, name)));
}
