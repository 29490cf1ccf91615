import type { BucketName } from '../../../domain/rate/rate-store.js';

/** Sort key of the bucket of all, and of messages without a tenant. Tenants stand behind a mark. */
const OF_ALL = '-';

/** Partition of the registry's table that holds the shared bucket of a limited part; whoever keeps that limit writes it. */
export function bucketPartition(key: string): string {
  return `rate.${key}`;
}

/** Key of the row of a shared bucket. */
export function bucketKeyOf({ key, tenant }: BucketName) {
  return { pk: bucketPartition(key), sk: tenant === '' ? OF_ALL : `of.${tenant}` };
}
