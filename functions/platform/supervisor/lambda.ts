import { setTimeout } from 'node:timers/promises';
import type { Handler } from 'aws-lambda';
import { cursorsPort, executionsPort, openExecutionsPort, openPorts } from '../../../shared/aws/ports.js';
import { NO_WORKFLOWS, type DeployedWorkflows } from '../../../shared/platform/workflows/deployed-workflows.js';
import { supervise, SUPERVISE_GRACE_MS } from '../../../shared/platform/supervision/supervise.js';
import type { SuperviseSummary } from '../../../shared/platform/supervision/supervise-bounds.js';
import type { Topology } from '../../../shared/topology/topology.js';
import { openTelling, platformFunction, type EventHandler, type Surroundings } from '../platform-function.js';
import { countSweepFailures } from '../sweeper/count-sweep-failures.js';
import { countUnansweredSteps } from './count-unanswered-steps.js';

/** Executions, and requests, that one run looks at. */
const MOST = 1_000;
/** Between five histories; Step Functions takes 20 a second by default, of which others need some. */
const PAUSE_MS = 500;
/** Time left for the last chunk, milliseconds. */
const RESERVE_MS = 10_000;

/** Input of an invocation by `laneway sweep`; the schedule gives none of it. */
interface SuperviseOrder {
  /** Seconds that a step is given. @defaultValue five minutes */
  readonly graceSeconds?: number;
}

/** The function that runs on a schedule, and as `laneway sweep`; its result is the summary. */
export function create(topology: Topology, workflows: DeployedWorkflows = NO_WORKFLOWS): Handler {
  const compose = (surroundings: Surroundings): EventHandler<SuperviseOrder | undefined, SuperviseSummary> => {
    const services = {
      ...openTelling(surroundings, 'supervisor'),
      ...openPorts(surroundings.names, cursorsPort, executionsPort, openExecutionsPort),
      pause: () => setTimeout(PAUSE_MS),
    };
    return async (order, context) => {
      const stopAt = services.clock.now() + context.getRemainingTimeInMillis() - RESERVE_MS;
      const seconds = order?.graceSeconds;
      const grace = seconds === undefined ? SUPERVISE_GRACE_MS : seconds * 1_000;
      const summary = await supervise(services, { grace, most: MOST, stopAt });
      if (summary.unanswered + summary.stopped > 0)
        countUnansweredSteps(topology.name, summary.unanswered + summary.stopped);
      if (summary.failed > 0) countSweepFailures(topology.name, summary.failed);
      return summary;
    };
  };
  return platformFunction(topology, 'supervisor', compose, workflows);
}
