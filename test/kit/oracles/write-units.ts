import { Buffer } from 'node:buffer';
import type { UpdateCommandInput } from '@aws-sdk/lib-dynamodb';

type Attributes = Record<string, unknown>;

/**
 * Bytes of an item by DynamoDB's rule (developer guide, "DynamoDB item sizes and formats"): names and texts in UTF-8; a
 * number one byte for two significant digits and one more; a boolean one; a binary its bytes. Laneway's items hold nothing else.
 * The 100 bytes of overhead are for storage, not for writes.
 */
export function itemBytes(item: Attributes): number {
  return Object.entries(item).reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + valueBytes(value), 0);
}

function valueBytes(value: unknown): number {
  switch (typeof value) {
    case 'string':
      return Buffer.byteLength(value);
    case 'boolean':
      return 1;
    case 'number': {
      const digits = Math.abs(value).toExponential().replace(/e.*/, '').replace('.', '').replace(/0+$/, '');
      return Math.ceil(Math.max(1, digits.length) / 2) + 1;
    }
    default:
      if (value instanceof Uint8Array) return value.length;
      throw new Error(`an item holds a ${typeof value}`);
  }
}

/** Items written with one request. */
export interface Write {
  readonly item: string;
  readonly bytes: number;
  /** Of on-demand or provisioned capacity: one for each KB begun, of the larger of the item before and after. */
  readonly units: number;
}

/**
 * Does to its items what update requests of `updateOf` say, and notes what each of them costs. Conditions are not looked
 * at: they are true on the way that is measured.
 */
export class MeteredTable {
  readonly writes: Write[] = [];
  readonly #items = new Map<string, Attributes>();

  update(input: UpdateCommandInput): { Attributes: Attributes } {
    const key = `${String(input.Key?.['pk'])} ${String(input.Key?.['sk'])}`;
    const before = this.#items.get(key) ?? {};
    const after: Attributes = { ...input.Key, ...before };
    const name = (placeholder: string) => input.ExpressionAttributeNames?.[placeholder] ?? placeholder;
    const value = (placeholder: string): unknown => input.ExpressionAttributeValues?.[placeholder];
    const [, sets = '', removals = ''] = /^(?:SET (.*?))?(?: ?REMOVE (.*))?$/.exec(input.UpdateExpression ?? '') ?? [];
    for (const [, target = '', rest = ''] of sets.matchAll(/(#\w+) = (if_not_exists\([^)]*\)(?: \+ :\w+)?|:\w+)/g)) {
      const [, base = '', otherwise = '', added] = /^if_not_exists\((#\w+), (:\w+)\)(?: \+ (:\w+))?$/.exec(rest) ?? [];
      const plain = base === '' ? value(rest) : (before[name(base)] ?? value(otherwise));
      after[name(target)] = added === undefined ? plain : Number(plain) + Number(value(added));
    }
    for (const target of removals.split(', ').filter(Boolean)) Reflect.deleteProperty(after, name(target));
    this.#items.set(key, after);
    const bytes = Math.max(itemBytes(before), itemBytes(after));
    this.writes.push({ item: key, bytes, units: Math.ceil(bytes / 1024) });
    return { Attributes: after };
  }
}
