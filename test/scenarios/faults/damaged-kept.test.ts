import { cases } from '../../kit/generators/cases.js';
import { damageKept } from '../../kit/damage/damaged-kept.js';

/** Another one with LANEWAY_SEED. */
const SEED = Number(process.env['LANEWAY_SEED'] ?? 20_261_130);

test(
  'a damaged reply that was put off, compensation, head of a chain or seal ends no reader, harms no neighbour, and is noted once',
  async () => {
    const { damages, unreadable, violations } = await damageKept(SEED, cases(1_000, 10_000));
    process.stdout.write(`seed ${SEED}: ${damages} damages, ${unreadable} made something unreadable\n`);
    expect(violations.slice(0, 5)).toEqual([]);
    expect(damages).toBe(cases(1_000, 10_000));
    expect(unreadable).toBeGreaterThan(damages / 8);
  },
  cases(60_000, 600_000),
);
