import { openDeployed } from '../../../cli/context/open-deployed.js';
import { findDeadLetters } from '../../../shared/operator/dead-letters/dead-letter-groups.js';
import { redriveDeadLetter, type Redriven } from '../../../shared/operator/dead-letters/redrive-dead-letter.js';
import { note } from '../depot/effects.js';
import { depot as topology } from '../depot/topology.js';
import { deployDepot, packages, publishAll, untilWitnessed } from './engine-depot.js';
import { wholeResult } from './engine-result.js';
import { firstOf } from './engine-outcomes.js';
import type { Row } from '../driver/row.js';

const LEAKING = 20;
const SOUND = 20;
const ACTOR = { by: 'reliability', why: 'the packages are mended' };

/** Dead letters redriven twice side by side, again right after, and again when they were handled. */
export const engineRedrive: Row = {
  name: 'engine-redrive',
  title: `${LEAKING} messages whose handler fails become dead letters on a deployed application; each is redriven twice at once, and again, and again when handled; ${SOUND} sound neighbours`,
  engine: true,
  quick: false,
  run: async ({ witness, progress }) => {
    const depot = await deployDepot(witness.path);
    const operator = await openDeployed(topology);
    const sent = await publishAll(depot.gate, [
      ...packages('leak', LEAKING, () => ({ trouble: 'leaks' })),
      ...packages('sound', SOUND),
    ]);
    const ids = new Set(sent.map(({ id }) => id));
    const letters = async (state: 'open' | 'any') =>
      (await findDeadLetters(operator.book, { state })).filter(({ messageId = '' }) => ids.has(messageId));
    let dead = await letters('open');
    for (const giveUp = Date.now() + 120_000; dead.length < LEAKING && Date.now() < giveUp;) {
      await operator.pause(1_000);
      dead = await letters('open');
      progress(`${dead.length} of ${LEAKING} dead letters`);
    }
    note.mended(witness.path);
    const results: Redriven[] = [];
    for (const letter of dead) {
      const once = () => redriveDeadLetter(letter, ACTOR, {}, operator);
      results.push(...(await Promise.all([once(), once()])));
      const now = await operator.book.find(letter.id);
      results.push(await redriveDeadLetter(now ?? letter, ACTOR, {}, operator));
    }
    await untilWitnessed(
      witness.path,
      ({ stored }) => stored.size >= sent.length,
      120_000,
      ({ stored }) => progress(`stored ${stored.size} of ${sent.length}`),
    );
    // Settled in the ledger before the last round, which must find that there is nothing to do.
    const interim = await wholeResult(depot, sent, { settleWithinMs: 60_000, figure: '' });
    const late = await Promise.all(
      (await letters('any')).map((letter) => redriveDeadLetter(letter, ACTOR, {}, operator)),
    );
    await operator.pause(3_000);
    const count = (result: Redriven['result']): number => results.filter((one) => one.result === result).length;
    const figure =
      `${dead.length} dead letters of 3 tries; ${results.length} redrives at once: ${count('sent')} sent a copy, ${count('skipped')} found nothing to do; ` +
      `${late.length} after the outcome: ${late.filter(({ result }) => result === 'skipped').length} found nothing to do`;
    const problems = [
      ...(dead.length === LEAKING ? [] : [`${dead.length} dead letters, expected ${LEAKING}`]),
      ...firstOf(
        'redrive failed',
        results.flatMap(({ result, id, why }) => (result === 'failed' ? [`${id} (${why})`] : [])),
      ),
      ...firstOf(
        'redriven though completed',
        late.flatMap(({ result, id }) => (result === 'skipped' ? [] : [id])),
      ),
      ...interim.problems,
    ];
    return wholeResult(depot, sent, { settleWithinMs: 60_000, figure, problems });
  },
};
