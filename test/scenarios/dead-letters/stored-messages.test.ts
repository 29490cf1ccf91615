import { examineDeadLetter } from '../../../shared/operator/dead-letters/examine-dead-letter.js';
import { redriveDeadLetter } from '../../../shared/operator/dead-letters/redrive-dead-letter.js';
import type { DeadLetterEntry } from '../../../shared/domain/delivery/dead-letter.js';
import { ParcelCame, troubledDepot } from '../../kit/stands/troubled-depot.js';

const ADA = { by: 'ada', why: 'the bus is back' };

/** A depot with a dead letter as releases before wrote it: the outcome stands, its messages were given up with the copy. */
async function givenUp() {
  const stand = troubledDepot();
  const { correlationId } = await stand.harness.publish(ParcelCame, { parcel: 'p-1' });
  stand.away.bus = true;
  await stand.harness.advance('1 second');
  const { world } = stand;
  const lane = [...world.lanes.lanes('porter').values()].find(({ size }) => size > 0);
  const body = lane?.peek()[0] ?? '';
  stand.purge('porter');
  const [message] = stand.harness.conversation(correlationId).messages(ParcelCame);
  const key = { correlationId, messageId: message?.id ?? '', origin: 'client.gate/arrivals', receiver: 'porter' };
  const record = await world.deliveries.get(key);
  if (!record) throw new Error('it was handled');
  const { unsent: _unsent, ...before } = record;
  world.ledger.keepDelivery(before);
  await world.payloads.put('letter', body);
  const letter: DeadLetterEntry = {
    ...{ id: 'letter-1', correlationId, messageId: key.messageId, facts: record.facts, receiver: 'porter' },
    ...{ reason: 'crashed', signature: 'CRASHED', tries: 1, at: record.updated, bodyRef: 'letter' },
    error: { code: 'CRASHED', message: 'SQS gave up', name: 'LanewayError', retryable: false },
  };
  await world.ledger.deadLetter(letter);
  const operator = { ...world.ports, topology: stand.topology, pause: () => Promise.resolve() };
  return { ...stand, letter, operator, key, correlationId };
}

test('a letter of a delivery whose messages were given up is redriven: the sweeper sends what was stored', async () => {
  const stand = await givenUp();
  expect((await examineDeadLetter(stand.letter, stand.operator)).delivery).toMatchObject({ state: 'completed' });
  const dry = await redriveDeadLetter(stand.letter, ADA, { dryRun: true }, stand.operator);
  expect(dry).toMatchObject({ result: 'would-send' });
  expect((await stand.world.deliveries.get(stand.key))?.unsent).toBeUndefined();
  expect(await redriveDeadLetter(stand.letter, ADA, {}, stand.operator)).toMatchObject({ result: 'sent' });
  stand.away.bus = false;
  await stand.harness.settle();
  expect([...stand.heard].sort()).toEqual(['p-1 on 1', 'p-1 weighs 3']);
  expect(stand.tries()).toBe(1);
  const redriven = await stand.world.ports.book.find('letter-1');
  expect(redriven).toMatchObject({ resolution: { state: 'redriven', by: 'ada' }, redrives: 1 });
  const again = await redriveDeadLetter(redriven ?? stand.letter, ADA, {}, stand.operator);
  expect(again).toMatchObject({ result: 'skipped', why: 'its delivery is completed' });
});
