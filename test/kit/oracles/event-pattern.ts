/**
 * EventBridge's pattern matching, as far as AWS's validated cases describe it; `test/unit/test/kit/oracles/event-pattern.test.ts`
 * holds it to them.
 */
type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
type Fields = Readonly<Record<string, Json>>;

/** True when `event` matches `pattern`. @throws Error for a pattern that EventBridge would refuse. */
export function eventMatches(pattern: unknown, event: unknown): boolean {
  if (!isFields(pattern) || Object.keys(pattern).length === 0) throw new Error('a pattern is a non-empty object');
  check(pattern);
  return matchFields(flattenDots(pattern), isFields(event) ? flattenDots(event) : {});
}

function matchFields(pattern: Fields, event: Fields): boolean {
  return Object.entries(pattern).every(([key, wanted]) => {
    if (key === '$or' && isList(wanted)) return wanted.some((one) => isFields(one) && matchFields(one, event));
    const given = event[key];
    if (isFields(wanted)) {
      const candidates = isList(given) ? given.filter(isFields) : [isFields(given) ? given : {}];
      return candidates.some((candidate) => matchFields(wanted, candidate));
    }
    return isList(wanted) && wanted.some((matcher) => matchLeaf(matcher, given));
  });
}

function matchLeaf(matcher: Json, given: Json | undefined): boolean {
  if (isFields(matcher) && 'exists' in matcher) return matcher['exists'] === isPresent(given);
  const values = isList(given) ? given : given === undefined || isFields(given) ? [] : [given];
  return values.some((value) => matchValue(matcher, value));
}

function matchValue(matcher: Json, value: Json): boolean {
  if (!isFields(matcher)) return matcher === value;
  const [operator = '', operand = null] = Object.entries(matcher)[0] ?? [];
  switch (operator) {
    case 'anything-but': {
      const excluded = isFields(operand) ? spread(operand) : isList(operand) ? operand : [operand];
      return !excluded.some((one) => matchValue(one, value));
    }
    case 'numeric':
      return typeof value === 'number' && numeric(operand as readonly (string | number)[], value);
    case 'cidr':
      return typeof value === 'string' && inBlock(operand as string, value);
    default:
      return typeof value === 'string' && matchText(operator, operand, value);
  }
}

/** `{ prefix: ['a', 'b'] }` as `[{ prefix: 'a' }, { prefix: 'b' }]`. */
function spread(matcher: Fields): Fields[] {
  return Object.entries(matcher).flatMap(([operator, operand]) =>
    (isList(operand) ? operand : [operand]).map((one) => ({ [operator]: one })),
  );
}

function matchText(operator: string, operand: Json, value: string): boolean {
  const ignoring = isFields(operand) ? operand['equals-ignore-case'] : undefined;
  const fold = (text: unknown) => (ignoring === undefined ? String(text) : String(text).toLowerCase());
  const [wanted, given] = [fold(ignoring ?? operand), fold(value)];
  if (operator === 'prefix') return given.startsWith(wanted);
  if (operator === 'suffix') return given.endsWith(wanted);
  if (operator === 'equals-ignore-case') return given.toLowerCase() === wanted.toLowerCase();
  const parts = wanted.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 's').test(given);
}

function numeric(conditions: readonly (string | number)[], value: number): boolean {
  for (let index = 0; index < conditions.length; index += 2) {
    const bound = Number(conditions[index + 1]);
    const holds = {
      '<': value < bound,
      '<=': value <= bound,
      '>': value > bound,
      '>=': value >= bound,
      '=': value === bound,
    };
    if (!holds[conditions[index] as keyof typeof holds]) return false;
  }
  return true;
}

function bits(address: string): { value: bigint; width: number } | undefined {
  if (/^\d{1,3}(\.\d{1,3}){3}$/.test(address)) {
    const parts = address.split('.').map(Number);
    if (parts.some((part) => part > 255)) return undefined;
    return { value: parts.reduce((sum, part) => sum * 256n + BigInt(part), 0n), width: 32 };
  }
  if (!/^[0-9a-f:]+$/i.test(address) || !address.includes(':')) return undefined;
  const [head = '', tail] = address.split('::');
  const groups = (text: string) => (text === '' ? [] : text.split(':'));
  const missing = tail === undefined ? 0 : 8 - groups(head).length - groups(tail).length;
  const all = [...groups(head), ...Array.from({ length: Math.max(0, missing) }, () => '0'), ...groups(tail ?? '')];
  if (all.length !== 8 || all.some((group) => !/^[0-9a-f]{1,4}$/i.test(group))) return undefined;
  return { value: all.reduce((sum, group) => sum * 65_536n + BigInt(`0x${group}`), 0n), width: 128 };
}

function inBlock(block: string, address: string): boolean {
  const [network, given] = [bits(block.split('/')[0] ?? ''), bits(address)];
  if (!network || !given || network.width !== given.width) return false;
  const shift = BigInt(network.width - Number(block.split('/')[1]));
  return network.value >> shift === given.value >> shift;
}

const OPERATORS = ['prefix', 'suffix', 'equals-ignore-case', 'wildcard', 'anything-but', 'numeric', 'exists', 'cidr'];

function check(pattern: Fields): void {
  for (const [key, wanted] of Object.entries(pattern)) {
    if (key === '$or') {
      if (!isList(wanted) || wanted.length < 2) throw new Error('$or takes two or more alternatives');
      for (const one of wanted) check(one as Fields);
    } else if (isList(wanted)) {
      if (wanted.length === 0) throw new Error(`${key}: an empty list matches nothing`);
      for (const matcher of wanted) checkMatcher(key, matcher);
    } else if (isFields(wanted)) check(wanted);
    else throw new Error(`${key}: values stand in a list`);
  }
}

function checkMatcher(key: string, matcher: Json): void {
  if (isList(matcher)) throw new Error(`${key}: a list within a list`);
  if (!isFields(matcher)) return;
  const [operator = '', operand = null] = Object.entries(matcher)[0] ?? [];
  const fail = (): never => {
    throw new Error(`${key}: ${JSON.stringify(matcher)} is not allowed`);
  };
  if (!OPERATORS.includes(operator)) fail();
  if (operator === 'exists' && typeof operand !== 'boolean') fail();
  if (operator === 'numeric') checkNumeric(operand, fail);
  if (operator === 'cidr') checkBlock(operand, fail);
  if (operator === 'anything-but') checkExclusion(operand, fail);
  if (['prefix', 'suffix'].includes(operator) && typeof operand !== 'string') {
    if (!isFields(operand) || typeof operand['equals-ignore-case'] !== 'string') fail();
  }
  if (['equals-ignore-case', 'wildcard'].includes(operator) && typeof operand !== 'string') fail();
  if (operator === 'wildcard') checkWildcard(operand as string, fail);
}

function checkExclusion(operand: Json, fail: () => never): void {
  if (operand === null || typeof operand === 'boolean') fail();
  if (isList(operand)) {
    const kinds = new Set(operand.map((one) => typeof one));
    if (operand.length === 0 || kinds.size > 1 || !['string', 'number'].includes([...kinds][0] ?? '')) fail();
  }
  if (!isFields(operand)) return;
  const [operator = '', inner = null] = Object.entries(operand)[0] ?? [];
  if (!['prefix', 'suffix', 'equals-ignore-case', 'wildcard'].includes(operator)) fail();
  const texts = isList(inner) ? inner : [inner];
  if (texts.some((text) => typeof text !== 'string')) fail();
  if (['prefix', 'suffix'].includes(operator) && texts.includes('')) fail();
}

/** A wildcard whose repeated parts make EventBridge's automaton grow too large: many stars between short parts. */
function checkWildcard(text: string, fail: () => never): void {
  if (text.includes('**') || (text.match(/\*:/g)?.length ?? 0) > 4) fail();
}

function checkNumeric(operand: Json, fail: () => never): void {
  if (!isList(operand) || operand.length === 0 || operand.length > 4 || operand.length % 2 === 1) return fail();
  operand.forEach((one, index) => {
    if (index % 2 === 0 ? !['<', '<=', '>', '>=', '='].some((operator) => operator === one) : typeof one !== 'number')
      fail();
  });
  const [first, low, second, high] = operand as unknown as readonly [string, number, string?, number?];
  if (second !== undefined && (!first.startsWith('>') || !second.startsWith('<') || low >= Number(high))) fail();
}

function checkBlock(operand: Json, fail: () => never): void {
  if (typeof operand !== 'string') return fail();
  const [address = '', mask] = operand.split('/');
  const network = bits(address);
  if (!network || mask === undefined || !/^\d+$/.test(mask) || Number(mask) > network.width) fail();
}

function isPresent(given: Json | undefined): boolean {
  return given !== undefined && !isFields(given) && !(isList(given) && given.length === 0);
}

function isList(value: unknown): value is readonly Json[] {
  return Array.isArray(value);
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** EventBridge joins keys by dots, so that `{ 'a.b': 1 }` and `{ a: { b: 1 } }` are one. */
function flattenDots(event: Fields): Fields {
  const result: Record<string, Json> = {};
  for (const [key, value] of Object.entries(event)) {
    const inner = isFields(value) ? flattenDots(value) : value;
    const [head = '', ...rest] = key.split('.');
    if (rest.length === 0) result[key] = inner;
    else {
      const nested = rest.reduceRight<Json>((below, part) => ({ [part]: below }), inner);
      const present = result[head];
      result[head] = isFields(present) && isFields(nested) ? { ...present, ...nested } : nested;
    }
  }
  return result;
}
