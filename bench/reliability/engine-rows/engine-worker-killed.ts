import { readEffects } from '../depot/effects.js';
import { deployDepot, packages, publishAll, untilWitnessed } from './engine-depot.js';
import { wholeResult } from './engine-result.js';
import type { Row } from '../driver/row.js';

const MESSAGES = 200;
const KILLS = 10;

/** Functions' processes killed with messages in their hands, theirs and their neighbours'. */
export const engineWorkerKilled: Row = {
  name: 'engine-worker-killed',
  title: `${KILLS} of ${MESSAGES} messages end the process that handles them by SIGKILL, half of them after their effect`,
  engine: true,
  quick: false,
  run: async ({ seed, witness, progress }) => {
    const depot = await deployDepot(witness.path);
    const every = MESSAGES / KILLS;
    const sent = await publishAll(
      depot.gate,
      packages('kill', MESSAGES, (index) => {
        if ((index + seed) % every !== 0) return {};
        const after = Math.floor(index / every) % 2 === 1;
        return { trouble: after ? 'killed after its effect' : 'killed before its effect' };
      }),
    );
    await untilWitnessed(
      witness.path,
      ({ stored }) => stored.size >= MESSAGES,
      400_000,
      ({ stored, killed }) => progress(`stored ${stored.size} of ${MESSAGES}, killed ${killed.size} times`),
    );
    const { killed, sorted } = readEffects(witness.path);
    // Documented: outside Laneway at least once, inside one outcome. So these must have been sorted again.
    const due = sent.filter(({ trouble }) => trouble === 'killed after its effect');
    const once = due.filter(({ key }) => (sorted.get(key)?.length ?? 0) < 2);
    const neighbours = sent.filter(
      ({ key, trouble }) => trouble === undefined && (sorted.get(key)?.length ?? 0) > 1,
    ).length;
    const figure = `${killed.size} processes killed; effects repeated outside: ${due.length - once.length} of the ${due.length} killed after theirs, ${neighbours} of their neighbours in the batch`;
    const problems = [
      ...(killed.size === KILLS ? [] : [`${killed.size} processes were killed, planned were ${KILLS}`]),
      ...(once.length > 0 ? [`${once.length} killed after their effect were not handled again`] : []),
    ];
    return wholeResult(depot, sent, { settleWithinMs: 60_000, figure, problems, mayRepeat: true });
  },
};
