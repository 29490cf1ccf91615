import type { Handler } from 'aws-lambda';
import { bookPort, deadLettersPort, deliveriesPort, openPorts, registryPort } from '../../../shared/aws/ports.js';
import type { Topology } from '../../../shared/topology/topology.js';
import { linksOf } from '../approval-links.js';
import { countRung } from '../count-rung.js';
import { openTelling, queueFunction } from '../platform-function.js';
import { takeTimer } from '../../../shared/platform/requests/fire-timer.js';

/** The function behind the queue of timers: escalates or ends requests whose time is over. */
export function create(topology: Topology): Handler {
  return queueFunction(topology, 'deadlines', (surroundings) => {
    const services = {
      ...openTelling(surroundings, 'deadlines'),
      ...openPorts(surroundings.names, bookPort, deadLettersPort, deliveriesPort, registryPort),
      countRung: (rung: string) => countRung(topology.name, rung),
      approvalLinks: linksOf(surroundings),
    };
    return (copy) => takeTimer(copy, services);
  });
}
