import { DUE_SHARDS, dueShard } from '../../../../../shared/domain/base/due-shard.js';
import { derivedId, newId } from '../../../../../shared/domain/base/ids.js';

test.each([
  ['new ids', () => newId()],
  ['derived ids', (index: number) => derivedId('request', String(index))],
  ['ids of a counting client', (index: number) => `order-${index}`],
])('%s spread evenly over the shards', (_name, id) => {
  const counts = Array.from({ length: DUE_SHARDS }, () => 0);
  for (let index = 0; index < 1_000 * DUE_SHARDS; index++) counts[dueShard(id(index))]!++;
  expect(Math.min(...counts)).toBeGreaterThan(800);
  expect(Math.max(...counts)).toBeLessThan(1_200);
});
