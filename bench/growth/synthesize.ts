import type { CloudAssembly } from 'aws-cdk-lib/cx-api';
import { wideTopology } from '../../test/kit/applications/wide-topology.js';
import { applicationOf, folderOfAgents, unbundledApp } from '../../test/kit/stands/synthesized-application.js';

/** Types of the largest application; a smaller one has as many for each agent, at least. */
const TYPES = 400;
const MOST_AGENTS = 120;

/** Defines a topology of so many agents and writes the templates of its stacks. */
export function synthesize(agents: number): CloudAssembly {
  const types = Math.max(agents, Math.round((TYPES * agents) / MOST_AGENTS));
  const topology = wideTopology({ agents, types });
  const entries = Object.values(topology.model.agents).map(({ id, runs }) => (runs === 'worker' ? `${id}/worker` : id));
  const app = unbundledApp();
  applicationOf(topology, { agents: folderOfAgents(...entries) }, app);
  return app.synth();
}
