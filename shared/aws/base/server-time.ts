import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

/** Clock of a service, as its answers tell it, in terms of this machine's clock. */
export interface ServerTime {
  /** Milliseconds that the service's clock is ahead of this machine's; 0 before the first answer. */
  readonly offset: number;
}

const known = new WeakMap<DynamoDBDocumentClient, { offset: number }>();

/**
 * The time of DynamoDB, by the `Date` header of the answers that this client gets. It is exact to a second and the way of an
 * answer, which serves to tell a wrong clock from a right one.
 */
export function serverTimeOf(client: DynamoDBDocumentClient): ServerTime {
  const existing = known.get(client);
  if (existing) return existing;
  const time = { offset: 0 };
  known.set(client, time);
  client.middlewareStack.add(
    (next) => async (given) => {
      const answer = await next(given);
      const at = Date.parse(dateHeader(answer.response) ?? '');
      // The header has whole seconds: half of one is what it lacks in the mean.
      if (!Number.isNaN(at)) time.offset = at + 500 - Date.now();
      return answer;
    },
    { step: 'deserialize', name: 'lanewayServerTime', priority: 'high', override: true },
  );
  return time;
}

function dateHeader(response: unknown): string | undefined {
  const { headers } = response as { readonly headers?: Readonly<Record<string, string>> };
  return headers?.['date'] ?? headers?.['Date'];
}
