/** Marks the place in a template where a part of the reply goes: `{ '$laneway:reply': [{ field }, { index }, { orElse }] }`. */
export const REPLY = '$laneway:reply';

type TemplateHop = { readonly field: string } | { readonly index: number } | { readonly orElse: unknown };

/**
 * Fills the parts of a reply into the template of a compensation. Fields that the reply lacks are left out; the schema
 * of the command then decides whether the rest will do.
 */
export function fillTemplate(template: unknown, reply: unknown): unknown {
  if (Array.isArray(template)) return template.map((item: unknown) => fillTemplate(item, reply) ?? null);
  if (typeof template !== 'object' || template === null) return template;
  const hops = (template as Readonly<Record<string, unknown>>)[REPLY];
  // Data of a message may hold anything, even an object that only looks like a place.
  if (Array.isArray(hops) && hops.every(isHop)) return hops.reduce(follow, reply);
  const fields = Object.entries(template).map(([name, field]) => [name, fillTemplate(field, reply)] as const);
  return Object.fromEntries(fields.filter(([, field]) => field !== undefined));
}

function isHop(hop: unknown): hop is TemplateHop {
  if (typeof hop !== 'object' || hop === null) return false;
  const { field, index } = hop as { readonly field?: unknown; readonly index?: unknown };
  return 'orElse' in hop || typeof field === 'string' || Number.isInteger(index);
}

function follow(value: unknown, hop: TemplateHop): unknown {
  if ('orElse' in hop) return value ?? hop.orElse;
  if ('index' in hop) return Array.isArray(value) ? value.at(hop.index) : undefined;
  const known = typeof value === 'object' && value !== null && Object.hasOwn(value, hop.field);
  return known ? (value as Readonly<Record<string, unknown>>)[hop.field] : undefined;
}
