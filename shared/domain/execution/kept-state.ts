import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import { CLAIM_CHECK_BYTES, isGone } from '../delivery/claim-check.js';
import { LanewayError, summarizeError } from '../base/errors.js';
import { jsonBytes, keptPart, type Keep, type Leaf } from '../request/keep.js';
import { keptPlace } from '../wire/payload-keys.js';
import type { PayloadStore } from '../wire/payload-store.js';
import { PLATFORM_WRITER } from '../wire/writers.js';

/** Bytes that an execution keeps of the result of one step; of a longer result the longest parts travel by reference. */
export const STATE_BYTES = 32_768;

/**
 * Bytes for all results that come together in one place: the payload of a message, the results of branches, the data
 * that a workflow completes with. Step Functions takes 256 KiB (quotas); the rest is for literals and the envelope.
 */
export const GATHERED_BYTES = 200_000;

/** Bytes under which a part is never replaced: a reference itself has about 90. */
const LEAST_BYTES = 256;

const STORED = '$laneway:stored';
const BYTES = '$laneway:bytes';

/** The field {@link STORED} as JSON writes it: a quick search tells whether a value can hold a reference. */
const IN_JSON = `"${STORED}":`;

/** Stands for a value in the payload store: the SHA-256 of its JSON, base64url, and the bytes of that. */
interface Reference {
  readonly [STORED]: string;
  readonly [BYTES]: number;
}

/** Key of a value that an execution keeps by reference. */
function stateKey(correlationId: string, hash: string): string {
  return `${keptPlace(PLATFORM_WRITER, 'state', correlationId)}/${hash}.json`;
}

/**
 * Cuts the result of a step down to the part that its execution keeps. The part is named by `keep`; values in it that
 * are too long go by reference into the payload store. A reference is derived from the content, so that a repetition
 * makes the same one. It is valid only in its own conversation, and only a program that has the content can make it. Data that
 * looks like a reference is stored and referred to itself, so that it cannot pass for one.
 *
 * @throws LanewayError TOO_LARGE when what the state machine itself looks at has more than 200 KB; UNAVAILABLE
 */
export async function keptState(
  result: { readonly type: string; readonly data: unknown; readonly correlationId: string },
  keep: Keep,
  payloads: PayloadStore,
): Promise<unknown> {
  const part = keptPart(result.data, keep);
  for (const looked of part.looked) {
    const safe = await shielded(looked.value, result.correlationId, payloads);
    if (safe !== looked.value) looked.replace(safe);
  }
  const most = Math.min(STATE_BYTES, Math.floor(GATHERED_BYTES / Math.max(1, keep.share ?? 1)));
  const { replaced, bytes } = replacements(part.value, part.leaves, most);
  for (const { leaf, reference } of replaced) leaf.replace(reference);
  if (bytes > CLAIM_CHECK_BYTES) throw tooLarge(result.type, part.fixed());
  const texts = new Map(replaced.map(({ hash, text }) => [hash, text]));
  await Promise.all([...texts].map(([hash, text]) => payloads.put(stateKey(result.correlationId, hash), text)));
  return part.value;
}

/**
 * Makes data that come by value, such as those of a start message, safe from being read as references: an object that
 * looks like a reference is stored and referred to itself. Data without such an object are returned as they are.
 * @throws LanewayError UNAVAILABLE
 */
export async function shielded(value: unknown, correlationId: string, payloads: PayloadStore): Promise<unknown> {
  const texts = new Map<string, string>();
  const safe = replaceReferences(value, (alike) => {
    const text = JSON.stringify(alike);
    const hash = hashOf(text);
    texts.set(hash, text);
    return { [STORED]: hash, [BYTES]: Buffer.byteLength(text) };
  });
  if (texts.size === 0) return value;
  await Promise.all([...texts].map(([hash, text]) => payloads.put(stateKey(correlationId, hash), text)));
  return safe;
}

interface Replacement {
  readonly leaf: Leaf;
  readonly text: string;
  readonly hash: string;
  readonly reference: Reference;
}

/**
 * Chooses the leaves that go by reference: those that look like a reference, then the longest, until the rest has at
 * most `most` bytes. @returns them and the bytes of the rest
 */
function replacements(
  kept: unknown,
  leaves: readonly Leaf[],
  most: number,
): { readonly replaced: readonly Replacement[]; readonly bytes: number } {
  const all = JSON.stringify(kept);
  let bytes = Buffer.byteLength(all);
  if (bytes <= most && !all.includes(IN_JSON)) return { replaced: [], bytes };
  const sized = leaves
    .map((leaf) => {
      const text = JSON.stringify(leaf.value);
      return { leaf, text, bytes: Buffer.byteLength(text), alike: text.includes(IN_JSON) };
    })
    .sort((a, b) => Number(b.alike) - Number(a.alike) || b.bytes - a.bytes);
  const replaced: Replacement[] = [];
  for (const { leaf, text, bytes: own, alike } of sized) {
    if (!alike && (bytes <= most || own < LEAST_BYTES)) break;
    const hash = hashOf(text);
    const reference: Reference = { [STORED]: hash, [BYTES]: own };
    replaced.push({ leaf, text, hash, reference });
    bytes -= own - jsonBytes(reference);
  }
  return { replaced, bytes };
}

/**
 * Puts the stored values back in place of their references. A stored value is not searched for further references.
 *
 * @param correlationId conversation of the execution that the value comes from
 * @throws LanewayError NOT_FOUND when the payload store no longer has it, UNPARSEABLE when it was changed; UNAVAILABLE
 */
export async function restored(
  value: unknown,
  correlationId: string,
  payloads: Pick<PayloadStore, 'get'>,
): Promise<unknown> {
  const hashes = new Set<string>();
  for (const reference of referencesIn(value)) hashes.add(reference[STORED]);
  if (hashes.size === 0) return value;
  const texts = new Map<string, string>();
  await Promise.all(
    [...hashes].map(async (hash) => texts.set(hash, await stored(stateKey(correlationId, hash), hash, payloads))),
  );
  return replaceReferences(value, (reference) => JSON.parse(texts.get(reference[STORED]) ?? 'null') as unknown);
}

/**
 * {@link restored} for people: a value that the payload store no longer has is named with its size.
 * @throws LanewayError UNAVAILABLE
 */
export async function restoredOrDescribed(
  value: unknown,
  correlationId: string,
  payloads: Pick<PayloadStore, 'get'>,
): Promise<unknown> {
  try {
    return await restored(value, correlationId, payloads);
  } catch (error) {
    if (!isGone(error) && summarizeError(error).retryable) throw error;
    return described(value);
  }
}

/** Describes a value for people: each reference in it is replaced by a text with its size. */
export function described(value: unknown): unknown {
  return replaceReferences(value, (reference) => `by reference, ${Math.ceil(reference[BYTES] / 1000)} KB`);
}

function referencesIn(value: unknown): Reference[] {
  if (isReference(value)) return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(referencesIn);
}

function replaceReferences(value: unknown, by: (reference: Reference) => unknown): unknown {
  if (isReference(value)) return by(value);
  if (Array.isArray(value)) return value.map((element: unknown) => replaceReferences(element, by));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, replaceReferences(field, by)]));
}

function isReference(value: unknown): value is Reference {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, STORED)) return false;
  const { [STORED]: hash, [BYTES]: bytes } = value as Partial<Record<typeof STORED | typeof BYTES, unknown>>;
  const fields = Object.keys(value).length;
  return fields === 2 && typeof bytes === 'number' && typeof hash === 'string' && /^[\w-]{43}$/.test(hash);
}

async function stored(key: string, hash: string, payloads: Pick<PayloadStore, 'get'>): Promise<string> {
  const text = await payloads.get(key);
  if (hashOf(text) === hash) return text;
  throw new LanewayError('UNPARSEABLE', `the payload store has something else as '${key}' than what was put there`);
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

function tooLarge(type: string, fixed: readonly { readonly name: string; readonly bytes: number }[]): LanewayError {
  const [most] = fixed;
  const where = most ? `, most of it ${most.name} (${most.bytes} bytes), which the workflow looks into` : '';
  return new LanewayError('TOO_LARGE', `a workflow cannot hold what it needs of the reply ${type}${where}`, {
    help: [
      `allowed by value: ${CLAIM_CHECK_BYTES} bytes (a Step Functions state holds 256 KiB); what is only passed on goes by reference`,
      'let the agent decide and reply with the decision, or reply with a shorter list, or with where it is',
    ],
  });
}
