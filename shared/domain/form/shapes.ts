import * as z from 'zod';
import { isWellFormed } from '../base/cut-text.js';
import { PRIORITIES } from '../base/priority.js';
import { unreadable } from './stored-json.js';

/*
 * Parts of the forms of what is stored. A form says what readers rely on, and no more: members that it does not name are
 * left as they are, so that a later version may add some.
 */

/** Any text. A sender's words may hold anything, and must not make its receiver's row unreadable. */
export const anyText = z.string();

/** A name or an id that becomes part of a key: without half of a surrogate pair, which no store takes. */
export const keyPart = z.string().min(1).max(512).refine(isWellFormed, 'half of a surrogate pair');

/** An instant, ISO 8601: whatever an envelope may have, so that no sender makes its receiver's row unreadable. */
export const instant = z.iso.datetime({ offset: true });

/** A count from 0. */
export const count = z.number().int().min(0);

export const priority = z.enum(PRIORITIES);

/** Names of receivers. Nobody has more of them, and each costs its reader a look. */
export const receivers = z.array(keyPart).max(1_000);

/** An error that another process summarised. */
export const errorSummary = z.looseObject({
  ...{ code: anyText, message: anyText },
  name: anyText.optional(),
  retryable: z.boolean().optional(),
});

/**
 * Holds a stored value against its form, and gives the same value back.
 * @throws LanewayError UNREADABLE naming the parts that are wrong, without their values
 */
export function inForm<Value>(form: z.ZodType, value: Value, what: string): Value {
  const result = form.safeParse(value);
  if (result.success) return value;
  const faults = result.error.issues.slice(0, 3).map(({ path, message }) => `${pathText(path)}: ${message}`);
  throw unreadable(`${what} has another form than its writers give it: ${faults.join('; ')}`);
}

/** Path of a part; names that a row chose itself are not shown. */
function pathText(path: readonly PropertyKey[]): string {
  return path.length === 0 ? 'the whole' : path.map(String).join('.');
}
