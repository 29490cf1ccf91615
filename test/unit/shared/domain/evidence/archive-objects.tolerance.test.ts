import { readLines } from '../../../../../shared/domain/evidence/archive-objects.js';
import { UnreadableRows } from '../../../../../shared/domain/form/passed-over.js';
import { anEnvelope } from '../../../../kit/generators/sample-messages.js';

const place = { chain: 'shardId-1', sequence: '7', change: 'INSERT', at: '2026-01-01T00:00:00Z', conversation: 'c' };
const line = (number: number, entry: unknown) => JSON.stringify({ ...place, number, digest: 'd', entry });
const message = { kind: 'message', at: '2026-01-01T00:00:00Z', intent: { envelope: anEnvelope(), expected: [] } };

test('a line of the archive that cannot be read is passed over, and told; its neighbours and what is new are read', () => {
  const passedOver = new UnreadableRows();
  const text = [
    JSON.stringify({ chain: 'shardId-1', number: 1, start: {} }),
    line(2, message),
    line(3, message).slice(0, -9),
    line(4, { ...message, intent: { envelope: { secret: 'x' }, expected: [] } }),
    JSON.stringify({ entry: message }),
    '['.repeat(10_000),
    line(5, { kind: 'of-a-later-version', at: 7 }),
    line(6, { kind: 'unreadable', at: 'x', item: 'm#1', why: '', image: '{' }),
    line(7, message),
  ].join('\n');
  const numbers = (kind?: string) =>
    readLines(text, { name: 'object', passedOver, ...(kind === undefined ? {} : { kind }) }).map(
      ({ number }) => number,
    );
  expect(numbers()).toEqual([2, 5, 6, 7]);
  const { rows } = passedOver.take();
  expect(rows.map(({ where }) => where)).toEqual([3, 4, 5, 6].map((at) => `object line ${at}`));
  expect(JSON.stringify(rows)).not.toContain('secret');
  expect(numbers('message')).toEqual([2, 7]);
});
