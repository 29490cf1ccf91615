import type { ArchiveStore } from '../../domain/evidence/archive.js';
import type { UnreadableRows } from '../../domain/form/passed-over.js';
import type { PayloadStore } from '../../domain/wire/payload-store.js';
import { s3Client } from '../base/clients/s3-client.js';
import { S3Archive } from '../s3/s3-archive.js';
import { S3PayloadStore } from '../s3/s3-payload-store.js';

/** Payloads in a bucket. */
export function makePayloads(bucket: string): PayloadStore {
  return new S3PayloadStore(s3Client(), bucket);
}

/** The archive in a bucket. */
export function makeArchive(bucket: string, unreadable: UnreadableRows): ArchiveStore {
  return new S3Archive(s3Client(), bucket, unreadable);
}
