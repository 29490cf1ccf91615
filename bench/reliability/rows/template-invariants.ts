import fc from 'fast-check';
import { arbitraryTopology } from '../../../test/kit/generators/arbitrary-topology.js';
import { applicationOf } from '../../../test/kit/stands/synthesized-application.js';
import { inspectTemplates } from '../../../test/kit/oracles/template-invariants.js';
import type { Row } from '../driver/row.js';

const TOPOLOGIES = 40;
const QUICK_TOPOLOGIES = 1;

/** The templates of random applications, as the infrastructure synthesizes them. */
export const templateInvariants: Row = {
  name: 'template-invariants',
  title:
    'Synthesized random topologies: every queue and rule target has a dead letter queue with an alarm, visibility, encryption, retention (statements about resources)',
  engine: false,
  // CI has the same in test/infra/invariants.test.ts, over several topologies.
  quick: false,
  run: async ({ seed, quick, progress }) => {
    const topologies = fc.sample(arbitraryTopology(4), { seed, numRuns: quick ? QUICK_TOPOLOGIES : TOPOLOGIES });
    let sent = 0;
    const violations: string[] = [];
    for (const [index, topology] of topologies.entries()) {
      const inspection = inspectTemplates(applicationOf(topology));
      sent += inspection.checked;
      violations.push(...inspection.violations);
      if (index % 10 === 9) progress(`${index + 1} topologies, ${sent} statements`);
    }
    const effects = sent - violations.length;
    return Promise.resolve({
      ...{ ok: violations.length === 0, sent, effects, quarantined: 0, lost: violations.length, extra: 0 },
      figure: `${topologies.length} topologies, ${violations.length} violations`,
      problems: violations.slice(0, 5),
    });
  },
};
