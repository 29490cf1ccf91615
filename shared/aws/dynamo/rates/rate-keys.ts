/** Partition of the registry's table that holds the shared bucket of a limited part; whoever keeps that limit writes it. */
export function bucketPartition(key: string): string {
  return `rate.${key}`;
}
