import type { Deployment } from '../../../../shared/client/deployment.js';
import { partyName, type Quarantine } from '../../../../shared/domain/quarantine/quarantine.js';
import type { TopologyModel } from '../../../../shared/topology/model.js';
import { confinementOf } from '../../quarantine/confined-place.js';
import { fail, ok, warn, type Found } from './check-result.js';

/**
 * A warning while somebody is in quarantine. It is a failure where one of them is not cut off: a deployment may have made a new role or
 * a new mapping since, and a policy may have been attached to another role.
 */
export async function checkQuarantines(
  model: TopologyModel,
  deployment: Deployment,
  present: readonly Quarantine[],
): Promise<Found> {
  if (present.length === 0) return ok('nobody is cut off');
  for (const one of present) {
    const gaps = await confinementOf(one, model, deployment).gaps();
    if (gaps.length > 0)
      return fail(
        `${partyName(one)} is in quarantine, and ${gaps.join('; ')}`,
        `laneway quarantine ${partyName(one)} --why '...'`,
      );
  }
  const told = present.map((one) => `${partyName(one)} since ${one.since}, by ${one.by}: ${one.why}`);
  return warn(told.join('; '), 'laneway quarantine list');
}
