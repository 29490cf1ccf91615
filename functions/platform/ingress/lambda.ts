import type { Handler } from 'aws-lambda';
import { deadLettersPort, emergenciesPort, openPorts, quarantinesPort } from '../../../shared/aws/ports.js';
import { recentEmergency } from '../../../shared/domain/emergency/emergency.js';
import { recentQuarantines } from '../../../shared/domain/quarantine/quarantine.js';
import { takeEvent } from '../../../shared/platform/ingress/take-event.js';
import { publisherOf } from '../../../shared/publishing/publisher-of.js';
import type { Topology } from '../../../shared/topology/topology.js';
import { openPublisher, queueFunction } from '../platform-function.js';

/** The function behind the ingress queue: other systems' events become messages. */
export function create(topology: Topology): Handler {
  return queueFunction(topology, 'ingress', ({ names, log }) => {
    const ports = { ...openPublisher(names), ...openPorts(names, deadLettersPort, quarantinesPort, emergenciesPort) };
    const services = {
      ...ports,
      quarantines: recentQuarantines(ports.quarantines, () => ports.clock.now()),
      emergencies: recentEmergency(ports.emergencies, () => ports.clock.now()),
      topology,
      log,
      publishingAs: (name: string) => publisherOf(topology, { kind: 'ingress', name }, ports),
    };
    return (copy) => takeEvent(copy, services);
  });
}
