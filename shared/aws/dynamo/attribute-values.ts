import { isConditionFailed } from '../base/aws-error.js';

/** An item as the document client gives it. */
export type Item = Readonly<Record<string, unknown>>;

/**
 * The item that a failed condition found (`ReturnValuesOnConditionCheckFailure: ALL_OLD`), or undefined when there was
 * none. The document client translates answers but not errors, so that this one still has DynamoDB's typed values.
 */
export function itemInTheWay(error: unknown): Item | undefined {
  if (!isConditionFailed(error) || error.Item === undefined) return undefined;
  return plainItem(error.Item);
}

/** An image of DynamoDB's stream, whose values are typed, as the item that the document client gives. */
export function plainItem(image: Readonly<Record<string, unknown>>): Item {
  return Object.fromEntries(Object.entries(image).map(([name, value]) => [name, plain(value)]));
}

/** A typed value as a plain one. Sets and binary do not occur in Laneway's items, and stay as they are: no form takes them. */
function plain(value: unknown): unknown {
  const typed = value as { S?: string; N?: string; BOOL?: boolean; L?: unknown[]; M?: Record<string, unknown> };
  if (typed.S !== undefined) return typed.S;
  if (typed.N !== undefined) return Number(typed.N);
  if (typed.BOOL !== undefined) return typed.BOOL;
  if (typed.L !== undefined) return typed.L.map(plain);
  if (typed.M !== undefined)
    return Object.fromEntries(Object.entries(typed.M).map(([name, inner]) => [name, plain(inner)]));
  return 'NULL' in typed ? null : value;
}

/** Parts of an UpdateItem; every name goes through a placeholder, as half of ours are words DynamoDB reserves. */
export interface UpdateParts {
  /** Attribute -> value; undefined ones are left out. */
  readonly set: Readonly<Record<string, unknown>>;
  /** Attribute -> value that is set only where there is none yet. */
  readonly setOnce?: Readonly<Record<string, unknown>>;
  /** Attribute -> what is added to it, from 0. */
  readonly add?: Readonly<Record<string, number>>;
  readonly remove?: readonly string[];
  /** With `#name` for attributes and `:name` for `values`. */
  readonly condition: string;
  readonly values?: Readonly<Record<string, unknown>>;
  /** Attributes that only the condition names. */
  readonly names?: readonly string[];
}

/** The expressions of an UpdateItem that reports the item in the way. */
export function updateOf(parts: UpdateParts): {
  UpdateExpression: string;
  ConditionExpression: string;
  ExpressionAttributeNames: Record<string, string>;
  ExpressionAttributeValues?: Record<string, unknown>;
  ReturnValuesOnConditionCheckFailure: 'ALL_OLD';
} {
  const set = Object.entries(parts.set).filter(([, value]) => value !== undefined);
  const setOnce = Object.entries(parts.setOnce ?? {});
  const add = Object.entries(parts.add ?? {});
  const remove = parts.remove ?? [];
  const names = [...set, ...setOnce, ...add].map(([name]) => name).concat(remove, parts.names ?? []);
  const clauses = [
    ...set.map(([name]) => `#${name} = :${name}`),
    ...setOnce.map(([name]) => `#${name} = if_not_exists(#${name}, :${name})`),
    ...add.map(([name]) => `#${name} = if_not_exists(#${name}, :zero) + :${name}`),
  ];
  const values = {
    ...Object.fromEntries([...set, ...setOnce, ...add].map(([name, value]) => [`:${name}`, value])),
    ...(add.length > 0 ? { ':zero': 0 } : {}),
    ...Object.fromEntries(Object.entries(parts.values ?? {}).map(([name, value]) => [`:${name}`, value])),
  };
  return {
    UpdateExpression: [
      clauses.length > 0 ? `SET ${clauses.join(', ')}` : '',
      remove.length > 0 ? `REMOVE ${remove.map((name) => `#${name}`).join(', ')}` : '',
    ]
      .filter(Boolean)
      .join(' '),
    ConditionExpression: parts.condition,
    ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
    ...(Object.keys(values).length > 0 ? { ExpressionAttributeValues: values } : {}),
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  };
}
