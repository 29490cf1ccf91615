import { cases } from '../../kit/generators/cases.js';
import { damageObjects } from '../../kit/damage/damaged-objects.js';

/** Another one with LANEWAY_SEED. */
const SEED = Number(process.env['LANEWAY_SEED'] ?? 20_261_201);

test(
  'a damaged payload in the store ends no function, harms no neighbour, and becomes one dead letter at most',
  async () => {
    const { damages, deadLetters, violations } = await damageObjects(SEED, cases(240, 10_000));
    process.stdout.write(`seed ${SEED}: ${damages} damaged payloads, ${deadLetters} dead letters\n`);
    expect(violations.slice(0, 5)).toEqual([]);
    expect(deadLetters).toBeGreaterThan(damages / 2);
  },
  cases(60_000, 900_000),
);
