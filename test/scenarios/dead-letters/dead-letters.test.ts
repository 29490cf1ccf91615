import { LanewayError } from '../../../shared/domain/base/errors.js';
import type { ReturnedCopy } from '../../../shared/domain/wire/message-bus.js';
import { discardDeadLetter, editDeadLetter } from '../../../shared/operator/dead-letters/settle-dead-letter.js';
import { examineDeadLetter } from '../../../shared/operator/dead-letters/examine-dead-letter.js';
import {
  findDeadLetters,
  groupId,
  groupDeadLetters,
} from '../../../shared/operator/dead-letters/dead-letter-groups.js';
import { deadLetterById, redriveDeadLetter } from '../../../shared/operator/dead-letters/redrive-dead-letter.js';
import {
  batchSize,
  redriveCanary,
  redriveDeadLetters,
} from '../../../shared/operator/dead-letters/redrive-dead-letters.js';
import { renderTree } from '../../../cli/render/tree.js';
import { ADA, operatorStand } from '../../kit/stands/operator-stand.js';

const LEAKS = 'HANDLER|Error|parcel <n> leaks';

test('dead letters group by the signature of their error, with counts, receivers, types and times', async () => {
  const stand = operatorStand();
  for (const parcel of ['bad-1', 'bad-2', 'bad-3', 'refused-1']) stand.arrive(parcel);
  stand.arrive('odd', { parcel: 17 });
  await stand.work();
  const letters = await findDeadLetters(stand.book, {});
  const groups = groupDeadLetters(letters);
  expect(groups).toHaveLength(3);
  expect(groups[0]).toMatchObject({
    ...{ id: groupId(LEAKS), signature: LEAKS, count: 3, tries: 9 },
    ...{ receivers: ['desk'], types: ['ParcelArrived'], reasons: ['exhausted'] },
  });
  expect(groups.slice(1).map(({ count, reasons }) => [count, ...reasons])).toEqual(
    expect.arrayContaining([
      [1, 'permanent'],
      [1, 'schema'],
    ]),
  );
  expect(Date.parse(groups[0]?.first ?? '')).toBeLessThanOrEqual(Date.parse(groups[0]?.last ?? ''));
  expect(await findDeadLetters(stand.book, { group: groupId(LEAKS) })).toHaveLength(3);
  expect(await findDeadLetters(stand.book, { group: LEAKS }, 2)).toHaveLength(2);
  expect(await findDeadLetters(stand.book, { reason: 'schema', receiver: 'desk' })).toHaveLength(1);
  expect(await findDeadLetters(stand.book, { type: 'ParcelWeighed' })).toEqual([]);
});

test('a letter is examined against the schema as it is now, with every place that does not fit', async () => {
  const stand = operatorStand();
  stand.arrive('odd', { parcel: 17, note: { text: 'fragile' } });
  await stand.work();
  const seen = await examineDeadLetter(await stand.letter('odd'), stand.operator);
  expect(seen).toMatchObject({
    ...{ data: { parcel: 17 }, obstacle: { code: 'SCHEMA' }, delivery: { state: 'dead-lettered' } },
    misfits: [
      { path: 'parcel', found: 17 },
      { path: 'note', found: { text: 'fragile' } },
    ],
  });
});

test('a canary redrive goes 1, 5, 20, ... and stops when the same signature returns', async () => {
  expect([0, 1, 2, 3, 4].map(batchSize)).toEqual([1, 5, 20, 80, 320]);
  const stand = operatorStand();
  for (let parcel = 1; parcel <= 9; parcel++) stand.arrive(`bad-${parcel}`);
  await stand.work();
  await stand.work();
  const letters = await findDeadLetters(stand.book, { group: LEAKS });
  expect(letters).toHaveLength(9);
  const operator = { ...stand.operator, pause: () => stand.work() };
  const lines: string[] = [];
  const options = { settleWithin: 3_600_000, progress: (line: string) => void lines.push(line), expiresIn: 3_600_000 };
  const stopped = await redriveCanary(letters, ADA, options, operator);
  expect(stopped.redriven).toHaveLength(1);
  expect(stopped).toMatchObject({ completed: 0, stopped: { why: `the same signature returned: ${LEAKS}`, left: 8 } });

  stand.trouble.bad = '';
  const whole = await redriveCanary(await findDeadLetters(stand.book, { group: LEAKS }), ADA, options, operator);
  expect(whole.stopped).toBeUndefined();
  expect(whole).toMatchObject({ completed: 9 });
  expect(lines).toEqual([
    '1 redriven, 0 completed',
    '1 redriven, 1 completed',
    '5 redriven, 5 completed',
    '3 redriven, 3 completed',
  ]);
  expect(new Set(stand.trouble.handled).size).toBe(9);
  expect(stand.trouble.handled).toHaveLength(9);
});

test('a canary redrive stops when a batch has no outcome in time', async () => {
  const stand = operatorStand();
  stand.arrive('bad-1');
  stand.arrive('bad-2');
  await stand.work();
  const report = await redriveCanary(await stand.letters(), ADA, { settleWithin: 2_000 }, stand.operator);
  expect(report).toMatchObject({ completed: 0, stopped: { why: '1 of 1 had no outcome in time', left: 1 } });
});

test('a redrive of many keeps to the rate, counting only what was sent', async () => {
  const stand = operatorStand();
  for (const parcel of ['bad-1', 'bad-2', 'bad-3']) stand.arrive(parcel);
  stand.arrive('odd', { parcel: 17 });
  await stand.work();
  const pauses: number[] = [];
  const operator = { ...stand.operator, pause: async (ms: number) => Promise.resolve(pauses.push(ms)) };
  const redriven = await redriveDeadLetters(await findDeadLetters(stand.book, {}), ADA, { rate: 4 }, operator);
  expect(redriven.filter(({ result }) => result === 'sent')).toHaveLength(3);
  expect(pauses.every((ms) => ms === 250)).toBe(true);
  expect(pauses.length).toBeGreaterThanOrEqual(2);
});

test('a redrive of many ends where a lane cannot be reached; the letter goes on by its id, the rest is as it was', async () => {
  const stand = operatorStand();
  for (const parcel of ['bad-1', 'bad-2', 'bad-3']) stand.arrive(parcel);
  await stand.work();
  stand.trouble.bad = '';
  let sends = 0;
  const returns = {
    put: (copy: ReturnedCopy) =>
      ++sends === 2 ? Promise.reject(new LanewayError('UNAVAILABLE', 'SQS is gone')) : stand.operator.returns.put(copy),
  };
  const letters = await findDeadLetters(stand.book, {});
  const redriven = await redriveDeadLetters(letters, ADA, {}, { ...stand.operator, returns });
  expect(redriven).toMatchObject([
    { result: 'sent' },
    { result: 'failed', why: 'SQS is gone; redrive it again by its id' },
  ]);
  const [open, ...others] = await findDeadLetters(stand.book, {});
  expect([open, ...others]).toEqual([letters[2]]);
  const failed = await deadLetterById(redriven[1]?.id ?? '', stand.operator);
  for (const letter of [failed, open])
    if (letter) expect(await redriveDeadLetter(letter, ADA, {}, stand.operator)).toMatchObject({ result: 'sent' });
  await stand.work();
  expect(stand.trouble.handled).toHaveLength(3);
  await expect(deadLetterById('none', stand.operator)).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

test('a discarded letter is settled with who and why, shows in the trace, and is not redriven', async () => {
  const stand = operatorStand();
  stand.arrive('bad-1');
  await stand.work();
  const letter = await stand.letter('bad-1');
  expect(await discardDeadLetter(letter, ADA, stand.operator)).toBe('discarded');
  const discarded = await stand.letter('bad-1');
  expect(discarded.resolution).toMatchObject({ state: 'discarded', ...ADA });
  expect(await discardDeadLetter(discarded, { by: 'bob', why: 'me too' }, stand.operator)).toBe('settled');
  expect(await findDeadLetters(stand.book, {})).toEqual([]);
  expect(await findDeadLetters(stand.book, { state: 'discarded' })).toHaveLength(1);
  expect(await redriveDeadLetter(discarded, ADA, {}, stand.operator)).toMatchObject({ why: 'ada has discarded it' });
  expect(renderTree(await stand.ledger.conversation('c-bad-1'))).toContain(
    'operator ada: discard of exhausted at desk',
  );
});

test('an edited message goes to the same receiver under an id derived from the original, which is kept', async () => {
  const stand = operatorStand();
  stand.arrive('odd', { parcel: 17 });
  await stand.work();
  const letter = await stand.letter('odd');
  const options = { expiresIn: 3_600_000 };
  await expect(editDeadLetter(letter, { data: { parcel: 18 }, ...options }, ADA, stand.operator)).rejects.toMatchObject(
    {
      code: 'SCHEMA',
    },
  );
  expect(stand.returned).toEqual([]);
  // Cut off before the lane: the dead letter is settled, and nothing was sent.
  const returns = { put: () => Promise.reject(new LanewayError('UNAVAILABLE', 'SQS is gone')) };
  const cutOff = editDeadLetter(letter, { data: { parcel: 'seventeen' }, ...options }, ADA, {
    ...stand.operator,
    returns,
  });
  await expect(cutOff).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  await expect(
    editDeadLetter(letter, { data: { parcel: 'other' }, ...options }, ADA, stand.operator),
  ).rejects.toMatchObject({
    code: 'REFUSED',
  });
  const settled = await stand.letter('odd');
  const edited = await editDeadLetter(settled, { data: { parcel: 'seventeen' }, ...options }, ADA, stand.operator);
  await editDeadLetter(await stand.letter('odd'), { data: { parcel: 'seventeen' }, ...options }, ADA, stand.operator);
  await stand.work();
  expect(stand.trouble.handled).toEqual(['seventeen']);
  const key = {
    correlationId: 'c-odd',
    messageId: edited.successor,
    origin: 'client.gate/parcel.arrivals',
    receiver: 'desk',
  };
  expect(await stand.deliveries.get(key)).toMatchObject({ state: 'completed', facts: { causationId: 'odd' } });
  expect(await stand.delivery('odd')).toMatchObject({ state: 'dead-lettered' });
  const kept = await stand.letter('odd');
  expect(kept).toMatchObject({ ...letter, resolution: { state: 'edited', successor: edited.successor } });
  await expect(
    editDeadLetter(kept, { data: { parcel: 'again' }, ...options }, ADA, stand.operator),
  ).rejects.toMatchObject({
    code: 'REFUSED',
  });
});
