import type { Json } from '../../domain/base/json.js';
import { describeReference, targetsIn, type Block, type Value } from './outline.js';
import { targetOf, type Refuse } from './references.js';
import { either, type Shape } from './shape.js';

/**
 * Reads a value that the user passed as an input. A reference must come from a step that every path to here has passed:
 * `scope` holds the blocks around the place.
 */
export function readValue(given: unknown, scope: readonly Block[], refuse: Refuse, at = 'data'): Value {
  const target = targetOf(given);
  if (target) {
    const value: Value = { kind: 'reference', target };
    for (const used of targetsIn(value)) {
      if (scope.includes(used.origin.block)) continue;
      refuse(
        `${at} refers to ${describeReference(used)}, which is not known here`,
        'a value from inside an arm or branch is used outside by returning it from there',
      );
    }
    return value;
  }
  if (given === null || typeof given === 'string' || typeof given === 'boolean')
    return { kind: 'literal', literal: given };
  if (typeof given === 'number' && Number.isFinite(given)) return { kind: 'literal', literal: given };
  if (Array.isArray(given)) {
    const items = given.map((item, index) => readValue(item, scope, refuse, `${at}[${index}]`));
    const literals = items.flatMap((item) => (item.kind === 'literal' ? [item.literal] : []));
    return literals.length === items.length ? { kind: 'literal', literal: literals } : { kind: 'list', items };
  }
  if (typeof given === 'object' && isPlain(given)) {
    const fields = Object.entries(given)
      .filter(([, part]) => part !== undefined)
      .map(([name, part]) => [name, readValue(part, scope, refuse, `${at}.${name}`)] as const);
    const literals = fields.flatMap(([name, part]): [string, Json][] =>
      part.kind === 'literal' ? [[name, part.literal]] : [],
    );
    return literals.length === fields.length
      ? { kind: 'literal', literal: Object.fromEntries(literals) }
      : { kind: 'object', fields };
  }
  return refuse(
    `${at} is ${nameOf(given)}`,
    'allowed: JSON (text, finite numbers, true, false, null, lists, plain objects) and references',
  );
}

/** Shape of a recorded value. */
export function shapeOfValue(value: Value): Shape {
  switch (value.kind) {
    case 'literal':
      return shapeOfLiteral(value.literal);
    case 'reference':
      return value.target.shape;
    case 'list':
      return {
        type: 'array',
        prefixItems: value.items.map(shapeOfValue),
        items: either(value.items.map(shapeOfValue)),
        minItems: value.items.length,
      };
    case 'object':
      return objectShape(
        value.fields.map(([name, part]) => [
          name,
          shapeOfValue(part),
          part.kind !== 'reference' || part.target.certain,
        ]),
      );
  }
}

function shapeOfLiteral(literal: Json): Shape {
  if (Array.isArray(literal))
    return shapeOfValue({ kind: 'list', items: literal.map((item: Json) => ({ kind: 'literal', literal: item })) });
  if (typeof literal !== 'object' || literal === null)
    return { const: literal, type: literal === null ? 'null' : typeof literal };
  return objectShape(Object.entries(literal).map(([name, part]) => [name, shapeOfLiteral(part), true]));
}

function objectShape(fields: readonly (readonly [name: string, shape: Shape, certain: boolean])[]): Shape {
  return {
    type: 'object',
    properties: Object.fromEntries(fields.map(([name, shape]) => [name, shape])),
    required: fields.filter(([, , certain]) => certain).map(([name]) => name),
    additionalProperties: false,
  };
}

function isPlain(given: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(given);
  return prototype === null || prototype === Object.prototype;
}

function nameOf(given: unknown): string {
  if (given instanceof Promise) return 'a promise';
  if (typeof given === 'object' && given !== null) return `a ${given.constructor.name}`;
  return typeof given === 'function' ? 'a function' : String(given);
}
