import { awsClients } from '../../shared/aws/base/clients.js';
import { DynamoLedgerReader } from '../../shared/aws/dynamo/dynamo-ledger-reader.js';
import { DynamoPendingStore } from '../../shared/aws/dynamo/dynamo-pending-store.js';
import { DynamoSagaStore } from '../../shared/aws/dynamo/dynamo-saga-store.js';
import { S3PayloadStore } from '../../shared/aws/s3/s3-payload-store.js';
import { SfnWorkflowEngine } from '../../shared/aws/step-functions/sfn-workflow-engine.js';
import { findDeployment, outputOf } from '../../shared/client/deployment.js';
import { LanewayError } from '../../shared/domain/base/errors.js';
import type { WorkflowServices } from '../../shared/operator/workflows/workflow-services.js';
import { WORKFLOW_START_OUTPUT } from '../../shared/topology/deployed/output-key.js';
import type { Topology } from '../../shared/topology/topology.js';
import { openAnswers } from './open-answers.js';

/**
 * Services that operate workflows of a deployed application. They act with the rights of whoever calls: those of
 * `openAnswers`, reading the ledger and payloads, and `states:ListExecutions`, `DescribeExecution`, `GetExecutionHistory`,
 * `DescribeStateMachine`, `DescribeStateMachineForExecution`, `StopExecution` on the application's machines.
 * @throws LanewayError NOT_FOUND when it is not deployed where the environment points, or has no workflows
 */
export async function openWorkflows(topology: Topology): Promise<WorkflowServices> {
  const deployment = await findDeployment(topology.name);
  const { documents, s3, sfn } = awsClients();
  const pendingTable = outputOf(deployment, 'PendingTable');
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
  const engineOf = (machines: Readonly<Record<string, string>>) => new SfnWorkflowEngine(sfn, machines);
  // The machine's own comment has the name as it was given; an output's key has it in capitals.
  const named = await Promise.all(
    found.map(async ({ key, arn, type }) => {
      const definition = await engineOf({ [key]: arn }).definition(key);
      return { name: workflowNameOf(definition) ?? key, arn, type };
    }),
  );
  const payloads = new S3PayloadStore(s3, outputOf(deployment, 'PayloadBucket'));
  return {
    ...(await openAnswers(topology)),
    starts: Object.fromEntries(named.map(({ name, type }) => [name, type])),
    executions: engineOf(Object.fromEntries(named.map(({ name, arn }) => [name, arn]))),
    pending: new DynamoPendingStore(documents, pendingTable),
    sagas: new DynamoSagaStore(documents, pendingTable),
    ledger: new DynamoLedgerReader(documents, outputOf(deployment, 'LedgerTable'), payloads),
  };
}

/** The name in the comment of a compiled definition; see `defineWorkflow`. */
export function workflowNameOf(definition: unknown): string | undefined {
  if (typeof definition !== 'object' || definition === null || !('Comment' in definition)) return undefined;
  return /^Laneway workflow ([a-z][a-z0-9-]*) of /.exec(String(definition.Comment))?.[1];
}
