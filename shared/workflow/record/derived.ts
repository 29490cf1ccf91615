import {
  COMPARISONS,
  describeReference,
  type Comparison,
  type Derivation,
  type Target,
  type Value,
} from './outline.js';
import { shapeOfValue } from './read-value.js';
import { reference, targetOf, type Refuse } from './references.js';
import { either, type Shape } from './shape.js';

/** Reader of a verb's arguments, with the place that it refuses them for. */
export interface ArgumentReader {
  readonly refuse: Refuse;
  readonly read: (given: unknown, what: string) => Value;
}

const BOOLEAN: Shape = { type: 'boolean' };

/** Records `flow.orElse`: the referenced value, or a literal where it is absent or null. */
export function orElse(given: unknown, fallback: unknown, { read, refuse }: ArgumentReader): unknown {
  const target = referred(given, 'flow.orElse', refuse);
  const other = read(fallback, 'the fallback');
  if (other.kind !== 'literal') refuse('the fallback holds a reference', 'pass a literal');
  const shape = either([
    ...(target.shape.anyOf ?? [target.shape]).filter((option) => option.type !== 'null'),
    shapeOfValue(other),
  ]);
  return derived(target, { orElse: other }, shape, refuse);
}

/** Records `flow.is`: a comparison of two values. */
export function compare(given: unknown, operator: unknown, other: unknown, { read, refuse }: ArgumentReader): unknown {
  const target = referred(given, 'flow.is', refuse);
  if (!COMPARISONS.includes(operator as Comparison))
    refuse(`flow.is compares by ${JSON.stringify(operator)}`, `allowed: ${COMPARISONS.join(', ')}`);
  const right = read(other, 'what it is compared with');
  const ordered = operator !== '=' && operator !== '!=';
  const allowed = ordered ? ORDERED : [...ORDERED, 'boolean'];
  const kinds = [kindOf(target.shape), kindOf(shapeOfValue(right))];
  for (const [index, value] of [{ kind: 'reference', target } as const, right].entries()) {
    certain(value, refuse);
    const kind = kinds[index];
    if (kind !== undefined && !allowed.includes(kind))
      refuse(`${describeValue(value)} is compared by ${String(operator)}`, `allowed: ${allowed.join(', ')}`);
  }
  const [left, of] = kinds;
  if (left !== undefined && of !== undefined && left !== of)
    refuse(`flow.is compares a ${left} with a ${of}`, 'compare values of one type');
  return derived(target, { compare: operator as Comparison, with: right }, BOOLEAN, refuse);
}

/** Records `flow.present`: true when there is a value that is not null. */
export function present(given: unknown, { refuse }: ArgumentReader): unknown {
  return derived(referred(given, 'flow.present', refuse), { present: true }, BOOLEAN, refuse);
}

/** Records `flow.not`: the opposite of a condition. */
export function not(given: unknown, { refuse }: ArgumentReader): unknown {
  return derived(condition(given, 'flow.not', refuse), { not: true }, BOOLEAN, refuse);
}

/** Records `flow.all` and `flow.any`: conditions joined by `and` or `or`. */
export function combine(how: 'and' | 'or', given: readonly unknown[], { read, refuse }: ArgumentReader): unknown {
  const verb = how === 'and' ? 'flow.all' : 'flow.any';
  const [first, ...others] = given;
  const target = condition(first, verb, refuse);
  const values = others.map((one) => {
    condition(one, verb, refuse);
    return read(one, 'a condition');
  });
  return derived(target, { combine: how, with: values }, BOOLEAN, refuse);
}

function derived(target: Target, derivation: Derivation, shape: Shape, refuse: Refuse): unknown {
  return reference(
    { origin: target.origin, derivations: [...target.derivations, derivation], shape, certain: true },
    refuse,
  );
}

function referred(given: unknown, verb: string, refuse: Refuse): Target {
  return targetOf(given) ?? refuse(`${verb} was given no reference`, 'pass a field of the start message or of a reply');
}

function condition(given: unknown, verb: string, refuse: Refuse): Target {
  const target = referred(given, verb, refuse);
  const kind = kindOf(target.shape);
  if (kind !== undefined && kind !== 'boolean')
    refuse(
      `${verb} was given ${describeReference(target)}, a ${kind}`,
      'pass conditions: flow.is, flow.present, booleans',
    );
  certain({ kind: 'reference', target }, refuse);
  return target;
}

/** Refuses a value that may be absent or null: JSONata's comparison with it has no result, and Step Functions fails on that. */
function certain(value: Value, refuse: Refuse): void {
  if (value.kind !== 'reference' || (value.target.certain && !isNullable(value.target.shape))) return;
  refuse(
    `${describeReference(value.target)} may be absent`,
    'give it a value with flow.orElse(reference, fallback), or ask for it with flow.present',
  );
}

const ORDERED: readonly string[] = ['number', 'string'];

/** The one JSON type of all values of a shape; undefined when it is not known. */
function kindOf(shape: Shape): string | undefined {
  if (shape.anyOf) {
    const kinds = new Set(shape.anyOf.filter(({ type }) => type !== 'null').map(kindOf));
    return kinds.size === 1 ? [...kinds][0] : undefined;
  }
  const literals = shape.const === undefined ? (shape.enum ?? []) : [shape.const];
  const types = new Set(literals.filter((literal) => literal !== null).map((literal) => typeof literal));
  if (types.size > 0) return types.size === 1 ? [...types][0] : undefined;
  return shape.type === 'integer' ? 'number' : typeof shape.type === 'string' ? shape.type : undefined;
}

function isNullable(shape: Shape): boolean {
  return (
    shape.type === 'null' ||
    (Array.isArray(shape.type) && shape.type.includes('null')) ||
    shape.const === null ||
    (shape.enum ?? []).includes(null) ||
    (shape.anyOf ?? []).some(isNullable)
  );
}

function describeValue(value: Value): string {
  if (value.kind === 'reference') return describeReference(value.target);
  return value.kind === 'literal' ? JSON.stringify(value.literal) : `a value with references (${value.kind})`;
}
