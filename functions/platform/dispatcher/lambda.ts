import type { Handler } from 'aws-lambda';
import type { Topology } from '../../../shared/topology/topology.js';
import { linksOf } from '../approval-links.js';
import { openTelling, platformFunction } from '../platform-function.js';
import { dispatchStep, type Dispatched } from '../../../shared/platform/workflows/dispatch-step.js';

/** The function that state machines invoke for every step that sends a message. */
export function create(topology: Topology): Handler {
  return platformFunction<unknown, Dispatched>(topology, 'dispatcher', (surroundings) => {
    const services = { ...openTelling(surroundings, 'dispatcher'), approvalLinks: linksOf(surroundings) };
    return (input) => dispatchStep(input, services);
  });
}
