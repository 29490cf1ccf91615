import type { Json } from '../../domain/base/json.js';
import {
  describeReference,
  type Condition,
  type Derivation,
  type Names,
  type ValueOrigin,
  type Value,
} from '../record/outline.js';
import type { Refuse } from '../record/references.js';
import { isList } from '../record/shape.js';

/** JSONata for the value of an origin as seen from one state: its variable, or the state's own result. */
export type Base = (origin: ValueOrigin) => string;

/** Data of the start message: the execution's input, which every state can read without keeping it. */
export const START_DATA = '$states.context.Execution.Input.message.data';

/** The base of a state that reads only values which earlier states kept. */
export function keptIn(names: Pick<Names, 'variableOf'>): Base {
  return (origin) => {
    if (origin.kind === 'start') return START_DATA;
    const variable = names.variableOf(origin);
    if (variable === undefined) throw new Error(`unreachable: ${origin.label} is read and was not kept`);
    return `$${variable}`;
  };
}

/**
 * A value as JSON with expressions. Where a field may be absent the whole object becomes one expression, because
 * Step Functions fails on an expression without result, while JSONata leaves the field out.
 */
export function toJson(value: Value, base: Base, refuse: Refuse): Json {
  if (value.kind === 'literal') return literalJson(value.literal);
  const uncertain = (part: Value) =>
    part.kind === 'reference' && (!part.target.certain || Object.keys(part.target.shape).length === 0);
  const parts =
    value.kind === 'list' ? value.items : value.kind === 'object' ? value.fields.map(([, part]) => part) : [];
  if (
    value.kind === 'reference' ||
    parts.some(uncertain) ||
    (value.kind === 'object' && value.fields.some(([name]) => !isInert(name)))
  ) {
    return wrap(toJsonata(value, base, refuse));
  }
  if (value.kind === 'list') return value.items.map((item) => toJson(item, base, refuse));
  return Object.fromEntries(value.fields.map(([name, part]) => [name, toJson(part, base, refuse)]));
}

/** A value as one JSONata expression. */
export function toJsonata(value: Value, base: Base, refuse: Refuse): string {
  switch (value.kind) {
    case 'literal':
      return literalJsonata(value.literal);
    case 'reference':
      return value.target.derivations.reduce(
        (text, derivation) => derivedExpression(text, derivation, base, refuse),
        base(value.target.origin),
      );
    case 'list':
      return `[${value.items.map((item) => listItem(item, base, refuse)).join(', ')}]`;
    case 'object':
      return `{${value.fields.map(([name, part]) => `${quoted(name)}: ${toJsonata(part, base, refuse)}`).join(', ')}}`;
  }
}

/** An expression as Step Functions marks it: `{% expression %}`. */
export function wrap(expression: string): string {
  return `{% ${expression} %}`;
}

/** Text as a JSONata string. No part of it can end the string or the expression, or be taken for a placeholder. */
export function quoted(text: string): string {
  if (/^[\w .,:;/@+-]*$/.test(text)) return `'${text}'`;
  return JSON.stringify(text)
    .replaceAll('%', '\\u0025')
    .replaceAll('${', '\\u0024{')
    .replaceAll('\u2028', '\\u2028')
    .replaceAll('\u2029', '\\u2029');
}

/**
 * Text as a JSON value that arrives unchanged: literally, or as an expression where Step Functions or CloudFormation
 * would read meaning into it.
 */
export function text(given: string): string {
  return isInert(given) ? given : wrap(quoted(given));
}

/**
 * An item of a list. JSONata's array constructor takes a list apart unless it is a constructor itself, so that a list
 * in a list is wrapped.
 */
function listItem(item: Value, base: Base, refuse: Refuse): string {
  const expression = toJsonata(item, base, refuse);
  if (item.kind !== 'reference') return expression;
  const list = isList(item.target.shape);
  if (list === undefined)
    refuse(
      `a list holds ${describeReference(item.target)} beside values that may be absent`,
      'its schema does not tell whether it is a list itself: make that definite, or pass it outside of the list',
    );
  return list ? `[${expression}]` : expression;
}

function derivedExpression(expression: string, derivation: Derivation, base: Base, refuse: Refuse): string {
  if ('index' in derivation) return elementOf(expression, derivation.index);
  if ('field' in derivation)
    return /^[A-Za-z_]\w*$/.test(derivation.field) && !KEYWORDS.has(derivation.field)
      ? `${expression}.${derivation.field}`
      : looked(expression, derivation.field);
  if (!('orElse' in derivation)) return held(expression, derivation, base, refuse);
  const other = toJsonata(derivation.orElse, base, refuse);
  return `(${there(expression)} ? ${expression} : ${other})`;
}

/**
 * An element of a list, or no result where there is none. JSONata for Java throws at a negative index of a list that is
 * too short, so that an index from the end is used only when the list is long enough.
 */
function elementOf(list: string, index: number): string {
  return index < 0 ? `($count(${list}) >= ${-index} ? ${list}[${index}])` : `${list}[${index}]`;
}

function held(expression: string, condition: Condition, base: Base, refuse: Refuse): string {
  if ('present' in condition) return `(${there(expression)})`;
  if ('not' in condition) return `$not(${expression})`;
  if ('compare' in condition) return `(${expression} ${condition.compare} ${toJsonata(condition.with, base, refuse)})`;
  const others = condition.with.map((other) => toJsonata(other, base, refuse));
  return `(${[expression, ...others].join(` ${condition.combine} `)})`;
}

function there(expression: string): string {
  return `$exists(${expression}) and ${expression} != null`;
}

const KEYWORDS = new Set(['and', 'or', 'in', 'true', 'false', 'null', 'function']);

function looked(expression: string, name: string): string {
  return /^[\w .:/@+-]+$/.test(name) ? `${expression}.\`${name}\`` : `$lookup(${expression}, ${quoted(name)})`;
}

function literalJson(literal: Json): Json {
  if (typeof literal === 'string') return text(literal);
  if (typeof literal !== 'object' || literal === null) return literal;
  if (isLiteralList(literal)) return literal.map(literalJson);
  const entries = Object.entries(literal);
  if (entries.some(([name]) => !isInert(name))) return wrap(literalJsonata(literal));
  return Object.fromEntries(entries.map(([name, part]) => [name, literalJson(part)]));
}

function literalJsonata(literal: Json): string {
  if (typeof literal === 'string') return quoted(literal);
  if (typeof literal !== 'object' || literal === null) return JSON.stringify(literal);
  if (isLiteralList(literal)) return `[${literal.map(literalJsonata).join(', ')}]`;
  return `{${Object.entries(literal)
    .map(([name, part]) => `${quoted(name)}: ${literalJsonata(part)}`)
    .join(', ')}}`;
}

function isLiteralList(literal: Json): literal is readonly Json[] {
  return Array.isArray(literal);
}

function isInert(given: string): boolean {
  return !/\{%|%\}|\$\{/.test(given) && !given.endsWith('.$');
}
