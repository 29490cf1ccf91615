import type { Handler } from 'aws-lambda';
import { openPorts, sealPorts, sealSignerPort } from '../../../shared/aws/ports.js';
import { sealHeads, type SealSummary } from '../../../shared/platform/evidence/seal-heads.js';
import type { Topology } from '../../../shared/topology/topology.js';
import { platformFunction } from '../platform-function.js';

/** The function that seals the heads of the ledger's chains, on a schedule and before an export; its result is the summary. */
export function create(topology: Topology): Handler {
  return platformFunction<unknown, SealSummary>(topology, 'ledger-seal', ({ names }) => {
    const sealSigner = names.has('sealKey') ? openPorts(names, sealSignerPort).sealSigner : undefined;
    const services = { ...openPorts(names, sealPorts), application: topology.name, sealSigner };
    return () => sealHeads(services);
  });
}
