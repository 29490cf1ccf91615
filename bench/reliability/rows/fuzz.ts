import { runFuzz } from '../../../test/kit/stands/fuzz-inputs.js';
import type { Row } from '../driver/row.js';

const INPUTS = 10_000;
const QUICK_INPUTS = 1_500;

/** Good messages run among the inputs: one that is lost, or handled twice, is a violation too. */
export const fuzz: Row = {
  name: 'fuzz',
  title: `Fuzzed inputs and a corpus of bad ones into the receive path: a dead letter with a reason, or an outcome, for each (effects: with an outcome)`,
  engine: false,
  quick: true,
  run: async ({ seed, quick }) => {
    const { inputs, deadLetters, acknowledged, returned, violations } = await runFuzz(
      seed,
      quick ? QUICK_INPUTS : INPUTS,
    );
    const lost = inputs - deadLetters - acknowledged;
    return {
      ...{ ok: lost === 0 && violations.length === 0, sent: inputs, effects: acknowledged, quarantined: deadLetters },
      ...{ lost, extra: 0, problems: violations.slice(0, 5) },
      figure: `${violations.length} violations, ${returned} still going back at the third reception`,
    };
  },
};
