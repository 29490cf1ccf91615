import { isDeepStrictEqual } from 'node:util';
import { APPROVALS_INDEX, DEAD_LETTERS_INDEX, DUE_INDEX } from '../../infra/constructs/fabric.js';
import { itemBytes } from '../../test/kit/oracles/write-units.js';
import type { Meter } from './meter.js';

export type Attributes = Readonly<Record<string, unknown>>;

/** A change of the ledger, as its stream brings it. */
export interface Change {
  readonly before: Attributes | undefined;
  readonly after: Attributes | undefined;
  /** Milliseconds since 1970. */
  readonly at: number;
}

interface Input {
  readonly TableName?: string;
  readonly Item?: Attributes;
  readonly Key?: Attributes;
  readonly IndexName?: string;
  readonly ConsistentRead?: boolean;
  readonly RequestItems?: Readonly<
    Record<string, { readonly Keys: readonly Attributes[]; readonly ConsistentRead?: boolean }>
  >;
  readonly UpdateExpression?: string;
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
  readonly ExpressionAttributeValues?: Readonly<Record<string, unknown>>;
}

/** Keys of the indexes; each holds whole items, and those alone that have both attributes. */
const INDEXES: Readonly<Record<string, readonly [string, string]>> = {
  [DUE_INDEX]: ['dueHour', 'dueAt'],
  [DEAD_LETTERS_INDEX]: ['letterPartition', 'letterAt'],
  [APPROVALS_INDEX]: ['asks', 'dueAt'],
};

/** Bytes that DynamoDB stores beside an item, for an index entry as well (developer guide, "Item sizes and formats"). */
const STORED_BESIDE = 100;

/**
 * Tables behind a document client: does what requests of Laneway's adapters say, and meters them by DynamoDB's rules. A write
 * costs a unit for each KB begun, of the larger of the item before and after, and the same in each index that holds it. A read
 * costs half a unit for each 4 KB begun, a consistent one a whole. Conditions are true on the ways that are measured.
 */
export class MeteredTables {
  /** Changes of the ledger that its stream has not yet brought. */
  readonly changes: Change[] = [];
  readonly #tables = new Map<string, Map<string, Attributes>>();

  constructor(
    private readonly meter: Meter,
    private readonly now: () => number,
  ) {}

  /** Bytes that stand in all tables and indexes. */
  get storedBytes(): number {
    const items = [...this.#tables.values()].flatMap((table) => [...table.values()]);
    return items.reduce((sum, item) => sum + (itemBytes(item) + STORED_BESIDE) * (1 + indexesOf(item).length), 0);
  }

  send(name: string, input: Input): object {
    switch (name) {
      case 'PutCommand':
        this.#write(input, present(input.Item ?? {}));
        return {};
      case 'UpdateCommand':
        return { Attributes: this.#write(input, updated(this.#find(input), input)) };
      case 'DeleteCommand':
        return { Attributes: this.#write(input, undefined) };
      case 'GetCommand':
        return { Item: this.#read(this.#find(input), input.ConsistentRead) };
      case 'BatchGetCommand':
        return { Responses: Object.fromEntries(this.#readMany(input)) };
      case 'QueryCommand':
        return { Items: this.#query(input) };
      default:
        throw new Error(`no meter knows ${name}`);
    }
  }

  #table(name = ''): Map<string, Attributes> {
    const table = this.#tables.get(name) ?? new Map<string, Attributes>();
    this.#tables.set(name, table);
    return table;
  }

  #find({ TableName, Key, Item }: Input): Attributes | undefined {
    return this.#table(TableName).get(idOf(Key ?? Item ?? {}));
  }

  #write(input: Input, after: Attributes | undefined): Attributes | undefined {
    const before = this.#find(input);
    this.meter.add('writeUnit', writeUnits(before, after));
    for (const [first, second] of Object.values(INDEXES))
      this.meter.add('writeUnit', indexUnits(before, after, first, second));
    const table = this.#table(input.TableName);
    if (after === undefined) table.delete(idOf(input.Key ?? {}));
    else table.set(idOf(after), after);
    // A write that changes nothing brings no record.
    if (input.TableName === 'ledger' && !isDeepStrictEqual(before, after))
      this.changes.push({ before, after, at: this.now() });
    return after;
  }

  #read(item: Attributes | undefined, isConsistent = false): Attributes | undefined {
    this.meter.add('readUnit', readUnits(item === undefined ? 0 : itemBytes(item), isConsistent));
    return item;
  }

  #readMany({ RequestItems = {} }: Input): [string, Attributes[]][] {
    return Object.entries(RequestItems).map(([TableName, { Keys, ConsistentRead }]) => [
      TableName,
      Keys.map((Key) => this.#read(this.#find({ TableName, Key }), ConsistentRead)).filter(
        (item) => item !== undefined,
      ),
    ]);
  }

  #query({ TableName, IndexName, ConsistentRead, ExpressionAttributeValues: values = {} }: Input): Attributes[] {
    const [first, second] = INDEXES[IndexName ?? ''] ?? ['pk', 'sk'];
    const [key] = Object.values(values);
    const [after, until] = [values[':after'], values[':until']];
    const found = [...this.#table(TableName).values()]
      .filter((item) => item[first] === key && (IndexName === undefined || item[second] !== undefined))
      .filter((item) => typeof after !== 'string' || String(item[second]) >= after)
      .filter((item) => typeof until !== 'string' || String(item[second]) <= until)
      .sort((one, other) => (String(one[second]) < String(other[second]) ? -1 : 1));
    const bytes = found.reduce((sum, item) => sum + itemBytes(item), 0);
    this.meter.add('readUnit', readUnits(bytes, ConsistentRead === true));
    return found;
  }
}

function idOf({ pk, sk }: Attributes): string {
  return JSON.stringify([pk, sk]);
}

/** The attributes that are there: the document client leaves out those that are undefined. */
function present(item: Attributes): Attributes {
  return Object.fromEntries(Object.entries(item).filter(([, value]) => value !== undefined));
}

function sizeOf(item: Attributes | undefined): number {
  return item === undefined ? 0 : itemBytes(item);
}

function writeUnits(before: Attributes | undefined, after: Attributes | undefined): number {
  return Math.max(1, Math.ceil(Math.max(sizeOf(before), sizeOf(after)) / 1_024));
}

/** Units in one index: none for an item that it holds neither before nor after, two writes where its key changes. */
function indexUnits(
  before: Attributes | undefined,
  after: Attributes | undefined,
  first: string,
  second: string,
): number {
  const isIn = (item: Attributes | undefined): item is Attributes =>
    item?.[first] !== undefined && item[second] !== undefined;
  if (!isIn(before)) return isIn(after) ? writeUnits(undefined, after) : 0;
  if (!isIn(after)) return writeUnits(before, undefined);
  if (isDeepStrictEqual(before, after)) return 0;
  const isMoved = before[first] !== after[first] || before[second] !== after[second];
  return isMoved ? writeUnits(before, undefined) + writeUnits(undefined, after) : writeUnits(before, after);
}

function readUnits(bytes: number, isConsistent: boolean): number {
  return Math.max(1, Math.ceil(bytes / 4_096)) * (isConsistent ? 1 : 0.5);
}

function indexesOf(item: Attributes): string[] {
  return Object.entries(INDEXES).flatMap(([name, [first, second]]) =>
    item[first] === undefined || item[second] === undefined ? [] : [name],
  );
}

/** The item after an update. The expressions are those of `updateOf`, and an `ADD`. */
function updated(before: Attributes | undefined, input: Input): Attributes {
  const {
    Key = {},
    UpdateExpression = '',
    ExpressionAttributeNames: names = {},
    ExpressionAttributeValues: values = {},
  } = input;
  const after: Record<string, unknown> = { ...Key, ...before };
  const nameOf = (placeholder: string): string => names[placeholder] ?? placeholder;
  const [, sets = '', removals = '', added = ''] =
    /^(?:SET (.*?))?(?:\s*REMOVE (.*?))?(?:\s*ADD (.*))?$/.exec(UpdateExpression) ?? [];
  const clause = /(#?\w+) = (?:if_not_exists\((#?\w+), (:\w+)\)(?: \+ (:\w+))?|(:\w+))/g;
  for (const [, target = '', base = '', otherwise = '', plus, plain] of sets.matchAll(clause)) {
    const value = plain === undefined ? (after[nameOf(base)] ?? values[otherwise]) : values[plain];
    after[nameOf(target)] = plus === undefined ? value : Number(value) + Number(values[plus]);
  }
  for (const target of removals.split(', ').filter(Boolean)) Reflect.deleteProperty(after, nameOf(target));
  for (const [, target = '', value = ''] of added.matchAll(/(#?\w+) (:\w+)/g))
    after[nameOf(target)] = Number(after[nameOf(target)] ?? 0) + Number(values[value]);
  return present(after);
}
