import { createAgent } from 'laneway/agent';
import { agentStand } from '../../../test/kit/stands/agent-stand.js';
import { OrderPlaced, orders } from '../driver/orders.js';
import type { Row } from '../driver/row.js';

const BATCH = 10;

/** Every subset of a batch of ten fails at its first try; what is acknowledged must be exactly the others. */
export const failureSubsets: Row = {
  name: 'failure-subsets',
  title: 'All 1,024 failure subsets of a batch of ten: exactly what succeeded is acknowledged, the rest comes again',
  engine: false,
  quick: true,
  run: async ({ progress, witness }) => {
    const problems: string[] = [];
    let wrong = 0;
    for (let subset = 0; subset < 2 ** BATCH; subset++) {
      const failing = new Set<string>();
      const auditor = createAgent(orders, 'auditor').handle({
        OrderPlaced: ({ data }) => {
          if (failing.delete(data.order)) throw new Error('not yet');
          witness.note(data.order);
        },
      });
      const stand = agentStand(auditor.with({}));
      const failed: string[] = [];
      for (let index = 0; index < BATCH; index++) {
        const order = `${subset}/${index}`;
        const source = 'laneway.reliability.client.shop';
        const copy = stand.deliver(stand.envelope(OrderPlaced.name, { order }, { id: `order-${index}`, source }));
        if ((subset & (1 << index)) === 0) continue;
        failing.add(order);
        failed.push(copy);
      }
      const returned = [...(await stand.receive(BATCH))].sort();
      if (returned.join() !== failed.sort().join()) {
        wrong++;
        if (problems.length < 3)
          problems.push(`subset ${subset.toString(2)}: ${failed.length} failed, ${returned.length} went back`);
      }
      for (let round = 0; round < 3 && stand.lane.size > 0; round++) {
        stand.clock.advance(120_000);
        await stand.receive(BATCH);
      }
      if (subset % 256 === 255) progress(`${subset + 1} subsets`);
    }
    const counts = witness.counts();
    const sent = BATCH * 2 ** BATCH;
    const extra = [...counts.values()].reduce((sum, count) => sum + count - 1, 0);
    const lost = sent - counts.size;
    return {
      ...{
        ok: wrong === 0 && lost === 0 && extra === 0,
        sent,
        effects: counts.size,
        quarantined: 0,
        lost,
        extra,
        problems,
      },
      figure: `${2 ** BATCH} subsets, ${wrong} answered wrongly`,
    };
  },
};
