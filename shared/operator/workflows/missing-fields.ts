import type { Json } from '../../domain/base/json.js';
import * as z from 'zod';
import { REPLY } from '../../domain/base/fill-template.js';

/** The part of a JSON Schema that tells which fields a payload must have. */
interface Needs {
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, Needs>>;
  readonly properties?: Readonly<Record<string, Needs>>;
  readonly required?: readonly string[];
  readonly items?: Needs | boolean;
  readonly allOf?: readonly Needs[];
}

/**
 * Paths of the fields, at any depth, that a schema requires and a payload, as compiled, does not set: `address.city`, `lines[].what`. An
 * expression, or a part of a reply, may set any field, and is not looked into; nor is what may be of one shape or another.
 */
export function missingFields(schema: z.ZodType, data: Json | undefined): string[] {
  const root = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Needs;
  return [...new Set(missingIn(root, data, '', root))];
}

function missingIn(needs: Needs, data: Json | undefined, path: string, root: Needs): string[] {
  const { $ref, allOf = [], items, properties = {}, required = [] } = needs;
  if (data === undefined || data === null || typeof data !== 'object') return [];
  const own = $ref === undefined ? [] : missingIn(definitionOf($ref, root), data, path, root);
  const all = [...own, ...allOf.flatMap((one) => missingIn(one, data, path, root))];
  if (isList(data)) {
    if (typeof items !== 'object') return all;
    return [...all, ...data.flatMap((element) => missingIn(items, element, `${path}[]`, root))];
  }
  if (Object.hasOwn(data, REPLY)) return [];
  const within = (field: string) => (path === '' ? field : `${path}.${field}`);
  return [
    ...all,
    ...required.filter((field) => !Object.hasOwn(data, field)).map(within),
    ...Object.entries(properties).flatMap(([field, part]) =>
      Object.hasOwn(data, field) ? missingIn(part, data[field], within(field), root) : [],
    ),
  ];
}

/** `#` is the whole, `#/$defs/<name>` a part that occurs more than once. */
function definitionOf(reference: string, root: Needs): Needs {
  const name = reference.replace(/^#\/\$defs\//, '');
  return reference === '#' ? root : (root.$defs?.[name] ?? {});
}

function isList(data: Json): data is readonly Json[] {
  return Array.isArray(data);
}
