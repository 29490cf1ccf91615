import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { DynamoLedgerReader } from '../../../shared/aws/dynamo/dynamo-ledger-reader.js';
import { entryFrom } from '../../../shared/aws/dynamo/ledger-item.js';
import { OPERATOR, sourceOf, type Envelope } from '../../../shared/domain/wire/envelope.js';
import { readOrPass, UnreadableRows } from '../../../shared/domain/form/passed-over.js';
import { MemoryPayloads } from '../../../shared/testing/memory/memory-payloads.js';
import { mint, OrderTaken } from './mint-topology.js';
import { openMint, refusalsIn, robberOf } from './open-mint.js';
import { outcomeOf, type KindAttack } from './kind-attack.js';

/** Characters of a note that goes into the payload store. */
const BIG = 300_000;
/** Bytes of an object that nobody would publish. */
const HUGE = 60_000_000;

const writerOf = (kind: string): string => (kind === 'agent' ? 'agent.stranger' : 'client.kiosk');
const rowOf = (envelope: Envelope): object => ({
  sk: `m#${envelope.id}`,
  envelope: JSON.stringify(envelope),
  expected: '[]',
});

/** Attacks on rows and objects that a role may write, or may have written before its rights were narrowed. */
export const ATTACKS_ON_STORED: readonly KindAttack[] = [
  {
    // 1
    ...{ name: 'lie-in-own-row', severity: 'critical', decidedBy: 'harness' },
    title: 'writes under its own key a message of the operator, for the sweeper to send',
    by: ['agent', 'client'],
    run: async ({ kind }) => {
      const { forge } = openMint();
      const own = forge({ source: robberOf(kind), type: OrderTaken.name });
      if (!entryOf({ pk: `${writerOf(kind)}#${own.correlationid}`, ...rowOf(own) }))
        throw new Error('its own message is not read either');
      const said = forge({ source: sourceOf(mint.name, 'platform', OPERATOR), type: 'ApprovalDecided' });
      const entry = entryOf({ pk: `${writerOf(kind)}#${said.correlationid}`, ...rowOf(said) });
      return Promise.resolve(
        outcomeOf(entry && 'it is read as the operator', 'readers, who hold a row against its key'),
      );
    },
  },
  {
    // 7
    ...{ name: 'break-a-reader', severity: 'high', decidedBy: 'harness' },
    title: 'writes a row that cannot be read, so that its neighbours are not read either',
    by: ['agent', 'client'],
    run: async ({ kind }) => {
      const { forge } = openMint();
      const good = forge({ source: robberOf(kind), type: OrderTaken.name, correlationid: 'c', data: { order: 'o1' } });
      const pk = `${writerOf(kind)}#c`;
      const row = { pk, ...rowOf(good) };
      if ((await readCount(writerOf(kind), [row])) !== 1) throw new Error('the good row alone is not read either');
      try {
        const found = await readCount(writerOf(kind), [
          { pk, sk: 'm#bad', envelope: '{' },
          { pk, sk: 'm#7', envelope: '7' },
          row,
        ]);
        return outcomeOf(found === 0 && 'the good row is not read', 'readers, who set an unreadable row aside');
      } catch (error) {
        return { possible: `reading the conversation fails: ${error instanceof Error ? error.message : 'an error'}` };
      }
    },
  },
  {
    // 8
    ...{ name: 'swap-payload', severity: 'high', decidedBy: 'harness' },
    title: 'overwrites the payload of a message in flight',
    by: ['agent', 'client'],
    run: async () => {
      const opened = openMint();
      const { harness, taken, world } = opened;
      await harness.publish(OrderTaken, { order: 'o1', note: 'mine'.padEnd(BIG, '.') }, { as: 'counter' });
      const [[key, stored] = []] = world.payloads.texts;
      if (key === undefined || stored === undefined) throw new Error('the payload was not stored');
      // As long as the one that was sent: its size must not give it away.
      world.payloads.texts.set(key, stored.replace('"o1"', '"x1"'));
      await harness.advance('10 minutes');
      const codes = await refusalsIn(opened);
      const isForged = taken.some((line) => line.startsWith('x1'));
      return outcomeOf(isForged && 'the clerk handled the other payload', `the receiver: ${codes.join(', ')}`);
    },
  },
  {
    // 12
    ...{ name: 'huge-payload', severity: 'high', decidedBy: 'harness' },
    title: 'names a payload that is larger than any message may be, for the receiver to fetch',
    by: ['agent', 'client'],
    run: async ({ kind }) => {
      const opened = openMint();
      const { forge, harness, taken, world } = opened;
      world.payloads.texts.set('huge', JSON.stringify({ order: 'huge', note: ''.padEnd(HUGE, '.') }));
      await world.bus.publish([forge({ source: robberOf(kind), type: OrderTaken.name, dataref: 'huge' })]);
      await harness.advance('10 minutes');
      const codes = await refusalsIn(opened);
      return outcomeOf(taken.length > 0 && `${HUGE} bytes were fetched`, `the receiver: ${codes.join(', ')}`);
    },
  },
];

/** A row as every reader reads it; undefined for one that is passed over. */
const entryOf = (row: object) =>
  readOrPass(
    row as Record<string, unknown>,
    entryFrom,
    () => ({ kind: 'ledger row', where: 'any' }),
    new UnreadableRows(),
  );

/** Entries that are read of a conversation whose writer wrote these rows. */
async function readCount(writer: string, rows: readonly object[]): Promise<number> {
  const documents = mockClient(DynamoDBDocumentClient);
  try {
    documents.on(QueryCommand).resolves({ Items: rows.map((row) => ({ ...row })) });
    const client = DynamoDBDocumentClient.from(new DynamoDBClient({ region: 'us-east-1' }));
    const reader = new DynamoLedgerReader(client, 'ledger', new MemoryPayloads(), [writer], new UnreadableRows());
    return (await reader.conversation('c')).length;
  } finally {
    documents.restore();
  }
}
