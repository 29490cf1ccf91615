import { deployDepot, packages, publishAll, untilWitnessed, type Sent } from './engine-depot.js';
import { wholeResult } from './engine-result.js';
import type { Row } from '../driver/row.js';

const RUNS = 5;
const MESSAGES = 300;

/** Bursts over the whole receive path of a deployed application. */
export const engineLoad: Row = {
  name: 'engine-load',
  title: `load on the whole receive path of a deployed application: ${RUNS} runs of ${MESSAGES} messages, each handled and followed by a command`,
  engine: true,
  quick: false,
  run: async ({ witness, progress }) => {
    const depot = await deployDepot(witness.path);
    const sent: Sent[] = [];
    const rates: string[] = [];
    // One package first, so that no run pays for the first start of the functions.
    for (const [run, count] of [1, ...Array.from({ length: RUNS }, () => MESSAGES)].entries()) {
      const began = Date.now();
      const own = await publishAll(depot.gate, packages(`load${run}`, count), { lanes: 4 });
      sent.push(...own);
      await untilWitnessed(witness.path, ({ stored }) => own.every(({ key }) => stored.has(key)), 120_000);
      const rate = ((own.length / (Date.now() - began)) * 1_000).toFixed(0);
      if (run === 0) continue;
      rates.push(rate);
      progress(`run ${run} of ${RUNS}: ${count} messages, ${rate}/s`);
    }
    const figure = `by run ${rates.join(', ')} messages/s, from the first publish to the last command handled`;
    return wholeResult(depot, sent, { settleWithinMs: 60_000, figure });
  },
};
