import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OrderPlaced, ordersWorld, publishSurely } from '../../../../../bench/reliability/driver/orders.js';
import { Tally } from '../../../../../bench/reliability/driver/tally.js';
import { Witness } from '../../../../../bench/reliability/driver/witness.js';
import { ROWS } from '../../../../../bench/reliability/rows/rows.js';

const folder = mkdtempSync(join(tmpdir(), 'laneway-counting-'));
const witness = (name: string) => new Witness(join(folder, name));

afterAll(() => rmSync(folder, { recursive: true }));

async function oneOrder(seen: Witness, upset: (world: ReturnType<typeof ordersWorld>) => void = () => undefined) {
  const world = ordersWorld({ seed: 1, witness: seen });
  upset(world);
  await publishSurely(world, OrderPlaced, 'order');
  await world.settle();
  const tally = new Tally();
  tally.add(world, ['order'], { sentOnce: true });
  return tally;
}

test('an order that went well has all its effects, once', async () => {
  const seen = witness('well');
  expect((await oneOrder(seen)).result(seen, 'none')).toMatchObject({
    ok: true,
    sent: 10,
    effects: 10,
    lost: 0,
    extra: 0,
  });
});

test('what the bus lost, and nobody sent again, is lost', async () => {
  const seen = witness('dropped');
  const tally = await oneOrder(seen, ({ faults }) => faults.drop({ type: 'StockReserved', receiver: 'clerk' }));
  expect(tally.result(seen, 'as-struck')).toMatchObject({ ok: false, lost: 1 });
});

test('an effect that the ledger calls done, but nobody saw, is lost', async () => {
  const seen = witness('unseen');
  const tally = await oneOrder(seen);
  expect(tally.result(witness('empty'), 'none')).toMatchObject({ ok: false, effects: 0, lost: 10 });
});

test('effects of a second try, and repeated ones where nothing failed, are extra', async () => {
  const seen = witness('extra');
  const tally = await oneOrder(seen);
  seen.note('order|reserved|another-try/1/3');
  expect(tally.result(seen, 'none')).toMatchObject({ ok: false, effects: 10, extra: 1 });
  seen.note('order|ordered|');
  expect(tally.result(seen, 'none')).toMatchObject({ extra: 2 });
});

test('a row counts what it hands in', async () => {
  const row = ROWS.find(({ name }) => name === 'late-messages');
  const counts = await row?.run({ seed: 5, quick: true, progress: () => undefined, witness: witness('late') });
  expect(counts).toMatchObject({ ok: true, lost: 0, extra: 0 });
  expect(counts?.effects).toBe((counts?.sent ?? 0) - (counts?.quarantined ?? 0));
});
