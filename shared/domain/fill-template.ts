/** Marks the place in a template where a part of the reply goes: `{ '$laneway:reply': [{ field }, { index }, { orElse }] }`. */
export const REPLY = '$laneway:reply';

type TemplateHop = { readonly field: string } | { readonly index: number } | { readonly orElse: unknown };

/**
 * A template of a compensation with the parts of a reply filled in. Fields that the reply has not are left out; the schema
 * of the command then decides.
 */
export function fillTemplate(template: unknown, reply: unknown): unknown {
  if (Array.isArray(template)) return template.map((item: unknown) => fillTemplate(item, reply) ?? null);
  if (typeof template !== 'object' || template === null) return template;
  const hops = (template as Readonly<Record<string, unknown>>)[REPLY];
  if (Array.isArray(hops)) return (hops as TemplateHop[]).reduce(follow, reply);
  const fields = Object.entries(template).map(([name, field]) => [name, fillTemplate(field, reply)] as const);
  return Object.fromEntries(fields.filter(([, field]) => field !== undefined));
}

function follow(value: unknown, hop: TemplateHop): unknown {
  if ('orElse' in hop) return value ?? hop.orElse;
  if ('index' in hop) return Array.isArray(value) ? value.at(hop.index) : undefined;
  const known = typeof value === 'object' && value !== null && Object.hasOwn(value, hop.field);
  return known ? (value as Readonly<Record<string, unknown>>)[hop.field] : undefined;
}
