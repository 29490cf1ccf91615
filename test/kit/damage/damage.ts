import { oddValue, type Random } from '../generators/fuzz-bodies.js';

/** An item as the document client has it. */
export type PlainItem = Readonly<Record<string, unknown>>;

/** Keys of the table and its indexes: DynamoDB takes texts alone there. */
const KEYS = ['sk', 'dueHour', 'dueAt', 'letterPartition', 'letterAt', 'asks'];

const TIMES = [
  ...['9999-12-31T23:59:59.999Z', '+275760-09-13T00:00:00.000Z', '1970-01-01T00:00:00.000Z', 'soon', ''],
  ...['2026-02-30T00:00:00.000Z', '2026-01-01T00:00:00.000Z', '0001-01-01T00:00:00Z'],
] as const;

/**
 * An item with one of its attributes, or one part of the JSON in it, damaged as whoever may write it could have it: taken
 * away, of another type, without end, nested without end, torn, or another's.
 */
export function damaged(random: Random, item: PlainItem): { readonly item: PlainItem; readonly what: string } {
  const names = Object.keys(item).filter((name) => name !== 'pk');
  const name = names[Math.floor(random() * names.length)] ?? 'sk';
  const value = item[name];
  const { [name]: _old, ...rest } = item;
  if (random() < 0.1 && name !== 'sk') return { item: rest, what: `without ${name}` };
  if (KEYS.includes(name)) return { item: { ...item, [name]: oddKey(random, String(value)) }, what: `another ${name}` };
  if (typeof value === 'string' && /^[[{]/.test(value)) {
    const [text, what] = damagedJson(random, value);
    return { item: { ...item, [name]: text }, what: `${name}: ${what}` };
  }
  return { item: { ...item, [name]: stored(oddPart(random)) }, what: `another ${name}` };
}

function oddKey(random: Random, value: string): string {
  const [time = '', ...id] = value.split('#');
  const keys = [
    `${pick(random, TIMES)}#${id.join('#')}`,
    `${time}#`,
    // Still within the range that is asked for.
    `${time.slice(0, 20)}x#${id.join('#')}`,
    `${value}#more`,
    `x${value}`,
    value.slice(0, -1),
    '#',
  ];
  return pick(random, keys) || '#';
}

/** A JSON text with one of its parts damaged. */
export function damagedJson(random: Random, text: string): [text: string, what: string] {
  const kind = random();
  if (kind < 0.05) return [text.slice(0, Math.floor(random() * text.length)), 'torn'];
  if (kind < 0.1) return [`${'['.repeat(20_000)}${']'.repeat(20_000)}`, 'nested'];
  if (kind < 0.15) return [JSON.stringify(oddValue(random)) ?? 'null', 'another value'];
  const root = JSON.parse(text) as object;
  const holders = holdersIn(root);
  const [holder, path] = pick(random, holders);
  const keys = Object.keys(holder);
  const key = keys.length === 0 ? 'more' : pick(random, keys);
  if (random() < 0.2) Reflect.deleteProperty(holder, key);
  else if (random() < 0.1) Object.defineProperty(holder, '__proto__', { value: oddPart(random), enumerable: true });
  else Reflect.set(holder, key, oddPart(random));
  return [JSON.stringify(root), `${path}${key}`];
}

/** Objects and lists in a value, with the paths to them. */
function holdersIn(value: object, path = ''): [holder: object, path: string][] {
  const inner = Object.entries(value).flatMap(([key, part]: [string, unknown]) =>
    typeof part === 'object' && part !== null ? holdersIn(part, `${path}${key}.`) : [],
  );
  return [[value, path], ...inner];
}

function oddPart(random: Random): unknown {
  const kind = random();
  if (kind < 0.2) return pick(random, TIMES);
  if (kind < 0.25) return 'x'.repeat(100_000);
  if (kind < 0.3) return Array.from({ length: 2_000 }, (_, at) => `a${at}`);
  if (kind < 0.35) return nested(300);
  if (kind < 0.4) return 'victim';
  return oddValue(random);
}

function nested(depth: number): unknown {
  let value: unknown = 'deep';
  for (let level = 0; level < depth; level++) value = [value];
  return value;
}

/** A value as a table takes it: whole characters, numbers within its bounds, levels to its 32. */
function stored(value: unknown): unknown {
  const text = JSON.stringify(value) ?? 'null';
  if (typeof value === 'string') return value.toWellFormed();
  if (/^\[{32}/.test(text)) return 'deep';
  return JSON.parse(text.toWellFormed(), (_key, part: unknown) => (typeof part === 'number' ? asNumber(part) : part));
}

function asNumber(value: number): number {
  return Math.abs(value) < 1e125 ? value : 1e125;
}

function pick<Value>(random: Random, from: readonly Value[]): Value {
  return from[Math.floor(random() * from.length)] as Value;
}
