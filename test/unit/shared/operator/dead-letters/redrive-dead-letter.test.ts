import { account } from '../../../../../shared/domain/evidence/conversation.js';
import { redriveDeadLetter } from '../../../../../shared/operator/dead-letters/redrive-dead-letter.js';
import { editDeadLetter } from '../../../../../shared/operator/dead-letters/settle-dead-letter.js';
import { redriveDeadLetters } from '../../../../../shared/operator/dead-letters/redrive-dead-letters.js';
import { ADA, operatorStand } from '../../../../kit/stands/operator-stand.js';

test('a redriven message whose cause is mended is handled once, under its own id', async () => {
  const stand = operatorStand();
  stand.arrive('bad-1');
  await stand.work();
  expect(await stand.delivery('bad-1')).toMatchObject({ state: 'dead-lettered', tries: 3 });
  const letter = await stand.letter('bad-1');
  const body = stand.payloads.texts.get(letter.bodyRef);
  stand.trouble.bad = '';
  expect(await redriveDeadLetter(letter, ADA, {}, stand.operator)).toMatchObject({
    result: 'sent',
    messageId: 'bad-1',
  });
  expect(stand.returned).toEqual([{ receiver: 'desk', lane: 'normal', direct: false, body, returns: 0 }]);
  await stand.work();
  expect(stand.trouble.handled).toEqual(['bad-1']);
  expect(await stand.delivery('bad-1')).toMatchObject({
    ...{ state: 'completed', tries: 1, redrives: 1, lastDeadLetter: letter.id },
  });
  const entries = await stand.ledger.conversation('c-bad-1');
  expect(entries.filter(({ kind }) => kind === 'operator')).toMatchObject([
    { operator: { action: 'redrive', ...ADA, deadLetter: { id: letter.id, reason: 'exhausted', tries: 3 } } },
  ]);
  // Nobody hears of system.errors here: the report of the first death stays in flight.
  expect(account(entries)).toMatchObject({ completed: 1, deadLettered: 0, inFlight: [{ type: 'ErrorReported' }] });
  expect(await stand.letter('bad-1')).toMatchObject({ redrives: 1, resolution: { state: 'redriven', ...ADA } });
});

test('redriving twice adds no outcome, whether the first is handled by then or not', async () => {
  const stand = operatorStand();
  stand.arrive('bad-1');
  await stand.work();
  stand.trouble.bad = '';
  await redriveDeadLetter(await stand.letter('bad-1'), ADA, {}, stand.operator);
  expect(await redriveDeadLetter(await stand.letter('bad-1'), ADA, {}, stand.operator)).toMatchObject({
    result: 'sent',
  });
  await stand.work();
  expect(stand.trouble.handled).toEqual(['bad-1']);
  expect(await redriveDeadLetter(await stand.letter('bad-1'), ADA, {}, stand.operator)).toMatchObject({
    ...{ result: 'skipped', why: 'its delivery is completed' },
  });
  await stand.work();
  expect(stand.trouble.handled).toEqual(['bad-1']);
  expect(stand.returned).toHaveLength(2);
});

test('of two operators with the same letter before them, one redrives it', async () => {
  const stand = operatorStand();
  stand.arrive('bad-1');
  await stand.work();
  const letter = await stand.letter('bad-1');
  const results = await Promise.all([
    redriveDeadLetter(letter, ADA, {}, stand.operator),
    redriveDeadLetter(letter, { by: 'bob', why: 'it looks mended' }, {}, stand.operator),
  ]);
  expect(results.map(({ result }) => result).sort()).toEqual(['sent', 'skipped']);
});

test('a redriven message that fails again has its tries again, and its letter opens again with its history', async () => {
  const stand = operatorStand();
  stand.arrive('bad-1');
  await stand.work();
  const before = await stand.letter('bad-1');
  stand.trouble.bad = 'burns';
  await redriveDeadLetter(before, ADA, {}, stand.operator);
  await stand.work();
  expect(await stand.delivery('bad-1')).toMatchObject({ state: 'dead-lettered', tries: 3, redrives: 1 });
  const after = await stand.letter('bad-1');
  expect(after).toMatchObject({ id: before.id, redrives: 1, first: before.at, tries: 3 });
  expect(after.error.message).toBe('parcel 1 burns');
  expect(after.resolution).toBeUndefined();
  expect(account(await stand.ledger.conversation('c-bad-1')).withoutLetter).toEqual([]);
  expect(await redriveDeadLetter(after, ADA, {}, stand.operator)).toMatchObject({ result: 'sent' });
  expect(await stand.delivery('bad-1')).toMatchObject({ redrives: 2 });
});

test('a dry run says what would be done and changes nothing', async () => {
  const stand = operatorStand();
  stand.arrive('bad-1');
  await stand.work();
  const letter = await stand.letter('bad-1');
  expect(await redriveDeadLetter(letter, ADA, { dryRun: true }, stand.operator)).toMatchObject({
    result: 'would-send',
  });
  expect(await stand.letter('bad-1')).toEqual(letter);
  expect(await stand.delivery('bad-1')).toMatchObject({ state: 'dead-lettered' });
  expect(stand.returned).toEqual([]);
});

test('what has expired is redriven only with a new expiry, which is noted', async () => {
  const stand = operatorStand();
  stand.arrive('bad-1');
  await stand.work();
  stand.trouble.bad = '';
  stand.clock.advance(7_200_000);
  const letter = await stand.letter('bad-1');
  expect(await redriveDeadLetter(letter, ADA, {}, stand.operator)).toMatchObject({
    ...{ result: 'skipped', why: expect.stringMatching(/^it expired at .*--expires/) as unknown },
  });
  expect(await redriveDeadLetter(letter, ADA, { expiresIn: 3_600_000 }, stand.operator)).toMatchObject({
    result: 'sent',
  });
  const expires = new Date(stand.clock.now() + 3_600_000).toISOString();
  await stand.work();
  expect(stand.trouble.handled).toEqual(['bad-1']);
  expect(await stand.delivery('bad-1')).toMatchObject({ state: 'completed', facts: { expires } });
  const [entry] = (await stand.ledger.conversation('c-bad-1')).filter(({ kind }) => kind === 'operator');
  expect(entry).toMatchObject({ operator: { expires } });
});

test('what would be refused again stays: a payload that does not fit, a text that is no message', async () => {
  const stand = operatorStand();
  stand.arrive('odd', { parcel: 17 });
  stand.lane.send('hello');
  await stand.work();
  const letters = await stand.letters();
  expect(letters.map(({ reason }) => reason).sort()).toEqual(['schema', 'unparseable']);
  for (const letter of letters) {
    const redriven = await redriveDeadLetter(letter, ADA, {}, stand.operator);
    expect(redriven).toMatchObject({
      ...{ result: 'skipped', why: expect.stringContaining('it would be refused again') as unknown },
    });
  }
  expect(stand.returned).toEqual([]);
});

test('a new expiry with which the message would outlive its lane is refused, and nothing is changed', async () => {
  const stand = operatorStand();
  stand.arrive('bad-1');
  await stand.work();
  const letter = await stand.letter('bad-1');
  const refused = {
    code: 'INVALID_OPTION',
    message: expect.stringMatching(/98 hours from now[^]*up to 95\.\d+ hours/) as string,
  };
  const expiresIn = 98 * 3_600_000;
  await expect(redriveDeadLetter(letter, ADA, { expiresIn }, stand.operator)).rejects.toMatchObject(refused);
  const many = redriveDeadLetters([letter], ADA, { expiresIn, dryRun: true }, stand.operator);
  await expect(many).rejects.toMatchObject(refused);
  const edit = editDeadLetter(letter, { data: { parcel: 'good-1' }, expiresIn }, ADA, stand.operator);
  await expect(edit).rejects.toMatchObject(refused);
  await expect(redriveDeadLetter(letter, ADA, { expiresIn: 0 }, stand.operator)).rejects.toMatchObject({
    code: 'INVALID_OPTION',
  });
  expect(await stand.letter('bad-1')).toEqual(letter);
  expect(stand.returned).toEqual([]);
  const day = { expiresIn: 95 * 3_600_000 };
  expect(await redriveDeadLetter(letter, ADA, day, stand.operator)).toMatchObject({ result: 'sent' });
});
