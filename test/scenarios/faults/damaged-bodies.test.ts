import { cases } from '../../kit/generators/cases.js';
import { damageBodies } from '../../kit/damage/damaged-bodies.js';

/** Another one with LANEWAY_SEED. */
const SEED = Number(process.env['LANEWAY_SEED'] ?? 20_261_130);

test(
  'a damaged body in any queue ends no function, harms no neighbour, and becomes one dead letter at most',
  async () => {
    const { damages, deadLetters, violations } = await damageBodies(SEED, cases(240, 10_000));
    process.stdout.write(`seed ${SEED}: ${damages} damaged bodies, ${deadLetters} dead letters\n`);
    expect(violations.slice(0, 5)).toEqual([]);
    expect(deadLetters).toBeGreaterThan(damages / 4);
  },
  cases(60_000, 900_000),
);
