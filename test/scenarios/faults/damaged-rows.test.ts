import { cases } from '../../kit/generators/cases.js';
import { damageRows } from '../../kit/damage/damaged-rows.js';

/** Another one with LANEWAY_SEED. */
const SEED = Number(process.env['LANEWAY_SEED'] ?? 20_261_130);

test(
  'a damaged row of any kind ends no reader, harms no neighbour, and is reported once',
  async () => {
    const { damages, unreadable, violations } = await damageRows(SEED, cases(1_000, 10_000));
    process.stdout.write(`seed ${SEED}: ${damages} damages, ${unreadable} made a row unreadable\n`);
    expect(violations.slice(0, 5)).toEqual([]);
    expect(damages).toBeGreaterThanOrEqual(cases(1_000, 10_000));
    expect(unreadable).toBeGreaterThan(damages / 4);
  },
  cases(60_000, 600_000),
);
