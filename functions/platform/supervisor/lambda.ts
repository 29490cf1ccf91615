import { setTimeout } from 'node:timers/promises';
import type { Handler } from 'aws-lambda';
import { DynamoCursorStore } from '../../../shared/aws/dynamo/dynamo-cursor-store.js';
import { SfnWorkflowEngine } from '../../../shared/aws/step-functions/sfn-workflow-engine.js';
import { required, requiredJson } from '../../../shared/domain/base/environment.js';
import {
  machineArns,
  NO_WORKFLOWS,
  type DeployedWorkflows,
  type MachineNaming,
} from '../../../shared/platform/workflows/deployed-workflows.js';
import { supervise, SUPERVISE_GRACE_MS } from '../../../shared/platform/supervision/supervise.js';
import type { SuperviseSummary } from '../../../shared/platform/supervision/supervise-bounds.js';
import type { Topology } from '../../../shared/topology/topology.js';
import { platformFunction } from '../platform-function.js';
import { countSweepFailures } from '../sweeper/count-sweep-failures.js';
import { tellServicesOf } from '../tell-services.js';
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
  return platformFunction<SuperviseOrder | undefined, SuperviseSummary>(topology, 'supervisor', (surroundings) => {
    const { clients, clock } = surroundings;
    const services = {
      ...tellServicesOf(surroundings, 'supervisor'),
      clock,
      cursors: new DynamoCursorStore(clients.documents, required('pendingTable')),
      executions: new SfnWorkflowEngine(clients.sfn, machineArns(workflows, requiredJson<MachineNaming>('workflows'))),
      pause: () => setTimeout(PAUSE_MS),
    };
    return async (order, context) => {
      const stopAt = clock.now() + context.getRemainingTimeInMillis() - RESERVE_MS;
      const seconds = order?.graceSeconds;
      const grace = seconds === undefined ? SUPERVISE_GRACE_MS : seconds * 1_000;
      const summary = await supervise(services, { grace, most: MOST, stopAt });
      if (summary.unanswered + summary.stopped > 0)
        countUnansweredSteps(topology.name, summary.unanswered + summary.stopped);
      if (summary.failed > 0) countSweepFailures(topology.name, summary.failed);
      return summary;
    };
  });
}
