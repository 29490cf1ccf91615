import type { DynamoDBRecord } from 'aws-lambda';
import { archiveRecords } from '../../../../../functions/platform/ledger-stream/archive-records.js';
import type { ArchiveLine } from '../../../../../shared/domain/evidence/archive.js';
import { LedgerStand } from '../../../../kit/stands/ledger-evidence.js';
import { envelopeAt, platformWorld } from '../../../../kit/stands/platform-world.js';

const TIME = '2026-01-31T00:00:00.000Z';
const DAY = Date.UTC(2026, 0, 31, 23, 59, 59) / 1000;

function record(sequence: string, sk: string, own: Partial<DynamoDBRecord> = {}, at = DAY): DynamoDBRecord {
  const [, id = ''] = sk.split('#');
  const envelope = JSON.stringify(envelopeAt(0, 'OrderPlaced', { order: sequence }, { id }));
  const writer = sk.startsWith('m#') ? 'client.web-shop' : 'agent.clerk';
  return {
    eventName: 'INSERT',
    dynamodb: {
      SequenceNumber: sequence,
      ApproximateCreationDateTime: at,
      NewImage: {
        ...{
          pk: { S: `${writer}#conversation-1` },
          sk: { S: sk },
          envelope: { S: envelope },
          expected: { S: '["clerk"]' },
        },
        ...{ state: { S: 'completed' }, tries: { N: '2' }, first: { S: TIME }, updated: { S: TIME } },
        ...{ type: { S: 'OrderPlaced' }, channel: { S: 'orders' }, priority: { S: 'normal' }, time: { S: TIME } },
        ...{
          source: { S: 'laneway.shop.client.web-shop' },
          expires: { S: TIME },
          attempt: { N: '1' },
          hops: { N: '0' },
        },
      },
    },
    ...own,
  };
}

/** Identities of those who removed an item, as the stream has them. */
const TIME_TO_LIVE = { type: 'Service', principalId: 'dynamodb.amazonaws.com' };
const ROLE = { type: 'AssumedRole', principalId: 'AROAEXAMPLE:clerk' };

/** A removal: the stream has the item as it stood. An ordinary deletion names nobody. */
function removal(sequence: string, sk: string, userIdentity?: unknown): DynamoDBRecord {
  const { dynamodb } = record(sequence, sk);
  const { NewImage, ...rest } = dynamodb ?? {};
  const OldImage = NewImage ?? {};
  return { eventName: 'REMOVE', dynamodb: { ...rest, OldImage }, ...(userIdentity ? { userIdentity } : {}) };
}

async function linesOf(stand: LedgerStand, day: string, kind?: string): Promise<ArchiveLine[]> {
  const lines: ArchiveLine[] = [];
  for await (const line of stand.archive.lines(day, kind)) lines.push(line);
  return lines;
}

describe("the ledger's stream", () => {
  const { log } = platformWorld();
  const counted: number[] = [];
  const told = { log, countUnreadable: (rows: number) => void counted.push(rows) };
  beforeEach(() => counted.splice(0));
  const Records = [
    record('101', 'm#a'),
    record('102', 'd#a#client.web-shop/orders#clerk'),
    record('103', 'd#b#client.web-shop/orders#clerk'),
    record('104', 'd#c#client.web-shop/orders#clerk', {}, DAY + 1),
    removal('105', 'd#c#client.web-shop/orders#clerk', TIME_TO_LIVE),
    record('106', 'later'),
  ];

  it('is archived by day in the chain of its shard; what is no entry, and entries whose time was over, are left out', async () => {
    const stand = new LedgerStand();
    const services = { ...stand.services, ...told };
    expect(await archiveRecords({ Records, shardId: 'shardId-7' }, services)).toBeUndefined();
    const before = new Map(stand.archive.objects);
    await archiveRecords({ Records, shardId: 'shardId-7' }, services);
    expect(stand.archive.objects).toEqual(before);
    expect(await stand.archive.days()).toEqual(['2026-01-31', '2026-02-01']);
    expect(await linesOf(stand, '2026-01-31', 'delivery')).toMatchObject([
      {
        ...{ chain: 'shardId-7', number: 3, sequence: '102', change: 'INSERT', conversation: 'conversation-1' },
        entry: { delivery: { messageId: 'a', tries: 2 } },
      },
      { number: 4, sequence: '103', entry: { delivery: { messageId: 'b', receiver: 'clerk' } } },
    ]);
    expect((await linesOf(stand, '2026-02-01')).map(({ number }) => number)).toEqual([5]);
  });

  it('keeps what somebody removed, as it stood', async () => {
    const stand = new LedgerStand();
    const records = [
      ...[
        record('101', 'd#a#client.web-shop/orders#clerk'),
        removal('102', 'd#a#client.web-shop/orders#clerk'),
        removal('103', 'm#a', ROLE),
      ],
      ...[removal('104', 'm#b', { ...ROLE, principalId: 'dynamodb.amazonaws.com.evil' }), removal('105', 'later')],
    ];
    await archiveRecords({ Records: records, shardId: 'shardId-7' }, { ...stand.services, ...told });
    const lines = await linesOf(stand, '2026-01-31');
    expect(lines.map(({ sequence, change, entry }) => [sequence, change, entry.kind])).toEqual([
      ['101', 'INSERT', 'delivery'],
      ['102', 'REMOVE', 'delivery'],
      ['103', 'REMOVE', 'message'],
      ['104', 'REMOVE', 'message'],
    ]);
    expect(lines[1]).toMatchObject({
      conversation: 'conversation-1',
      entry: { delivery: { messageId: 'a', receiver: 'clerk', state: 'completed', tries: 2 } },
    });
  });

  it('goes on from the first record that was not written', async () => {
    const stand = new LedgerStand();
    const put = stand.archive.put.bind(stand.archive);
    stand.archive.put = (key, text) =>
      key.includes('02-01') ? Promise.reject(new Error('S3 is away')) : put(key, text);
    expect(await archiveRecords({ Records }, { ...stand.services, ...told })).toBe('104');
    expect(await stand.archive.days()).toEqual(['2026-01-31']);
  });

  it('archives an item that cannot be read as it came, names it, and goes on with its neighbours', async () => {
    const stand = new LedgerStand();
    const said: unknown[] = [];
    const broken = record('103', 'm#broken');
    const image = { ...broken.dynamodb?.NewImage, envelope: { S: '{"half":' } };
    const records = [
      ...[record('101', 'm#a'), record('102', 'd#b#client.web-shop/orders#clerk')],
      ...[{ ...broken, dynamodb: { ...broken.dynamodb, NewImage: image } }, record('104', 'm#c')],
    ];
    const services = { ...stand.services, ...told, log: { ...log, error: (...given: unknown[]) => said.push(given) } };
    expect(await archiveRecords({ Records: records, shardId: 'shardId-7' }, services)).toBeUndefined();
    const lines = await linesOf(stand, '2026-01-31');
    expect(lines.map(({ sequence, entry }) => [sequence, entry.kind])).toEqual([
      ...[
        ['101', 'message'],
        ['102', 'delivery'],
      ],
      ...[
        ['103', 'unreadable'],
        ['104', 'message'],
      ],
    ]);
    expect(lines[2]?.entry).toMatchObject({ item: 'm#broken', image: JSON.stringify(image) });
    expect(said).toMatchObject([[expect.any(String), { sequence: '103', item: 'm#broken' }]]);
    expect(counted).toEqual([1]);
  });

  it('archives what another than its writer wrote as it came, not as the entry that it claims to be', async () => {
    const stand = new LedgerStand();
    const forged = record('101', 'm#a');
    const image = { ...forged.dynamodb?.NewImage, pk: { S: 'agent.clerk#conversation-1' } };
    const Records = [{ ...forged, dynamodb: { ...forged.dynamodb, NewImage: image } }];
    expect(await archiveRecords({ Records, shardId: 'shardId-7' }, { ...stand.services, ...told })).toBeUndefined();
    expect(await linesOf(stand, '2026-01-31')).toMatchObject([
      {
        conversation: 'conversation-1',
        entry: { kind: 'unreadable', item: 'm#a', why: expect.stringContaining("'agent.clerk' wrote m#a") as string },
      },
    ]);
  });

  it('counts an item that cannot be read once for each change, when it is written', async () => {
    const stand = new LedgerStand();
    const broken = record('103', 'd#a#client.web-shop/orders#clerk');
    const image = { ...broken.dynamodb?.NewImage, tries: { N: '-1' } };
    const Records = [{ ...broken, dynamodb: { ...broken.dynamodb, NewImage: image } }];
    const put = stand.archive.put.bind(stand.archive);
    stand.archive.put = () => Promise.reject(new Error('S3 is away'));
    expect(await archiveRecords({ Records, shardId: 'shardId-7' }, { ...stand.services, ...told })).toBe('103');
    expect(counted).toEqual([]);
    stand.archive.put = put;
    await archiveRecords({ Records, shardId: 'shardId-7' }, { ...stand.services, ...told });
    expect(counted).toEqual([1]);
    // Delivered again by the stream.
    await archiveRecords({ Records, shardId: 'shardId-7' }, { ...stand.services, ...told });
  });

  it('ends its window with a call that has no records', async () => {
    const stand = new LedgerStand();
    expect(await archiveRecords({ shardId: 'shardId-7' }, { ...stand.services, ...told })).toBeUndefined();
    expect(stand.archive.objects.size).toBe(0);
  });
});
