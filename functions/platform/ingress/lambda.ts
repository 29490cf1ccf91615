import type { Handler } from 'aws-lambda';
import { setTimeout } from 'node:timers/promises';
import {
  deadLettersPort,
  emergenciesPort,
  openPorts,
  quarantinesPort,
  ratesPortOf,
} from '../../../shared/aws/ports.js';
import { recentEmergency } from '../../../shared/domain/emergency/emergency.js';
import { recentQuarantines } from '../../../shared/domain/quarantine/quarantine.js';
import { RateLimiter } from '../../../shared/domain/rate/rate-limiter.js';
import { takeEvent } from '../../../shared/platform/ingress/take-event.js';
import { TakenEvents } from '../../../shared/platform/ingress/taken-events.js';
import { publisherOf } from '../../../shared/publishing/publisher-of.js';
import type { Topology } from '../../../shared/topology/topology.js';
import { openPublisher, queueFunction } from '../platform-function.js';

/** The function behind the ingress queue: other systems' events become messages. */
export function create(topology: Topology): Handler {
  return queueFunction(topology, 'ingress', ({ names, log }) => {
    const ports = { ...openPublisher(names), ...openPorts(names, deadLettersPort, quarantinesPort, emergenciesPort) };
    const limiter = new RateLimiter();
    const place = { clock: ports.clock, ...ratesPortOf(names) };
    const rates = { ...place, limiter, wait: (ms: number) => setTimeout(ms) };
    const services = {
      ...ports,
      quarantines: recentQuarantines(ports.quarantines, () => ports.clock.now()),
      emergencies: recentEmergency(ports.emergencies, () => ports.clock.now()),
      ...{ ...place, topology, log, limiter, taken: new TakenEvents() },
      publishingAs: (name: string) => ({ ...publisherOf(topology, { kind: 'ingress', name }, ports), rates }),
    };
    return (copy) => takeEvent(copy, services);
  });
}
