import { readRecordings, type RecordedExecution } from 'laneway/testing';
import type { HarnessWorld } from '../../../shared/testing/harness/harness-world.js';
import { recordExecution } from '../../../shared/testing/recordings/record-execution.js';
import type { Topology } from '../../../shared/topology/topology.js';

/** Every execution of a world, oldest first, through the lines of an export. */
export async function recordAll(world: HarnessWorld, topology: Topology): Promise<RecordedExecution[]> {
  const { executions, ports, starts } = world;
  const lines: string[] = [];
  for (const name of executions.names) {
    for (const workflow of Object.keys(starts)) {
      if ((await executions.find(workflow, name)) === undefined) continue;
      const services = { topology, executions, pending: ports.pending, sagas: ports.sagas, payloads: world.payloads };
      const recorded = await recordExecution(workflow, name, services);
      if (recorded) lines.push(JSON.stringify(recorded));
    }
  }
  return readRecordings(lines.join('\n'));
}
