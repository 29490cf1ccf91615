import type { HarnessWorld } from '../../../shared/testing/harness/harness-world.js';
import { portsOf } from '../../../shared/testing/harness/process-ports.js';
import { sweepDeep } from '../../../shared/platform/supervision/sweep-deep.js';
import { publisherOf } from '../../../shared/publishing/publisher-of.js';
import type { Topology } from '../../../shared/topology/topology.js';
import { ledgerArchive } from '../../../test/kit/stands/ledger-archive.js';

/** The daily deep sweep of a world in memory, to its end. The ledger as it stands serves as its archive. */
export async function sweepWorldDeep(topology: Topology, world: HarnessWorld): Promise<void> {
  const { ledger, starts } = world;
  const ports = portsOf(world.process('sweeper'), world.ports);
  const quiet = (): void => undefined;
  await sweepDeep(
    {
      ...ports,
      ...{ topology, starts, senders: ports, archive: ledgerArchive(ledger), conversations: ledger, count: quiet },
      publishing: publisherOf(topology, { kind: 'platform', name: 'sweeper' }, ports),
      log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
    },
    Infinity,
  );
}
