import type { Handler } from 'aws-lambda';
import { DynamoPendingStore } from '../../../shared/aws/dynamo-pending-store.js';
import { required } from '../../../shared/domain/environment.js';
import type { Topology } from '../../../shared/topology/topology.js';
import { platformFunction, publishingOf } from '../platform-function.js';
import { tellServicesOf } from '../tell-services.js';
import { dispatchStep, type Dispatched } from '../../../shared/platform/dispatch-step.js';

/** The function that state machines invoke for every step that sends a message. */
export function create(topology: Topology): Handler {
  return platformFunction<unknown, Dispatched>(topology, 'dispatcher', (surroundings) => {
    const services = {
      ...tellServicesOf(surroundings),
      pending: new DynamoPendingStore(surroundings.clients.documents, required('pendingTable')),
      publishing: publishingOf(surroundings, 'platform', 'dispatcher'),
    };
    return (input) => dispatchStep(input, services);
  });
}
