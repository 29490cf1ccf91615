import { checkWorkflows, PLANS_EACH } from '../../../test/kit/generators/arbitrary-workflow-check.js';
import type { Row } from '../driver/row.js';

const DEFINITIONS = 1_000;
const QUICK_DEFINITIONS = 60;

/** Generated workflow definitions under generated faults. A step that was told goes on, and the state after it notes that. */
export const workflows: Row = {
  name: 'workflows',
  title:
    'Generated workflow definitions of every construct, each under three plans of lost, late and duplicated messages, dead agents, dying functions, store errors, lost timers, repeated tokens, outages of a port from seconds to two days: each execution ends by its deadline and by the platform, and whoever waits in it is told once (effects) unless it has ended before (quarantined)',
  engine: false,
  quick: true,
  run: async ({ seed, quick, progress, witness }) => {
    const definitions = quick ? QUICK_DEFINITIONS : DEFINITIONS;
    const note = (key: string): void => witness.note(key);
    const found = await checkWorkflows({ seed, definitions, shrink: !quick, isLong: true, note, progress });
    const { waits, toldTwice, inVain, failure, constructs, troubles, ends } = found;
    const counts = [...witness.counts()];
    const effects = counts.length;
    const extra = toldTwice + counts.reduce((sum, [, times]) => sum + times - 1, 0);
    const lost = Math.max(waits - effects - inVain, failure === '' ? 0 : 1);
    progress(`constructs: ${listed(constructs)}`);
    progress(`runs with: ${listed(troubles)}`);
    return {
      ...{ ok: failure === '' && lost === 0 && extra === 0, sent: waits, effects, quarantined: inVain, lost, extra },
      figure: [
        `${found.definitions} definitions x ${PLANS_EACH}, ${found.struck} faults struck`,
        `${constructs.size} constructs, each ${least(constructs)} times or more`,
        `executions: ${listed(ends)} (States.Timeout: ${found.atDeadline} at a deadline that is shorter than their steps or an outage, by a backstop ${found.backstops})`,
        `undone ${found.undone} steps, ${found.notUndone} named as not undone`,
        `without an outage of more than five minutes a request ended at most ${Math.ceil(found.lateness)} s after its deadline`,
      ].join('; '),
      problems: failure === '' ? [] : [failure],
    };
  },
};

function listed(counts: ReadonlyMap<string, number>): string {
  return [...counts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, count]) => `${count} ${name}`)
    .join(', ');
}

function least(counts: ReadonlyMap<string, number>): number {
  return Math.min(...counts.values());
}
