import { LanewayError } from '../base/errors.js';

/**
 * Deepest nesting of a stored text. A payload has 200 levels at most, and entries of the ledger put a few around it. What
 * writes JSON walks it level by level, and a text of 400 KB has room for more levels than any stack.
 */
export const DEEPEST_STORED = 250;

/**
 * Reads a stored JSON text. The words of the refusal quote nothing of the text.
 * @throws LanewayError UNREADABLE for a text that is no JSON, or is nested deeper than {@link DEEPEST_STORED}
 */
export function storedJson(text: string, what: string): unknown {
  if (isTooDeep(text)) throw unreadable(`${what} is nested more than ${DEEPEST_STORED} deep`);
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw unreadable(`${what} is not JSON`);
  }
}

/** The error of a stored thing that cannot be read. Another try reads the same. */
export function unreadable(what: string): LanewayError {
  return new LanewayError('UNREADABLE', what, {
    help: ['whoever writes there was taken over or is wrong: look at what else it wrote'],
  });
}

/** True for a text with more open brackets, outside of its strings, than may be. */
function isTooDeep(text: string): boolean {
  if (text.length <= DEEPEST_STORED) return false;
  let [depth, inString] = [0, false];
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (inString) {
      if (character === '\\') at++;
      else if (character === '"') inString = false;
    } else if (character === '"') inString = true;
    else if (character === '{' || character === '[') {
      if (++depth > DEEPEST_STORED) return true;
    } else if (character === '}' || character === ']') depth--;
  }
  return false;
}
