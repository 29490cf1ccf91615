import type { AttributeValue } from 'aws-lambda';

/** An item as the stream of its table has it. */
export function imageOf(item: object): Record<string, AttributeValue> {
  return Object.fromEntries(Object.entries(item).map(([name, value]: [string, unknown]) => [name, typed(value)]));
}

function typed(value: unknown): AttributeValue {
  if (typeof value === 'string') return { S: value };
  if (typeof value === 'number') return { N: String(value) };
  if (typeof value === 'boolean') return { BOOL: value };
  if (Array.isArray(value)) return { L: value.map(typed) };
  return typeof value === 'object' && value !== null ? { M: imageOf(value) } : { NULL: true };
}
