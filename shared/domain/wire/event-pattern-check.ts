import type { Json } from '../base/json.js';
import { LanewayError } from '../base/errors.js';
import { addressBits, isFields, type Fields } from './event-pattern-parts.js';

/** Most stars in a row with a single character between them; more make EventBridge's automaton too large. */
const STARS_IN_A_ROW = 4;

const TEXT_OPERATORS = ['prefix', 'suffix', 'equals-ignore-case', 'wildcard'];

/**
 * Checks that EventBridge would accept a pattern. Its measure of how complex a wildcard may be is not published
 * exactly; here it is a bound on stars in a row.
 * @param known lists that have been checked, of this and of other patterns: a list that patterns share is checked once
 * @throws LanewayError INVALID_OPTION naming the field and what is allowed
 */
export function checkPattern(pattern: unknown, known = new Set<Json>()): Fields {
  if (!isFields(pattern) || Object.keys(pattern).length === 0) refuse('pattern', pattern, 'an object with fields');
  checkFields(pattern, known);
  return pattern;
}

function refuse(key: string, given: unknown, allowed: string): never {
  throw new LanewayError('INVALID_OPTION', `event pattern, ${key}: ${JSON.stringify(given)}`, {
    help: [`allowed: ${allowed}`],
  });
}

function checkFields(pattern: Fields, known: Set<Json>): void {
  for (const [key, wanted] of Object.entries(pattern)) {
    if (key === '$or') checkAlternatives(wanted, known);
    else if (isFields(wanted)) checkFields(wanted, known);
    else if (!Array.isArray(wanted) || wanted.length === 0) refuse(key, wanted, 'a list of values, or nested fields');
    else if (!known.has(wanted)) {
      for (const matcher of wanted as readonly Json[]) checkMatcher(key, matcher);
      known.add(wanted);
    }
  }
}

function checkAlternatives(wanted: Json, known: Set<Json>): void {
  if (!Array.isArray(wanted) || wanted.length < 2) refuse('$or', wanted, 'two or more alternatives');
  for (const one of wanted as readonly Json[]) {
    if (!isFields(one)) refuse('$or', one, 'objects with fields');
    else checkFields(one, known);
  }
}

function checkMatcher(key: string, matcher: Json): void {
  if (Array.isArray(matcher)) refuse(key, matcher, 'values, not a list within a list');
  if (!isFields(matcher)) return;
  const entries = Object.entries(matcher);
  const [operator = '', operand = null] = entries[0] ?? [];
  if (entries.length !== 1) refuse(key, matcher, 'one operator in each object');
  switch (operator) {
    case 'exists':
      if (typeof operand !== 'boolean') refuse(key, matcher, '{ exists: true } or { exists: false }');
      return;
    case 'numeric':
      return checkNumeric(key, operand);
    case 'cidr':
      return checkBlock(key, operand);
    case 'anything-but':
      return checkExclusion(key, operand);
    case 'prefix':
    case 'suffix': {
      const text = isFields(operand) ? operand['equals-ignore-case'] : operand;
      if (typeof text !== 'string') refuse(key, matcher, `a text, or { 'equals-ignore-case': <text> }`);
      return;
    }
    case 'equals-ignore-case':
    case 'wildcard':
      if (typeof operand !== 'string') refuse(key, matcher, 'a text');
      else if (operator === 'wildcard') checkWildcard(key, operand);
      return;
    default:
      return refuse(key, matcher, 'the operators of EventBridge, in lower case');
  }
}

function checkExclusion(key: string, operand: Json): void {
  if (isFields(operand)) {
    const [operator = '', inner = null] = Object.entries(operand)[0] ?? [];
    const texts: readonly Json[] = Array.isArray(inner) ? (inner as readonly Json[]) : [inner];
    const emptyEnd = ['prefix', 'suffix'].includes(operator) && texts.includes('');
    if (
      !TEXT_OPERATORS.includes(operator) ||
      texts.length === 0 ||
      emptyEnd ||
      texts.some((one) => typeof one !== 'string')
    )
      refuse(key, operand, `anything-but with ${TEXT_OPERATORS.join(', ')} and one or more texts`);
    if (operator === 'wildcard') for (const text of texts) if (typeof text === 'string') checkWildcard(key, text);
    return;
  }
  const values: readonly Json[] = Array.isArray(operand) ? (operand as readonly Json[]) : [operand];
  const kinds = new Set(values.map((one) => typeof one));
  const [kind] = kinds;
  if (kinds.size !== 1 || (kind !== 'string' && kind !== 'number'))
    refuse(key, operand, 'anything-but with texts only, or numbers only');
}

function checkWildcard(key: string, wildcard: string): void {
  const stars = new RegExp(`(?:\\*[^*]?){${STARS_IN_A_ROW + 1}}`);
  const bare = wildcard.replace(/\\./g, 'xx');
  if (bare.includes('**') || stars.test(bare))
    refuse(key, wildcard, `stars apart, at most ${STARS_IN_A_ROW} of them with one character between`);
}

function checkNumeric(key: string, operand: Json): void {
  const allowed = "one or two of '<', '<=', '=', '>=', '>' with numbers; two from low to high";
  if (!Array.isArray(operand) || (operand.length !== 2 && operand.length !== 4)) return refuse(key, operand, allowed);
  const comparisons = operand.filter((_, index) => index % 2 === 0);
  const bounds = operand.filter((_, index) => index % 2 === 1);
  const known = comparisons.every((one) => ['<', '<=', '=', '>=', '>'].includes(String(one)));
  if (!known || bounds.some((one) => typeof one !== 'number')) refuse(key, operand, allowed);
  if (operand.length === 2) return;
  const range = String(comparisons[0]).startsWith('>') && String(comparisons[1]).startsWith('<');
  if (!range || Number(bounds[0]) >= Number(bounds[1])) refuse(key, operand, allowed);
}

function checkBlock(key: string, operand: Json): void {
  const [address = '', mask = '', ...rest] = typeof operand === 'string' ? operand.split('/') : [];
  const network = addressBits(address);
  if (!network || rest.length > 0 || !/^\d{1,3}$/.test(mask) || Number(mask) >= network.width)
    refuse(key, operand, "a block such as '10.0.0.0/24' or '2001:db8::/32'; a single address is a value, not a block");
}
