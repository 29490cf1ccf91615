import type { DynamoDBRecord } from 'aws-lambda';
import { archiveRecords, type ArchiveLine } from '../../../functions/platform/ledger-stream/archive-records.js';
import { envelopeAt, platformWorld } from '../../support/platform-world.js';

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

function read(world: ReturnType<typeof platformWorld>, key: string): ArchiveLine[] {
  return (world.payloads.texts.get(key) ?? '')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as ArchiveLine);
}

const key = (day: string, kind: string, sequence: string) =>
  `ledger/day=${day}/${kind}/${sequence.padStart(40, '0')}.jsonl`;

describe('the archive', () => {
  const batch = [
    record('101', 'm#a'),
    record('102', 'd#a#clerk'),
    record('103', 'd#b#clerk'),
    record('104', 'd#c#clerk', {}, DAY + 1),
    record('105', 'd#c#clerk', { eventName: 'REMOVE' }),
    record('106', 'later'),
  ];

  it('has one object for each day and kind of a batch, the same for the same batch', async () => {
    const world = platformWorld();
    const services = { archive: world.payloads, log: world.log };
    expect(await archiveRecords(batch, services)).toBeUndefined();
    const before = new Map(world.payloads.texts);
    await archiveRecords(batch, services);
    expect(world.payloads.texts).toEqual(before);
    expect([...before.keys()].sort()).toEqual([
      key('2026-01-31', 'delivery', '102'),
      key('2026-01-31', 'message', '101'),
      key('2026-02-01', 'delivery', '104'),
    ]);
    expect(read(world, key('2026-01-31', 'delivery', '102'))).toMatchObject([
      {
        sequence: '102',
        change: 'INSERT',
        conversation: 'conversation-1',
        entry: { delivery: { messageId: 'a', tries: 2 } },
      },
      { sequence: '103', entry: { delivery: { messageId: 'b', receiver: 'clerk' } } },
    ]);
  });

  it('goes on from the first record that was not written', async () => {
    const world = platformWorld();
    const archive = {
      put: (name: string, text: string) =>
        name.includes('/delivery/') ? Promise.reject(new Error('S3 is away')) : world.payloads.put(name, text),
    };
    expect(await archiveRecords(batch, { archive, log: world.log })).toBe('102');
    expect([...world.payloads.texts.keys()]).toEqual([key('2026-01-31', 'message', '101')]);
  });
});
