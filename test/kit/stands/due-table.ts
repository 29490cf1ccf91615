import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

/** Attributes in DynamoDB's own form. */
export type RawItem = Readonly<Record<string, { readonly S?: string; readonly N?: string }>>;

interface Request {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

interface Call {
  readonly Item?: RawItem;
  readonly ExpressionAttributeValues?: Readonly<Record<string, { readonly S: string }>>;
  readonly ExclusiveStartKey?: RawItem;
}

/** Items of one page of a query: few, so that tests meet several pages. */
const PAGE = 2;

/**
 * A client of the real SDK over a table in memory that knows two calls: writes of an item, and queries of the index by due time.
 * Its answers carry the time of `serverNow`.
 */
export function dueTable(serverNow: () => number = Date.now) {
  const items = new Map<string, RawItem>();
  const written: RawItem[] = [];
  const queried: string[] = [];
  const put = ({ Item = {} }: Call) => {
    written.push(Item);
    items.set(`${attributeText(Item, 'pk')} ${attributeText(Item, 'sk')}`, Item);
    return {};
  };
  const query = ({ ExpressionAttributeValues: values = {}, ExclusiveStartKey: start }: Call) => {
    const [key, after, until] = [':key', ':after', ':until'].map((name) => values[name]?.S ?? '');
    queried.push(key ?? '');
    const found = [...items.values()]
      .filter((item) => attributeText(item, 'dueHour') === key)
      .filter((item) => attributeText(item, 'dueAt') >= (after ?? '') && attributeText(item, 'dueAt') <= (until ?? ''))
      .sort((one, two) => (attributeText(one, 'dueAt') < attributeText(two, 'dueAt') ? -1 : 1));
    const from =
      start === undefined ? 0 : found.findIndex((item) => attributeText(item, 'dueAt') > attributeText(start, 'dueAt'));
    const page = from < 0 ? [] : found.slice(from, from + PAGE);
    const more = from >= 0 && found.length > from + PAGE;
    return { Items: page, ...(more ? { LastEvaluatedKey: page.at(-1) } : {}) };
  };
  const handle = ({ headers, body }: Request) => {
    const call = JSON.parse(typeof body === 'string' ? body : new TextDecoder().decode(body)) as Call;
    const answer = (headers['x-amz-target'] ?? '').endsWith('.Query') ? query(call) : put(call);
    const response = {
      statusCode: 200,
      headers: { date: new Date(serverNow()).toUTCString(), 'content-type': 'application/x-amz-json-1.0' },
      body: new TextEncoder().encode(JSON.stringify(answer)),
    };
    return Promise.resolve({ response });
  };
  const client = DynamoDBDocumentClient.from(
    new DynamoDBClient({
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      requestHandler: { handle } as never,
    }),
    { marshallOptions: { removeUndefinedValues: true } },
  );
  return { client, items, written, queried };
}

/** Text of an attribute; empty when it is missing. */
export function attributeText(item: RawItem, name: string): string {
  return item[name]?.S ?? '';
}
