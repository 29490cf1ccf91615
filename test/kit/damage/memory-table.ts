import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { PlainItem } from './damage.js';

interface Input {
  readonly Item?: PlainItem;
  readonly Key?: PlainItem;
  readonly IndexName?: string;
  readonly RequestItems?: Readonly<Record<string, { readonly Keys: readonly PlainItem[] }>>;
  readonly UpdateExpression?: string;
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
  /** Of a query all are texts; of an update they may be anything. */
  readonly ExpressionAttributeValues?: Readonly<Record<string, unknown>>;
}

/** Partition and sort key of an index. */
const INDEXES: Readonly<Record<string, readonly [string, string]>> = {
  due: ['dueHour', 'dueAt'],
  letters: ['letterPartition', 'letterAt'],
  approvals: ['asks', 'dueAt'],
};

/**
 * A table behind a document client, for reading what stands there: queries by key and by index, gets, and writes that always
 * succeed. Conditions are not looked at.
 */
export function memoryTable() {
  const items = new Map<string, PlainItem>();
  const idOf = ({ pk, sk }: PlainItem): string => JSON.stringify([pk, sk]);
  const put = (item: PlainItem): void => void items.set(idOf(item), item);
  const query = ({ IndexName, ExpressionAttributeValues: values = {} }: Input): PlainItem[] => {
    const [first, second] = INDEXES[IndexName ?? ''] ?? ['pk', 'sk'];
    const [key, after, until] = [
      values[Object.keys(values)[0] ?? ''],
      values[':after'] as string | undefined,
      values[':until'] as string,
    ];
    return [...items.values()]
      .filter((item) => item[first] === key && (IndexName === undefined || typeof item[second] === 'string'))
      .filter((item) => after === undefined || (String(item[second]) >= after && String(item[second]) <= until))
      .sort((one, other) => (String(one[second]) < String(other[second]) ? -1 : 1));
  };
  const update = ({ Key = {}, UpdateExpression = '', ...input }: Input): PlainItem => {
    const { ExpressionAttributeNames: names = {}, ExpressionAttributeValues: values = {} } = input;
    const item: Record<string, unknown> = { ...Key, ...items.get(idOf(Key)) };
    const [set = '', remove = ''] = UpdateExpression.split(/(?:^|\s)REMOVE\s/);
    const written = /(#\w+) = (?:if_not_exists\(#\w+, (:\w+)\)(?: \+ (:\w+))?|(:\w+))/g;
    for (const [, name = '', first = '', more, value] of set.matchAll(written)) {
      const attribute = names[name] ?? '';
      const stands = item[attribute] ?? values[first];
      if (value !== undefined) item[attribute] = values[value];
      else item[attribute] = more === undefined ? stands : Number(stands) + Number(values[more]);
    }
    for (const name of remove.split(', ')) Reflect.deleteProperty(item, names[name] ?? '');
    put(item);
    return item;
  };
  const send = (command: { readonly constructor: { readonly name: string }; readonly input: Input }): unknown => {
    const { input } = command;
    switch (command.constructor.name) {
      case 'PutCommand':
        put(JSON.parse(JSON.stringify(input.Item)) as PlainItem);
        return {};
      case 'UpdateCommand':
        return { Attributes: update(input) };
      case 'DeleteCommand':
        items.delete(idOf(input.Key ?? {}));
        return {};
      case 'GetCommand':
        return { Item: items.get(idOf(input.Key ?? {})) };
      case 'BatchGetCommand': {
        const asked = Object.entries(input.RequestItems ?? {});
        return {
          Responses: Object.fromEntries(
            asked.map(([name, { Keys }]) => [name, Keys.flatMap((key) => items.get(idOf(key)) ?? [])]),
          ),
        };
      }
      case 'QueryCommand':
        return { Items: query(input) };
      default:
        throw new Error(`the table knows no ${command.constructor.name}`);
    }
  };
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const client = DynamoDBDocumentClient.from(new DynamoDBClient({ region: 'us-east-1', credentials }));
  Object.assign(client, { send: (command: Parameters<typeof send>[0]) => Promise.resolve(send(command)) });
  return { client, items, put, remove: (item: PlainItem) => void items.delete(idOf(item)) };
}
