import * as z from 'zod';

/**
 * Knowledge about a value before there is one: the part of a JSON Schema that tells which fields exist, and which of
 * them are always there. `{}`: nothing is known.
 */
export interface Shape {
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Shape;
  readonly items?: boolean | Shape;
  readonly prefixItems?: readonly Shape[];
  readonly minItems?: number;
  readonly anyOf?: readonly Shape[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
}

/** A field of a shape: its own shape, and `certain` when it is there in every value of the whole. */
export interface Part {
  readonly shape: Shape;
  readonly certain: boolean;
}

/** Shape of the payload that a handler of the type gets; `{}` for a schema that JSON Schema cannot express. */
export function shapeOf(schema: z.ZodType): Shape {
  try {
    return z.toJSONSchema(schema, { io: 'output', unrepresentable: 'any' }) as Shape;
  } catch {
    return {};
  }
}

/** The field `key` of a shape, or undefined when values of that shape cannot have it. */
export function field(shape: Shape, key: string): Part | undefined {
  if (shape.anyOf)
    return joined(
      shape.anyOf.filter((option) => option.type !== 'null').map((option) => field(option, key)),
      shape.anyOf,
    );
  const own = shape.properties && Object.hasOwn(shape.properties, key) ? shape.properties[key] : undefined;
  if (own) return { shape: own, certain: (shape.required ?? []).includes(key) && isObject(shape) };
  if (shape.properties && shape.additionalProperties === false) return undefined;
  if (typeof shape.type === 'string' && shape.type !== 'object') return undefined;
  return { shape: typeof shape.additionalProperties === 'object' ? shape.additionalProperties : {}, certain: false };
}

/** The element at `index` of a list's shape, negative ones from the end. */
export function element(shape: Shape, index: number): Part {
  const fixed = shape.prefixItems?.[index];
  if (fixed) return { shape: fixed, certain: true };
  const least = shape.minItems ?? 0;
  return {
    shape: typeof shape.items === 'object' ? shape.items : {},
    certain: index >= 0 ? index < least : -index <= least,
  };
}

/** True for a list, false for any other value, undefined when it cannot be told before there is a value. */
export function isList(shape: Shape): boolean | undefined {
  if (shape.anyOf) {
    const answers = new Set(shape.anyOf.map(isList));
    return answers.size === 1 ? [...answers][0] : undefined;
  }
  if (shape.const !== undefined) return Array.isArray(shape.const);
  if (shape.enum) return false;
  return typeof shape.type === 'string' ? shape.type === 'array' : undefined;
}

/** The list that a shape allows, if it allows nothing else but null; `certain` means that it is never null. */
export function listOf(shape: Shape): Part | undefined {
  const all = optionsOf(shape);
  const options = all.filter((option) => option.type !== 'null');
  const [only] = options;
  if (!only || options.some((option) => isList(option) !== true)) return undefined;
  const certain = options.length === all.length;
  if (options.length === 1) return { shape: only, certain };
  // One of several lists, such as that of a reply or a literal in its place.
  const items = options.flatMap(itemsOf);
  const minItems = Math.min(...options.map((option) => option.minItems ?? 0));
  return { shape: { type: 'array', ...(items.length > 0 ? { items: either(items) } : {}), minItems }, certain };
}

function optionsOf(shape: Shape): readonly Shape[] {
  return shape.anyOf ? shape.anyOf.flatMap(optionsOf) : [shape];
}

/** Shapes of the elements of a list; none for a list that is certainly empty. */
function itemsOf({ items, prefixItems = [] }: Shape): readonly Shape[] {
  const others = typeof items === 'object' && items.anyOf?.length !== 0 ? [items] : [];
  return [...prefixItems, ...others];
}

/** All values that a shape allows, when they are few and known. */
export function literalsOf(shape: Shape): readonly unknown[] | undefined {
  if (shape.const !== undefined) return [shape.const];
  if (shape.enum) return shape.enum;
  if (shape.type === 'boolean') return [true, false];
  if (!shape.anyOf) return undefined;
  const options = shape.anyOf.map(literalsOf);
  return options.every((option) => option !== undefined) ? [...new Set(options.flat())] : undefined;
}

/** Names of the fields that are known, for error messages. */
export function knownFields(shape: Shape): string[] {
  return [...new Set([...Object.keys(shape.properties ?? {}), ...(shape.anyOf ?? []).flatMap(knownFields)])];
}

/** The shape of a value that has one of several. */
export function either(shapes: readonly Shape[]): Shape {
  return shapes.length === 1 && shapes[0] ? shapes[0] : { anyOf: shapes };
}

function joined(parts: readonly (Part | undefined)[], options: readonly Shape[]): Part | undefined {
  const present = parts.filter((part) => part !== undefined);
  if (present.length === 0) return undefined;
  return {
    shape: either(present.map((part) => part.shape)),
    certain: present.length === options.length && present.every((part) => part.certain),
  };
}

function isObject(shape: Shape): boolean {
  return shape.type === undefined || shape.type === 'object';
}
