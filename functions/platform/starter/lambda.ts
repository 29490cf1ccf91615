import { setTimeout } from 'node:timers/promises';
import type { Context, Handler } from 'aws-lambda';
import {
  deadLettersPort,
  deliveriesPort,
  openExecutionsPort,
  openPorts,
  pausesPort,
  starterPort,
} from '../../../shared/aws/ports.js';
import { SeenPauses } from '../../../shared/agent/pause/seen-pauses.js';
import { requiredJson } from '../../../shared/domain/base/environment.js';
import type { QueuedCopy } from '../../../shared/platform/ingress/queued-copy.js';
import { NO_WORKFLOWS, type DeployedWorkflows } from '../../../shared/platform/workflows/deployed-workflows.js';
import { StartPace, type StartRate } from '../../../shared/platform/workflows/start-pace.js';
import { startWorkflows } from '../../../shared/platform/workflows/start-workflow.js';
import { publisherOf } from '../../../shared/publishing/publisher-of.js';
import type { Topology } from '../../../shared/topology/topology.js';
import { openPublisher, queueFunction, type Surroundings } from '../platform-function.js';

/** Time that a start needs from its turn to its outcome, milliseconds. */
const START_MS = 10_000;

/** The function behind the queue `starts`: starts the workflows that a message starts. */
export function create(topology: Topology, workflows: DeployedWorkflows = NO_WORKFLOWS): Handler {
  const compose = ({ names, log }: Surroundings) => {
    const ports = {
      ...openPublisher(names),
      ...openPorts(names, deliveriesPort, deadLettersPort, starterPort, openExecutionsPort, pausesPort),
    };
    const publishing = publisherOf(topology, { kind: 'platform', name: 'starter' }, ports);
    const seen = new SeenPauses();
    const services = { ...ports, topology, seen, log, publishing, starts: workflows.starts, random: Math.random };
    const turns = new StartPace(requiredJson<StartRate>('startRate', process.env), ports.clock);
    return (copy: QueuedCopy, context: Context) => {
      const until = ports.clock.now() + context.getRemainingTimeInMillis();
      const pace = async (): Promise<void> => {
        const wait = turns.take(until - START_MS);
        if (wait > 0) await setTimeout(wait);
      };
      return startWorkflows(copy, until, { ...services, pace });
    };
  };
  return queueFunction(topology, 'starter', compose, workflows);
}
