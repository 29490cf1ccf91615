import type { DynamoDBRecord } from 'aws-lambda';
import { archiveRecords } from '../../../../functions/platform/ledger-stream/archive-records.js';
import type { ArchiveLine } from '../../../../shared/domain/evidence/archive.js';
import { LedgerStand } from '../../../kit/stands/ledger-evidence.js';
import { envelopeAt, platformWorld } from '../../../kit/stands/platform-world.js';

const DAY = Date.UTC(2026, 0, 31, 23, 59, 59) / 1000;

function record(sequence: string, sk: string, own: Partial<DynamoDBRecord> = {}, at = DAY): DynamoDBRecord {
  const envelope = JSON.stringify(envelopeAt(0, 'OrderPlaced', { order: sequence }));
  return {
    eventName: 'INSERT',
    dynamodb: {
      SequenceNumber: sequence,
      ApproximateCreationDateTime: at,
      NewImage: {
        ...{ pk: { S: 'conversation-1' }, sk: { S: sk }, envelope: { S: envelope }, expected: { S: '["clerk"]' } },
        ...{ state: { S: 'completed' }, tries: { N: '2' }, first: { S: '2026-01-31T00:00:00.000Z' } },
      },
    },
    ...own,
  };
}

async function linesOf(stand: LedgerStand, day: string, kind?: string): Promise<ArchiveLine[]> {
  const lines: ArchiveLine[] = [];
  for await (const line of stand.archive.lines(day, kind)) lines.push(line);
  return lines;
}

describe("the ledger's stream", () => {
  const { log } = platformWorld();
  const Records = [
    record('101', 'm#a'),
    record('102', 'd#a#clerk'),
    record('103', 'd#b#clerk'),
    record('104', 'd#c#clerk', {}, DAY + 1),
    record('105', 'd#c#clerk', { eventName: 'REMOVE' }),
    record('106', 'later'),
  ];

  it('is archived by day in the chain of its shard; removals and what is no entry are left out', async () => {
    const stand = new LedgerStand();
    const services = { ...stand.services, log };
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

  it('goes on from the first record that was not written', async () => {
    const stand = new LedgerStand();
    const put = stand.archive.put.bind(stand.archive);
    stand.archive.put = (key, text) =>
      key.includes('02-01') ? Promise.reject(new Error('S3 is away')) : put(key, text);
    expect(await archiveRecords({ Records }, { ...stand.services, log })).toBe('104');
    expect(await stand.archive.days()).toEqual(['2026-01-31']);
  });

  it('ends its window with a call that has no records', async () => {
    const stand = new LedgerStand();
    expect(await archiveRecords({ shardId: 'shardId-7' }, { ...stand.services, log })).toBeUndefined();
    expect(stand.archive.objects.size).toBe(0);
  });
});
