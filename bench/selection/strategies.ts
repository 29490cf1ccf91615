import type { AgentChoices } from '../../shared/domain/selection/agent-chooser.js';
import { AgentChooser } from '../../shared/domain/selection/agent-chooser.js';
import { rendezvous } from '../../shared/domain/selection/rendezvous.js';
import { DEFAULT_WEIGHTS, type OpenChoice, type SelectionModel } from '../../shared/domain/selection/selection.js';
import type { MemoryStandings } from '../../shared/testing/memory/standings/memory-standings.js';
import type { Clock } from '../../shared/domain/base/clock.js';

/** A way to choose, as one publisher has it. */
export interface Strategy {
  readonly name: string;
  readonly selection: SelectionModel;
  readonly chooser: (standings: MemoryStandings, clock: Clock) => AgentChoices;
}

/** Draws anybody, for comparison: no channel does. */
const drawing: AgentChoices = {
  choose: ({ by, candidates }: OpenChoice, id: string) => {
    const order = candidates
      .map(({ agent }) => agent)
      .sort((one, other) => rendezvous(`drawn ${id}`, other) - rendezvous(`drawn ${id}`, one));
    const [agent = '', ...others] = order;
    return Promise.resolve({ agent, choice: { by, runnersUp: others.map((one) => ({ agent: one })) } });
  },
};

const product = (selection: SelectionModel): Strategy => ({
  name: selection.by,
  selection,
  chooser: (standings, clock) => new AgentChooser(standings, clock),
});

/** The strategies of channels, and chance. */
export const STRATEGIES: readonly Strategy[] = [
  product({ by: 'first' }),
  product({ by: 'round-robin' }),
  { name: 'random', selection: { by: 'first' }, chooser: () => drawing },
  product({ by: 'least-loaded', onNobody: 'wait' }),
  product({ by: 'score', weights: DEFAULT_WEIGHTS, onNobody: 'wait' }),
];
