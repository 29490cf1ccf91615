import { executionsPort, openPorts } from '../../shared/aws/ports.js';
import { namesFromOutputs } from '../../shared/client/deployed-names.js';
import { findDeployment } from '../../shared/client/deployment.js';
import { LanewayError } from '../../shared/domain/base/errors.js';
import { WORKFLOW_START_OUTPUT } from '../../shared/topology/deployed/output-key.js';
import type { Topology } from '../../shared/topology/topology.js';
import { openDeployed, type DeployedApplication } from './open-deployed.js';

/** A deployed application with its workflows. */
export interface DeployedWorkflowApplication extends DeployedApplication {
  /** Workflow name -> name of the type that starts it. */
  readonly starts: Readonly<Record<string, string>>;
}

/**
 * Looks up the workflows of a deployed application, and opens it with them. Reading their names takes
 * `states:DescribeStateMachine` on its machines.
 * @throws LanewayError NOT_FOUND when it is not deployed where the environment points, or has no workflows
 */
export async function openWithWorkflows(topology: Topology): Promise<DeployedWorkflowApplication> {
  const deployment = await findDeployment(topology.name);
  const found = Object.entries(deployment).flatMap(([key, type]) => {
    const arn = key.startsWith(WORKFLOW_START_OUTPUT)
      ? deployment[`Workflow${key.slice(WORKFLOW_START_OUTPUT.length)}`]
      : undefined;
    return arn === undefined ? [] : [{ key, arn, type }];
  });
  if (found.length === 0) {
    throw new LanewayError('NOT_FOUND', `'${topology.name}' is deployed without workflows`, {
      help: ['deploy the current version: laneway deploy'],
    });
  }
  // The machine's own comment has the name as it was given; an output's key has it in capitals.
  const byKey = Object.fromEntries(found.map(({ key, arn }) => [key, arn]));
  const { executions } = openPorts(namesFromOutputs(topology.model, deployment, { machines: byKey }), executionsPort);
  const named = await Promise.all(
    found.map(async ({ key, arn, type }) => {
      const definition = await executions.definition(key);
      return { name: workflowNameOf(definition) ?? key, arn, type };
    }),
  );
  const machines = Object.fromEntries(named.map(({ name, arn }) => [name, arn]));
  const starts = Object.fromEntries(named.map(({ name, type }) => [name, type]));
  return Object.assign(await openDeployed(topology, machines), { starts });
}

/** The name in the comment of a compiled definition; see `defineWorkflow`. */
export function workflowNameOf(definition: unknown): string | undefined {
  if (typeof definition !== 'object' || definition === null || !('Comment' in definition)) return undefined;
  return /^Laneway workflow ([a-z][a-z0-9-]*) of /.exec(String(definition.Comment))?.[1];
}
