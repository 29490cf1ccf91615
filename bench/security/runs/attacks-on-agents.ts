import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { breakerItem, breakerOf } from '../../../shared/aws/dynamo/breakers/breaker-items.js';
import { DynamoRegistry } from '../../../shared/aws/dynamo/registry/dynamo-registry.js';
import { claimsKey } from '../../../shared/aws/dynamo/registry/registry-keys.js';
import type { BreakerRecord } from '../../../shared/domain/breaker/breaker.js';
import { UnreadableRows } from '../../../shared/domain/form/passed-over.js';
import type { InstanceClaim } from '../../../shared/domain/registry/instance.js';
import type { RegisteredAgent } from '../../../shared/domain/registry/registry.js';
import { publisherOf } from '../../../shared/publishing/publisher-of.js';
import { tellBreaker } from '../../../shared/platform/breakers/tell-breaker.js';
import { mint } from './mint-topology.js';
import { openMint } from './open-mint.js';
import { outcomeOf, type KindAttack } from './kind-attack.js';

const AT = '2026-01-01T00:00:00.000Z';
const claim: InstanceClaim = {
  ...{ application: mint.name, agent: 'stranger', instance: 'one', capabilities: {}, maxConcurrentTasks: 1 },
  ...{ started: AT, epoch: 1, beat: 1, at: AT, state: 'ready', currentTasks: 0 },
};
const open: BreakerRecord = {
  ...{ agent: 'stranger', name: 'card', state: 'open', version: 1, turn: 1, writer: 'w', since: AT, failures: 5 },
  ...{ until: AT, error: 'HANDLER' },
};

/** Attacks with what a taken agent's role may write about its instances and its breakers. */
export const ATTACKS_BY_OWN_ROWS: readonly KindAttack[] = [
  {
    ...{ name: 'lie-in-own-claim', severity: 'high', decidedBy: 'harness' },
    title: "writes under its own key an instance of another agent, or a row that hides its neighbour's",
    by: ['agent'],
    run: async () => {
      const pk = claimsKey('stranger');
      const own = { pk, sk: 'one', ...claim };
      if ((await registered([own])).claims.length !== 1) throw new Error('its own claim is not read either');
      const forged = { pk, sk: 'two', ...claim, agent: 'bank', instance: 'three' };
      const { claims } = await registered([forged, { pk, sk: 'bad', state: 'ready' }, own]);
      const posed = claims.filter(({ agent, instance }) => agent !== 'stranger' || instance === 'three');
      return outcomeOf(
        (posed.length > 0 && 'it is read as an instance of the other') ||
          (!claims.some(({ instance }) => instance === 'one') && 'the good row beside it is not read'),
        'readers, who take agent and instance from the key, and set an unreadable row aside',
      );
    },
  },
  {
    ...{ name: 'lie-in-own-breaker', severity: 'high', decidedBy: 'harness' },
    title: "writes under its own key a breaker that says it is another agent's, for the platform to tell of",
    by: ['agent'],
    run: async () => {
      const { world } = openMint();
      const told = async (item: Readonly<Record<string, unknown>>): Promise<unknown> => {
        const record = breakerOf(item);
        const before = world.bus.published.length;
        const publishing = publisherOf(mint, { kind: 'platform', name: 'ledger-stream' }, world.ports);
        if (record) await tellBreaker(record, undefined, { topology: mint, publishing, countBreaker: () => undefined });
        return (world.bus.published.at(before)?.data as { readonly agent?: unknown } | undefined)?.agent;
      };
      const item = breakerItem(open, Date.parse(AT));
      if ((await told(item)) !== 'stranger') throw new Error('its own breaker is not told of either');
      const forged = JSON.stringify({ ...open, agent: 'bank', since: '2026-01-01T00:00:01.000Z' });
      const outcomes = [
        await told({ ...item, breaker: forged }),
        await told({ ...item, pk: `${String(item['pk'])}#later#bank#breaker`, breaker: forged }),
        await told({ ...item, sk: 'later#bank#breaker', breaker: forged }),
      ];
      return outcomeOf(
        outcomes.includes('bank') && "a change of the other's breaker was told",
        'the function of the ledger stream, which takes agent and name from the key',
      );
    },
  },
];

/** The stranger as the registry has it, whose partition holds these rows. */
async function registered(rows: readonly object[]): Promise<RegisteredAgent> {
  const documents = mockClient(DynamoDBDocumentClient);
  try {
    documents.on(QueryCommand).resolves({ Items: [] });
    const pk = { ':pk': claimsKey('stranger') };
    documents.on(QueryCommand, { ExpressionAttributeValues: pk }).resolves({ Items: rows.map((row) => ({ ...row })) });
    const client = DynamoDBDocumentClient.from(new DynamoDBClient({ region: 'us-east-1' }));
    return await new DynamoRegistry(client, 'registry', new UnreadableRows()).of('stranger');
  } finally {
    documents.restore();
  }
}
