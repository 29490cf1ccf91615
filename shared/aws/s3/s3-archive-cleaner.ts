import {
  DeleteObjectsCommand,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandOutput,
  type S3Client,
} from '@aws-sdk/client-s3';
import { defined } from '../../domain/base/defined.js';
import { ARCHIVE_PREFIX, readArchiveKey } from '../../domain/evidence/archive-key.js';
import { available } from '../base/aws-error.js';

/** Result of {@link cleanArchive}. */
export interface CleanedArchive {
  /** Days whose objects were deleted, or would be. */
  readonly days: readonly string[];
  readonly deleted: number;
  readonly bytes: number;
  /** Objects that S3 did not let go: a retention lock holds them, or a permission is missing. */
  readonly refused: readonly { readonly key: string; readonly why: string }[];
}

interface Version {
  readonly Key?: string | undefined;
  readonly VersionId?: string | undefined;
}

/** S3 deletes so many objects in one call at most (S3 API reference, DeleteObjects). */
const MOST_AT_ONCE = 1_000;

/**
 * Deletes the archive's objects of days before `before`, every version of them: deleting an object by its key alone would
 * hide it and free nothing. A retention lock is not bypassed: what it holds is refused and told.
 */
export async function cleanArchive(
  client: S3Client,
  Bucket: string,
  before: string,
  options: { readonly dryRun: boolean; readonly progress?: (deleted: number) => void },
): Promise<CleanedArchive> {
  const days = new Set<string>();
  const refused: { key: string; why: string }[] = [];
  let deleted = 0;
  let bytes = 0;
  for (let marker: { KeyMarker?: string; VersionIdMarker?: string } | undefined = {}; marker;) {
    const page: ListObjectVersionsCommandOutput = await available(
      'listing the archive',
      client.send(new ListObjectVersionsCommand({ Bucket, Prefix: ARCHIVE_PREFIX, MaxKeys: MOST_AT_ONCE, ...marker })),
    );
    const old = [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])].flatMap((one) => {
      const day = readArchiveKey(one.Key ?? '')?.day;
      return day !== undefined && day < before ? [{ ...one, day }] : [];
    });
    const failed = options.dryRun ? new Map<string, string>() : await deleteAll(client, Bucket, old);
    for (const one of old) {
      const why = failed.get(idOf(one));
      if (why !== undefined) {
        refused.push({ key: one.Key ?? '', why });
        continue;
      }
      days.add(one.day);
      deleted++;
      bytes += 'Size' in one && typeof one.Size === 'number' ? one.Size : 0;
    }
    options.progress?.(deleted);
    marker =
      page.IsTruncated === true
        ? defined({ KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker })
        : undefined;
  }
  return { days: [...days].sort(), deleted, bytes, refused };
}

async function deleteAll(client: S3Client, Bucket: string, objects: readonly Version[]): Promise<Map<string, string>> {
  const failed = new Map<string, string>();
  if (objects.length === 0) return failed;
  const Objects = objects.map(({ Key, VersionId }) => ({
    Key: Key ?? '',
    // An object of a bucket without versions has the version `null`.
    ...(VersionId === undefined || VersionId === 'null' ? {} : { VersionId }),
  }));
  const answer = await available(
    'deleting from the archive',
    client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects, Quiet: true } })),
  );
  for (const { Key = '', VersionId = '', Code = '', Message = '' } of answer.Errors ?? [])
    failed.set(idOf({ Key, VersionId }), `${Code}: ${Message}`);
  return failed;
}

/** Versions of a bucket that has none are called `null`, or nothing. */
function idOf({ Key = '', VersionId = '' }: Version): string {
  return `${Key}@${VersionId === 'null' ? '' : VersionId}`;
}
