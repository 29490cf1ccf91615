import { cutText } from '../domain/base/cut-text.js';
import { LanewayError } from '../domain/base/errors.js';
import { canBeId } from '../domain/base/ids.js';
import { isExactEnvelope, isName, parseEnvelope, type Envelope } from '../domain/wire/envelope.js';

/** Longest time ahead that a message may expire or a deadline may lie: an execution of a workflow lasts no longer. */
export const FURTHEST_AHEAD_MS = 366 * 86_400_000;

/** Longest `subject`, characters. */
const SUBJECT_LENGTH = 1_024;

/** An instant ahead. @param what option that it comes of @throws LanewayError INVALID_OPTION for no time, or one beyond a year */
export function checkAhead(what: 'expires' | 'deadline', given: unknown, at: number, now: number): number {
  if (at <= now + FURTHEST_AHEAD_MS) return at;
  const shown =
    given instanceof Date ? (Number.isNaN(at) ? 'an invalid Date' : given.toISOString()) : `'${String(given)}'`;
  throw new LanewayError('INVALID_OPTION', `${what} is ${shown}`, {
    help: ['allowed: a time, or a duration, of at most 366 days ahead'],
  });
}

/** @throws LanewayError INVALID_OPTION for a subject that is no text of 1 to 1,024 characters */
export function checkSubject(subject: unknown): void {
  if (subject === undefined) return;
  if (typeof subject === 'string' && subject.length > 0 && subject.length <= SUBJECT_LENGTH) return;
  const shown =
    typeof subject === 'string'
      ? subject === ''
        ? 'empty'
        : `a text of ${subject.length} characters`
      : subject === null
        ? 'null'
        : `a ${typeof subject}`;
  throw new LanewayError('INVALID_OPTION', `subject is ${shown}`, {
    help: [`allowed: 1 to ${SUBJECT_LENGTH} characters; leave it out where there is none`],
  });
}

/** @throws LanewayError INVALID_OPTION for a tenant that receivers would refuse */
export function checkTenant(tenant: unknown): void {
  if (tenant === undefined || isName(tenant)) return;
  const shown = typeof tenant === 'string' ? `a text of ${tenant.length} characters` : `a ${typeof tenant}`;
  throw new LanewayError('INVALID_OPTION', `tenant is ${shown}`, {
    help: ['allowed: 1 to 256 characters, no half of a surrogate pair; leave it out where there is none'],
  });
}

/** Ids that a publisher gives. @throws LanewayError INVALID_OPTION */
export function checkIds(ids: Readonly<Record<string, string | undefined>>): void {
  for (const [what, given] of Object.entries(ids)) {
    if (given === undefined || (typeof given === 'string' && canBeId(given))) continue;
    throw new LanewayError('INVALID_OPTION', `${what} is ${shownId(given)}`, {
      help: ['allowed: 1 to 128 letters, digits and _ . : -'],
    });
  }
}

function shownId(given: unknown): string {
  return typeof given === 'string' ? JSON.stringify(cutText(given, 160)) : `a ${typeof given}`;
}

/**
 * Holds an envelope against what its receivers hold it against, before anything is stored or sent.
 * @throws LanewayError INVALID_OPTION naming the attributes that are wrong
 */
export function checkEnvelope(envelope: Envelope): void {
  const { type } = envelope;
  if (isExactEnvelope(envelope)) return;
  try {
    parseEnvelope(envelope);
  } catch (cause) {
    const [what = ''] = cause instanceof LanewayError ? cause.message.split('\n') : [];
    throw new LanewayError('INVALID_OPTION', `${type} cannot be sent: ${what}`, {
      cause,
      help: ['allowed: the attributes of docs/protocol.md; receivers would refuse the message'],
    });
  }
}
