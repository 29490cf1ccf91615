import type { Handler } from 'aws-lambda';
import { agentFunctionsPort, openPorts, registryPort, requestPorts } from '../../../shared/aws/ports.js';
import { watchAgents, type WatchSummary } from '../../../shared/platform/registry/watch-agents.js';
import { publisherOf } from '../../../shared/publishing/publisher-of.js';
import type { Topology } from '../../../shared/topology/topology.js';
import { openPublisher, platformFunction } from '../platform-function.js';
import { countSweepFailures } from '../sweeper/count-sweep-failures.js';

/** Time left for the last agent, milliseconds. */
const RESERVE_MS = 10_000;

/** The function that looks at all agents, on a schedule and after an operator's command; its result is the summary. */
export function create(topology: Topology): Handler {
  return platformFunction<unknown, WatchSummary>(topology, 'registry', ({ names, log }) => {
    const ports = { ...openPublisher(names), ...openPorts(names, requestPorts, registryPort, agentFunctionsPort) };
    const publishing = publisherOf(topology, { kind: 'platform', name: 'registry' }, ports);
    const told = new Map<string, number>();
    return async (_event, context) => {
      const stopAt = ports.clock.now() + context.getRemainingTimeInMillis() - RESERVE_MS;
      const summary = await watchAgents({ ...ports, topology, publishing, log, told }, stopAt);
      if (summary.failed > 0) countSweepFailures(topology.name, summary.failed);
      return summary;
    };
  });
}
