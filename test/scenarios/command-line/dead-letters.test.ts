import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { plainPaint } from '../../../cli/render/paint.js';
import { groupTable, deadLetterTable, deadLetterLines, redrivenTable } from '../../../cli/render/dead-letters.js';
import { renderSequence } from '../../../cli/render/sequence.js';
import { examineDeadLetter } from '../../../shared/operator/dead-letters/examine-dead-letter.js';
import {
  findDeadLetters,
  groupId,
  groupDeadLetters,
} from '../../../shared/operator/dead-letters/dead-letter-groups.js';
import { redriveDeadLetters } from '../../../shared/operator/dead-letters/redrive-dead-letters.js';
import { ADA, operatorStand } from '../../kit/stands/operator-stand.js';

const root = resolve(import.meta.dirname, '../../..');
const project = mkdtempSync(join(tmpdir(), 'laneway-cli-'));
afterAll(() => rmSync(project, { recursive: true }));

it.each([
  [['redrive', '--all'], "required option '--why <text>' not specified"],
  [['redrive', '--why', 'mended', '--by', 'ada'], 'a redrive takes either the id of a dead letter or a filter'],
  [['redrive', 'x', '--all', '--why', 'mended', '--by', 'ada'], 'either the id of a dead letter or a filter'],
  [['discard', 'x', '--why', 'mended', '--by', ' '], 'give your name: --by <name>'],
  [['discard', 'x', '--why', ' ', '--by', 'ada'], 'the reason is empty'],
  [['list', '--state', 'lost'], 'Allowed choices are open, redriven, edited, discarded, any'],
])('refuses dlq %j with what is allowed', (args, told) => {
  const env = { PATH: process.env['PATH'], NODE_NO_WARNINGS: '1' };
  const loader = import.meta.resolve('tsx');
  const all = ['--conditions=laneway-source', '--import', loader, join(root, 'cli/main.ts'), 'dlq', ...args];
  const { status, stdout, stderr } = spawnSync(process.execPath, all, { cwd: project, env, encoding: 'utf8' });
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr).toContain(told);
});

test('groups, letters, one letter and a redrive as text', async () => {
  const stand = operatorStand();
  stand.arrive('bad-1');
  stand.arrive('bad-2');
  stand.arrive('odd', { parcel: 17 });
  await stand.work();
  const letters = await findDeadLetters(stand.book, {});
  const groups = groupDeadLetters(letters);
  const [head, first, second] = groupTable('parcels', groups, plainPaint);
  expect(head?.split(/ {2,}/)).toEqual([
    ...['group', 'count', 'tries', 'receivers', 'types', 'versions', 'first seen', 'last seen', 'signature'],
  ]);
  expect(first).toMatch(/^[0-9a-f]{8} +2 +6 +desk +ParcelArrived .+ HANDLER\|Error\|parcel <n> leaks$/);
  expect(second).toContain('SCHEMA|');
  expect(groupTable('parcels', [], plainPaint)).toEqual(['parcels has no such dead letters']);
  const odd = await stand.letter('odd');
  expect(deadLetterTable('parcels', letters, plainPaint).join('\n')).toContain(
    `${odd.id}  ${groupId(odd.signature)}  open`,
  );

  const text = deadLetterLines(await examineDeadLetter(odd, stand.operator), plainPaint).join('\n');
  expect(text).toContain(
    'does not fit the schema\n  parcel  Invalid input: expected string, received number  found 17',
  );
  expect(text).toMatch(/reason +schema, after 1 try\n/);
  expect(text).toContain('a redrive would be refused: SCHEMA');

  const redriven = await redriveDeadLetters(letters, ADA, {}, stand.operator);
  const table = redrivenTable(redriven, plainPaint);
  expect(table.filter((line) => / sent$/.test(line))).toHaveLength(2);
  expect(table.filter((line) => line.includes('skipped  it would be refused again: SCHEMA'))).toHaveLength(1);
  const drawn = renderSequence(await stand.ledger.conversation('c-bad-1'), { paint: plainPaint, width: 120 });
  expect(drawn).toContain('operator ada: redrive of exhausted at desk');
  expect(drawn).toContain(ADA.why);
});
