import type { Json } from '../base/json.js';
import { checkPattern } from './event-pattern-check.js';
import { addressBits, isFields, joinDots, type Fields } from './event-pattern-parts.js';

/**
 * True when EventBridge would give `event` to a rule with `pattern`. Covers exact values, `null`, arrays (any element),
 * nested and dot-joined keys, `$or`, and the operators prefix, suffix, equals-ignore-case, wildcard, anything-but,
 * numeric, exists and cidr (EventBridge user guide, "Comparison operators for use in event patterns"). Fields of
 * objects in an array match together: one object must have them all.
 *
 * @throws LanewayError INVALID_OPTION for a pattern that EventBridge would refuse
 */
export function matchesPattern(pattern: unknown, event: unknown): boolean {
  return matchFields(joinDots(checkPattern(pattern)), isFields(event) ? joinDots(event) : {});
}

/**
 * {@link matchesPattern} for rules that meet many events: patterns are checked once, here, and an event is read once.
 * @returns a function from an event to the rules it matches, in their order
 */
export function ruleMatcher<Rule extends { readonly pattern: unknown }>(
  rules: readonly Rule[],
): (event: unknown) => Rule[] {
  const known = new Set<Json>();
  const joined = rules.map((rule) => ({ rule, pattern: joinDots(checkPattern(rule.pattern, known)) }));
  return (event) => {
    const fields = isFields(event) ? joinDots(event) : {};
    return joined.filter(({ pattern }) => matchFields(pattern, fields)).map(({ rule }) => rule);
  };
}

function matchFields(pattern: Fields, event: Fields): boolean {
  return Object.entries(pattern).every(([key, wanted]) => {
    if (key === '$or' && Array.isArray(wanted)) return wanted.some((one) => isFields(one) && matchFields(one, event));
    const given = Object.hasOwn(event, key) ? event[key] : undefined;
    if (Array.isArray(wanted)) return wanted.some((matcher) => matchLeaf(matcher as Json, given));
    if (!isFields(wanted)) return false;
    const objects = (Array.isArray(given) ? flat(given as readonly Json[]) : [given]).filter(isFields);
    const candidates = objects.length > 0 ? objects : [{}];
    return candidates.some((candidate) => matchFields(wanted, candidate));
  });
}

function matchLeaf(matcher: Json, given: Json | undefined): boolean {
  if (isFields(matcher) && 'exists' in matcher) return matcher['exists'] === isPresent(given);
  return leavesOf(given).some((value) => matchValue(matcher, value));
}

/** True when a field holds a leaf, as `exists` asks: an object, or a list without a leaf, does not count. */
function isPresent(given: Json | undefined): boolean {
  return leavesOf(given).length > 0;
}

/** The values that a field holds: itself, or those in its list and in lists within it. */
function leavesOf(given: Json | undefined): readonly Json[] {
  if (given === undefined) return [];
  return (Array.isArray(given) ? flat(given as readonly Json[]) : [given]).filter((value) => !isFields(value));
}

/** Flattens lists within a list: EventBridge takes no notice of how deep a value is nested in lists. */
function flat(list: readonly Json[]): readonly Json[] {
  return list.some((one) => Array.isArray(one))
    ? list.flatMap((one) => (Array.isArray(one) ? flat(one as readonly Json[]) : [one]))
    : list;
}

function matchValue(matcher: Json, value: Json): boolean {
  if (!isFields(matcher)) return matcher === value;
  const [operator = '', operand = null] = Object.entries(matcher)[0] ?? [];
  switch (operator) {
    case 'anything-but':
      return !excluded(operand).some((one) => matchValue(one, value));
    case 'numeric':
      return typeof value === 'number' && inRange(operand as readonly (string | number)[], value);
    case 'cidr':
      return typeof value === 'string' && inBlock(textOf(operand), value);
    default:
      return typeof value === 'string' && matchText(operator, operand, value);
  }
}

/**
 * Matchers that `anything-but` excludes, one for each value: `{ prefix: ['a', 'b'] }` is `{ prefix: 'a' }` and `{
 * prefix: 'b' }`.
 */
function excluded(operand: Json): Json[] {
  if (!isFields(operand)) return Array.isArray(operand) ? [...(operand as readonly Json[])] : [operand];
  return Object.entries(operand).flatMap(([operator, texts]) =>
    (Array.isArray(texts) ? (texts as readonly Json[]) : [texts]).map((one) => ({ [operator]: one })),
  );
}

function matchText(operator: string, operand: Json, value: string): boolean {
  const folded = isFields(operand) ? operand['equals-ignore-case'] : undefined;
  const wanted = folded === undefined ? textOf(operand) : textOf(folded).toLowerCase();
  const given = folded === undefined ? value : value.toLowerCase();
  switch (operator) {
    case 'prefix':
      return given.startsWith(wanted);
    case 'suffix':
      return given.endsWith(wanted);
    case 'equals-ignore-case':
      return given.toLowerCase() === wanted.toLowerCase();
    default:
      return matchWildcard(wildcardParts(wanted), given);
  }
}

function textOf(value: Json): string {
  return typeof value === 'string' ? value : '';
}

/** The fixed texts between the stars of a wildcard; `\*` is a star itself, `\\` a backslash. */
function wildcardParts(wildcard: string): string[] {
  const parts = [''];
  for (let index = 0; index < wildcard.length; index++) {
    const character = wildcard.charAt(index);
    if (character === '*') parts.push('');
    else {
      const escaped = character === '\\' && index + 1 < wildcard.length;
      parts[parts.length - 1] += escaped ? wildcard.charAt(++index) : character;
    }
  }
  return parts;
}

/**
 * Matches the parts of a wildcard in order, each at its first place after the one before. This takes linear time, where
 * a regular expression could run away.
 */
function matchWildcard(parts: readonly string[], value: string): boolean {
  const first = parts[0] ?? '';
  const last = parts.at(-1) ?? '';
  if (parts.length === 1) return value === first;
  if (value.length < first.length + last.length || !value.startsWith(first) || !value.endsWith(last)) return false;
  let from = first.length;
  const end = value.length - last.length;
  for (const part of parts.slice(1, -1)) {
    const at = value.indexOf(part, from);
    if (at < 0 || at + part.length > end) return false;
    from = at + part.length;
  }
  return true;
}

function inRange(conditions: readonly (string | number)[], value: number): boolean {
  for (let index = 0; index < conditions.length; index += 2) {
    if (!holds(String(conditions[index]), value, Number(conditions[index + 1]))) return false;
  }
  return true;
}

function holds(comparison: string, value: number, bound: number): boolean {
  switch (comparison) {
    case '<':
      return value < bound;
    case '<=':
      return value <= bound;
    case '>':
      return value > bound;
    case '>=':
      return value >= bound;
    default:
      return value === bound;
  }
}

function inBlock(block: string, address: string): boolean {
  const [text = '', mask] = block.split('/');
  const network = addressBits(text);
  const given = addressBits(address);
  if (!network || !given || network.width !== given.width) return false;
  const shift = BigInt(network.width - Number(mask));
  return network.value >> shift === given.value >> shift;
}
