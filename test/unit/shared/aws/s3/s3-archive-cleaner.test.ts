import { DeleteObjectsCommand, ListObjectVersionsCommand, S3Client } from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import { cleanArchive } from '../../../../../shared/aws/s3/s3-archive-cleaner.js';

const key = (day: string) => `ledger/day=${day}/stream/000000000001.${'0'.repeat(16)}.${'a'.repeat(16)}.jsonl`;

describe('cleaning the archive', () => {
  const s3 = mockClient(S3Client);
  beforeEach(() => {
    s3.reset();
    s3.on(ListObjectVersionsCommand, { KeyMarker: undefined }).resolves({
      Versions: [
        { Key: key('2026-01-01'), VersionId: 'v1', Size: 10 },
        { Key: key('2026-01-02'), VersionId: 'v2', Size: 20 },
        { Key: 'ledger/notes.txt', VersionId: 'v3', Size: 5 },
      ],
      ...{ IsTruncated: true, NextKeyMarker: 'k', NextVersionIdMarker: 'v' },
    });
    s3.on(ListObjectVersionsCommand, { KeyMarker: 'k', VersionIdMarker: 'v' }).resolves({
      Versions: [{ Key: key('2026-01-03'), VersionId: 'null', Size: 40 }],
      DeleteMarkers: [{ Key: key('2026-01-02'), VersionId: 'v4' }],
    });
  });

  it('deletes old versions for good, tells what a lock refused, and leaves the rest', async () => {
    const denied = { Key: key('2026-01-02'), VersionId: 'v2', Code: 'AccessDenied', Message: 'object protected' };
    s3.on(DeleteObjectsCommand).resolves({ Errors: [denied] });
    expect(await cleanArchive(new S3Client({}), 'archive', '2026-01-03', { dryRun: false })).toEqual({
      days: ['2026-01-01', '2026-01-02'],
      deleted: 2,
      bytes: 10,
      refused: [{ key: key('2026-01-02'), why: 'AccessDenied: object protected' }],
    });
    const asked = s3.commandCalls(DeleteObjectsCommand).flatMap(({ args }) => args[0].input.Delete?.Objects ?? []);
    expect(asked.map(({ VersionId }) => VersionId)).toEqual(['v1', 'v2', 'v4']);
    for (const { args } of s3.commandCalls(DeleteObjectsCommand))
      expect(args[0].input.BypassGovernanceRetention).toBeUndefined();
  });

  it('deletes nothing when it is only to say what it would', async () => {
    expect(await cleanArchive(new S3Client({}), 'archive', '2026-02-01', { dryRun: true })).toMatchObject({
      deleted: 4,
      bytes: 70,
    });
    expect(s3.commandCalls(DeleteObjectsCommand)).toEqual([]);
  });
});
