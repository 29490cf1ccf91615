import { approvalTable, approvalText } from '../../../cli/render/approvals.js';
import { deadLetterTable } from '../../../cli/render/dead-letters.js';
import { machineMermaid } from '../../../cli/render/machine.js';
import { renderMermaid } from '../../../cli/render/mermaid.js';
import { plainPaint } from '../../../cli/render/paint.js';
import { renderSequence } from '../../../cli/render/sequence.js';
import { renderTree } from '../../../cli/render/tree.js';
import type { DeadLetterEntry } from '../../../shared/domain/delivery/dead-letter.js';
import { deadLetter, delivery, message } from '../../kit/generators/constructed-ledger.js';

const ESC = String.fromCharCode(0x1b);
const OVERRIDE = String.fromCharCode(0x202e);
/** A line that none of ours may look like, after a few ways to begin one. */
const FORGED = `x\r${ESC}[2K${OVERRIDE}\nforged line`;
const SPELLED = 'x\\r\\u001b[2K\\u202e\\nforged line';
const error = { code: 'HANDLER', message: `leak ${ESC}]0;t`, name: 'Error', retryable: true } as const;

function conversation() {
  return [
    message({ id: 'm1', type: FORGED, channel: FORGED, source: FORGED, ms: 0, expected: ['a', FORGED] }),
    delivery({ messageId: 'm1', receiver: 'a', state: 'retrying', published: 0, received: 5, updated: 6, error }),
    deadLetter({ receiver: FORGED, reason: 'undeliverable', messageId: 'm1', tries: 0 }),
  ];
}

function expectSafe(text: string): void {
  expect(text).not.toMatch(/^forged line/m);
  expect(text).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}]/u);
}

test.each([
  ['tree', renderTree],
  ['sequence', renderSequence],
])('a conversation as a %s shows what a message says, on one line', (_, draw) => {
  const text = draw(conversation());
  expectSafe(text);
  expect(text).toContain(SPELLED);
  expect(text).toContain('HANDLER: leak \\u001b]0;t');
});

test('dead letters and approvals keep a row each', () => {
  const letter = { ...deadLetterOf(), receiver: FORGED, error };
  const letters = deadLetterTable('shop', [letter], plainPaint);
  expect(letters).toHaveLength(2);
  const approval = {
    ...{ id: 'a-1', conversation: 'c', workflow: 'buy', step: 'boss', title: FORGED, approvers: FORGED },
    ...{ details: { why: 'JSON' }, deadline: '2026-11-21T14:05:00.000Z' },
  };
  const approvals = approvalTable('shop', [approval], plainPaint);
  expect(approvals).toHaveLength(2);
  for (const text of [...letters, ...approvals, ...approvalText(approval, plainPaint)]) expectSafe(text);
  expect(approvals[1]).toContain(SPELLED);
});

test('no text of a diagram is taken for Mermaid', () => {
  const hostile = `x"]; click %%{init: {}}%% | & \`md\` #lt; <img> ${ESC}${OVERRIDE}`;
  const drawn = [
    renderMermaid([message({ id: 'm1', type: hostile, ms: 0, source: hostile })]),
    machineMermaid({ StartAt: hostile, States: { [hostile]: { Type: 'Fail', Error: hostile, Cause: 'c' } } }),
  ];
  for (const text of drawn) {
    expectSafe(text);
    expect(text).toContain('x#quot;]#59; click #37;#37;{init: {}}#37;% #124; #amp; #96;md#96; #35;lt#59; #lt;img#gt;');
    expect(text).not.toMatch(/%%|`|<img|x"/);
  }
});

function deadLetterOf(): DeadLetterEntry {
  const entry = deadLetter({ receiver: 'a', reason: 'undeliverable', messageId: 'm1', tries: 0 });
  if (entry.kind !== 'dead-letter') throw new Error(`deadLetter made a ${entry.kind}`);
  return entry.deadLetter;
}
