import { redriveDeadLetter } from '../../shared/operator/dead-letters/redrive-dead-letter.js';
import { bank, bankWorld, busShaped, RatesChanged } from '../../test/kit/attacks/bank-world.js';
import type { RunAttack } from './attack.js';
import { HARNESS_ATTACKS } from './runs/harness-attacks.js';

const REDRIVE: RunAttack = {
  ...{ name: 'redrive-in-anothers-name', severity: 'critical', decidedBy: 'harness' },
  title: 'has an operator redrive a message that it invented in the name of another',
  run: async () => {
    const stand = bankWorld();
    const { letters, harness, heard, world } = stand;
    stand.bury('clerk', stand.letter('clerk', busShaped(stand.envelope(RatesChanged, 'head'))));
    await harness.advance('10 seconds');
    const [forged] = await letters();
    if (!forged) throw new Error('no dead letter');
    const services = { ...world.ports, topology: bank, pause: () => Promise.resolve() };
    await redriveDeadLetter(forged, { by: 'ada', why: 'it looks right' }, {}, services);
    await harness.advance('10 seconds');
    const harm = heard.some((line) => line.includes('1000000'));
    const who = { role: 'bank agent', kind: 'agent' } as const;
    return [
      harm
        ? { ...who, possible: ['it was handled in the name of the other'] }
        : { ...who, refusedBy: "the other's own rows of the ledger, in which no such message stands" },
    ];
  },
};

/** Attacks with what a role may write, which the platform's code decides. */
export const RUN_ATTACKS: readonly RunAttack[] = [REDRIVE, ...HARNESS_ATTACKS];
