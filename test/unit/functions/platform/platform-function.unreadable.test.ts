import type { Context, Handler } from 'aws-lambda';
import { platformFunction } from '../../../../functions/platform/platform-function.js';
import { unreadableOf } from '../../../../shared/aws/ports.js';
import type { StoredKind } from '../../../../shared/domain/form/passed-over.js';
import { shop } from '../../../kit/applications/fixture-topology.js';

const context = { functionName: 'f', getRemainingTimeInMillis: () => 30_000 } as Context;

/** Counts, by table, of what an invocation could not read. */
async function countedOf(kinds: readonly StoredKind[]): Promise<unknown[]> {
  const handler: Handler = platformFunction(shop, 'workflow-events', ({ names }) => () => {
    for (const [at, kind] of kinds.entries())
      unreadableOf(names).add({ kind, where: `row ${at}`, why: 'it is no text' });
    return Promise.resolve({});
  });
  const lines: string[] = [];
  const write = process.stdout.write.bind(process.stdout);
  process.stdout.write = (text: string | Uint8Array) => lines.push(String(text)) > 0;
  try {
    await (handler as (event: unknown, context: Context) => Promise<unknown>)({}, context);
  } finally {
    process.stdout.write = write;
  }
  return lines
    .filter((line) => line.includes('"UnreadableRows"'))
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .map(({ application, table, UnreadableRows }) => [application, table, UnreadableRows]);
}

it('counts compensations, heads of chains and seals that a function could not read, for the alarm', async () => {
  expect(await countedOf(['compensation', 'compensation', 'head of a chain', 'seal'])).toEqual([
    ['fixture-shop', 'ledger', 2],
    ['fixture-shop', 'requests', 2],
  ]);
});

it('leaves rows of the ledger and requests to those who go over all of them', async () => {
  expect(await countedOf(['ledger row', 'request', 'registry row'])).toEqual([]);
});
