import { PermanentError } from 'laneway/agent';
import { redriveDeadLetter } from '../../../shared/operator/dead-letters/redrive-dead-letter.js';
import type { DeadLetterEntry } from '../../../shared/domain/delivery/dead-letter.js';
import { account } from '../../../shared/domain/evidence/conversation.js';
import { openWorld } from '../driver/open-world.js';
import { effectsOf, ordersAgents, PARTS } from '../driver/orders.js';
import type { Row } from '../driver/row.js';

const ORDERS = 300;
const QUICK_ORDERS = 30;
const ADA = { by: 'ada', why: 'the scales are mended' };

/** Every third order fails for good, every third until its tries are used up; then the handler is mended. */
export const redrive: Row = {
  name: 'redrive-twice',
  title:
    'Poisoned orders: each has its dead letter; redriven twice, once by two operators at a time, each is handled once',
  engine: false,
  quick: true,
  run: async ({ seed, quick, progress, witness }) => {
    const orders = Array.from({ length: quick ? QUICK_ORDERS : ORDERS }, (_, index) => `order-${index}`);
    let broken = true;
    const before = (what: string, order: string): void => {
      const number = Number(order.split('-')[1]);
      if (!broken || what !== 'ordered' || number % 3 === 0) return;
      if (number % 3 === 1) throw new PermanentError(`order ${order} is forbidden`);
      throw new Error(`order ${order} fails`);
    };
    const stand = openWorld(ordersAgents({ seed, witness, before }), seed);
    const { world, operator } = stand;
    for (const order of orders) await stand.place(order);
    await stand.settle();
    const poisoned = orders.filter((_, index) => index % 3 > 0);
    const letters = await deadLettersOf(operator);
    progress(`${poisoned.length} poisoned, ${letters.length} dead letters`);

    broken = false;
    for (let round = 1; round <= 2; round++) {
      // Two operators at a time, both with the dead letters as they stood before.
      await Promise.all([...letters, ...letters].map((letter) => redriveDeadLetter(letter, ADA, {}, operator)));
      await stand.settle();
      for (const letter of await deadLettersOf(operator)) await redriveDeadLetter(letter, ADA, {}, operator);
      await stand.settle();
    }
    await stand.sweep();

    const counts = witness.counts();
    const sent = orders.length * effectsOf(PARTS);
    const repeated = [...counts.values()].reduce((sum, count) => sum + count - 1, 0);
    const accounts = await Promise.all(orders.map(async (order) => account(await world.ledger.conversation(order))));
    const open = accounts.filter(({ atRest, deadLettered }) => !atRest || deadLettered > 0).length;
    const noDeadLetter = poisoned.length - letters.length;
    const [lost, extra] = [Math.max(0, sent - counts.size) + open, Math.max(0, counts.size - sent) + repeated];
    return {
      ...{
        ok: lost === 0 && extra === 0 && noDeadLetter === 0,
        sent,
        effects: counts.size,
        quarantined: 0,
        lost,
        extra,
      },
      figure: `${poisoned.length} poisoned orders, ${letters.length} dead letters, each redriven 3 times or more`,
      problems: noDeadLetter === 0 ? [] : [`${noDeadLetter} poisoned orders have no dead letter`],
    };
  },
};

async function deadLettersOf({
  book,
}: {
  book: { all(): AsyncIterable<DeadLetterEntry> };
}): Promise<DeadLetterEntry[]> {
  const letters: DeadLetterEntry[] = [];
  for await (const letter of book.all()) letters.push(letter);
  return letters;
}
