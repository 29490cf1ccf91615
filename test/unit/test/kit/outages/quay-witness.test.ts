import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { differences, readDeeds, repeated } from '../../../../kit/outages/quay-witness.js';
import type { LoadMessage } from '../../../../kit/outages/steady-load.js';

const folder = mkdtempSync(join(tmpdir(), 'laneway-witness-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function deeds(...lines: readonly string[]) {
  const file = join(folder, 'witness');
  writeFileSync(file, lines.map((line) => `${line}\n`).join(''));
  return readDeeds(file);
}

function sent(kind: LoadMessage['kind'], name: string, accepted = true): LoadMessage {
  return { kind, name, id: name, correlationId: name, accepted, refusals: [] };
}

const whole = ['lifted a m1', 'stored a m2', 'weighed b m3', 'weighed s m4', 'weighed s m5', 'cleared s m6'];
const all = [sent('landing', 'a'), sent('request', 'b'), sent('ship', 's')];

test('all that was accepted was done, each by its messages', () => {
  expect(differences(all, deeds(...whole))).toEqual([]);
});

test('what was lost is named, and so is what was done by a second message', () => {
  expect(differences(all, deeds(...whole.filter((line) => !line.startsWith('stored'))))).toEqual([
    'a, accepted, was stored by 0 messages in place of 1',
  ]);
  expect(differences(all, deeds(...whole, 'cleared s m7'))).toEqual([
    's, accepted, was cleared by 2 messages in place of 1',
  ]);
});

test('a message that was refused may be sent nonetheless, but not twice', () => {
  const refused = [sent('landing', 'a', false)];
  expect(differences(refused, deeds())).toEqual([]);
  expect(differences(refused, deeds('lifted a m1', 'stored a m2'))).toEqual([]);
  expect(differences(refused, deeds('lifted a m1', 'stored a m2', 'stored a m3'))).toEqual([
    'a, refused, was stored by 2 messages in place of 1',
  ]);
});

test('a handler that ran again by one message is counted, and no difference', () => {
  const again = deeds(...whole, 'stored a m2', 'stored a m2');
  expect(differences(all, again)).toEqual([]);
  expect(repeated(again)).toBe(2);
});
