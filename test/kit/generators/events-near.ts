/** An EventBridge event as TestEventPattern takes it: what AWS demands of every event, and its detail. */
export interface TestEvent {
  readonly id: string;
  readonly account: string;
  readonly region: string;
  readonly time: string;
  readonly resources: readonly string[];
  readonly source: string;
  readonly 'detail-type': string;
  readonly detail: Readonly<Record<string, unknown>>;
}

type Fields = Readonly<Record<string, unknown>>;

/** Wrong values for a field, beside those that its matcher suggests. */
const ODD = [
  null,
  17,
  '',
  'nobody',
  true,
  [],
  ['order', 'critical'],
  {},
  { inner: 'order' },
  'Order',
  '10.0.0.9',
  -0.5,
];

/**
 * `count` events around what a rule asks for: what its pattern names, then with one field put off, left out or added, a
 * field of another kind, another source or type. Which of them match is not decided here.
 */
export function eventsNear(pattern: Fields, count: number, random: () => number): TestEvent[] {
  const events = new Map<string, TestEvent>();
  for (let tries = 0; events.size < count && tries < count * 4; tries++) {
    const event = eventNear(pattern, tries, random);
    events.set(JSON.stringify(event), event);
  }
  return [...events.values()];
}

function eventNear(pattern: Fields, turn: number, random: () => number): TestEvent {
  const { source = [], 'detail-type': type = ['Anything'], detail = {} } = pattern;
  const wanted = fill(isFields(detail) ? detail : {}, random);
  // Every third is left as the pattern has it; the others are changed in one place, some in two.
  const changes = turn % 3 === 0 ? 0 : 1 + Math.floor(random() * 2);
  let changed: Fields = wanted;
  for (let at = 0; at < changes; at++) changed = changeOne(changed, random);
  const foreign = turn % 7 === 5;
  return {
    ...{ id: '1', account: '000000000000', region: 'us-east-1', time: '2026-01-01T00:00:00Z', resources: [] },
    source: foreign
      ? pick(['com.example.other', 'laneway', 'aws.events', 'laneway.x'], random)
      : textFor(source, random),
    'detail-type': turn % 11 === 7 ? 'SomethingElse' : textFor(type, random),
    detail: changed,
  };
}

/** A detail that a pattern's detail is likely to match. */
function fill(pattern: Fields, random: () => number): Fields {
  const filled: Record<string, unknown> = {};
  for (const [key, wanted] of Object.entries(pattern)) {
    if (key === '$or' && Array.isArray(wanted)) Object.assign(filled, fill(pick(wanted as Fields[], random), random));
    else if (Array.isArray(wanted)) {
      const value = valueFor(pick(wanted as unknown[], random), random);
      if (value !== undefined) filled[key] = value;
    } else if (isFields(wanted)) filled[key] = fill(wanted, random);
  }
  return filled;
}

/** A value that a matcher is likely to take; undefined for a field that is to be absent. */
function valueFor(matcher: unknown, random: () => number): unknown {
  if (!isFields(matcher)) return matcher;
  const [operator = '', operand] = Object.entries(matcher)[0] ?? [];
  const text = (value: unknown): string =>
    isFields(value) ? String(Object.values(value)[0]).toUpperCase() : String(value);
  switch (operator) {
    case 'exists':
      return operand === true ? 'there' : undefined;
    case 'prefix':
      return `${text(operand)}-and-more`;
    case 'suffix':
      return `before-${text(operand)}`;
    case 'equals-ignore-case':
      return text(operand).toUpperCase();
    case 'wildcard':
      return text(operand)
        .replaceAll('\\*', '*')
        .replaceAll('*', pick(['', 'd', 'ord'], random));
    case 'anything-but':
      return pick(['another', ...(Array.isArray(operand) ? (operand as unknown[]) : []), 7], random);
    case 'numeric':
      return Number((operand as unknown[])[1]) + pick([-1, 0, 0.5, 1, 2], random);
    case 'cidr':
      return pick(['10.0.0.7', '10.0.0.255', '10.0.1.0', 'no address'], random);
    default:
      return operand;
  }
}

function changeOne(fields: Fields, random: () => number): Fields {
  const keys = Object.keys(fields);
  const key = pick([...keys, ...keys, 'extra', 'receiver', 'requestid', 'channel', 'priority'], random);
  const value = fields[key];
  if (isFields(value) && random() < 0.7) return { ...fields, [key]: changeOne(value, random) };
  const { [key]: _left, ...others } = fields;
  const how = random();
  if (how < 0.25) return others;
  if (how < 0.4) return { ...others, [key]: [value ?? null, 'beside'] };
  if (how < 0.5 && typeof value === 'string') return { ...others, [key]: `${value}x` };
  return { ...others, [key]: pick(ODD, random) };
}

function textFor(matchers: unknown, random: () => number): string {
  const value = Array.isArray(matchers) ? valueFor(pick(matchers as unknown[], random), random) : undefined;
  if (typeof value !== 'string') return 'laneway.random.agent.agent-0';
  return value.replace('-and-more', 'random.agent.agent-0');
}

function pick<Value>(values: readonly Value[], random: () => number): Value {
  return values[Math.floor(random() * values.length)] as Value;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
