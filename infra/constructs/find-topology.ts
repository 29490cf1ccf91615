import type { Topology } from '../../shared/topology/topology.js';
import { LanewayError } from '../../shared/domain/base/errors.js';

/**
 * The topology that a module exports, under whatever name.
 * @throws LanewayError CONFIGURATION when it exports none, or several
 */
export function findTopology(module: Readonly<Record<string, unknown>>): Topology {
  const found = new Set(Object.values(module).filter(isTopology));
  const [topology] = found;
  if (topology && found.size === 1) return topology;
  throw new LanewayError('CONFIGURATION', `the topology module exports ${found.size} topologies`, {
    help: [
      `its exports: ${Object.keys(module).join(', ') || '(none)'}`,
      'export exactly one result of defineTopology from it',
    ],
  });
}

function isTopology(value: unknown): value is Topology {
  return typeof value === 'object' && value !== null && 'model' in value && 'types' in value && 'channels' in value;
}
