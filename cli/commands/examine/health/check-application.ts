import { HeadBucketCommand } from '@aws-sdk/client-s3';
import { PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { DescribeStateMachineCommand } from '@aws-sdk/client-sfn';
import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { PLATFORM_FUNCTIONS, type DeclaredFunction } from '../../../../functions/platform/declarations.js';
import { awsClients } from '../../../../shared/aws/base/clients/all-clients.js';
import { awsCode } from '../../../../shared/aws/base/aws-error.js';
import { bookPort, openPorts, publisherPorts, quarantinesPort, registryPort } from '../../../../shared/aws/ports.js';
import { namesFromOutputs } from '../../../../shared/client/deployed-names.js';
import { outputOf, type Deployment } from '../../../../shared/client/deployment.js';
import type { Ports } from '../../../../shared/domain/ports.js';
import { findDeadLetters } from '../../../../shared/operator/dead-letters/dead-letter-groups.js';
import type { TopologyModel } from '../../../../shared/topology/model.js';
import { outputKey } from '../../../../shared/topology/deployed/output-key.js';
import { invokeFunction } from '../../../context/invoke-function.js';
import { readQueues, type QueueState } from '../../messages/read-queues.js';
import { modelOfDeployment } from '../../../context/read-deployed-model.js';
import type { Drain } from '../../../../shared/domain/registry/drain.js';
import { presentQuarantines } from '../../../../shared/operator/quarantine/quarantine.js';
import { checkConsumers } from './check-consumers.js';
import { checkQuarantines } from './check-quarantines.js';
import { fail, runChecks, ok, warn, type CheckResult, type Found } from './check-result.js';

const PROBE = 'laneway-health';

/**
 * Tries every part of a deployed application without a change to its data. It writes an update under a condition that never
 * holds, one object of its own, and an event that no rule takes. It calls the drain with no dead letter, and the sweeper as its
 * schedule does.
 */
export function checkApplication(model: TopologyModel, deployment: Deployment): Promise<readonly CheckResult[]> {
  const ports = openPorts(namesFromOutputs(model, deployment), publisherPorts, bookPort, quarantinesPort);
  const present = presentQuarantines(ports);
  // A check that needs it fails by it; the others go on.
  present.catch(() => undefined);
  const table = (output: string) => () => tryTable(outputOf(deployment, output), output === 'LedgerTable');
  return runChecks({
    model: () => tellModel(deployment),
    'ledger table': table('LedgerTable'),
    'pending table': table('PendingTable'),
    payloads: () => tryPayloads(ports),
    evidence: () => tryBuckets(['ArchiveBucket', 'SealBucket'].map((output) => outputOf(deployment, output))),
    bus: () => tryBus(outputOf(deployment, 'Bus')),
    consumers: async () => checkConsumers(model, deployment, await present, await drainsOf(model, deployment)),
    quarantines: async () => checkQuarantines(model, deployment, await present),
    queues: async () => judgeQueues(model, await readQueues(model, deployment, { ages: false })),
    drain: () => tryDrain(outputOf(deployment, 'PlatformFunctionDeadLetters')),
    sweeper: () => trySweeper(outputOf(deployment, 'SweeperFunction')),
    workflows: () => tryWorkflows(deployment),
    'dead letters': () => countDeadLetters(ports),
  });
}

/** Drains of the agents that run on Lambda; none where what is deployed is of a release without a registry. */
async function drainsOf(model: TopologyModel, deployment: Deployment): Promise<readonly Drain[]> {
  const names = namesFromOutputs(model, deployment);
  if (!names.has('registryTable')) return [];
  const { registry } = openPorts(names, registryPort);
  const agents = Object.values(model.agents).filter(({ runs }) => runs !== 'worker');
  return (await Promise.all(agents.map(({ id }) => registry.drainsOf(id)))).flat();
}

async function tellModel(deployment: Deployment): Promise<Found> {
  const model = await modelOfDeployment(deployment);
  if (model === undefined) return warn('none is stored: it was deployed by an earlier Laneway', 'laneway deploy');
  const version = model.version === undefined ? '' : `, version ${model.version}`;
  return ok(`deployed by Laneway ${model.framework}${version}`);
}

/** Read, and written under a condition that never holds, so that the right to write is tried and nothing is. */
async function tryTable(TableName: string, sorted: boolean): Promise<Found> {
  const Key = { pk: PROBE, ...(sorted ? { sk: PROBE } : {}) };
  const { documents } = awsClients();
  await documents.send(new GetCommand({ TableName, Key }));
  try {
    await documents.send(
      new UpdateCommand({
        ...{ TableName, Key, ConditionExpression: 'attribute_exists(pk)', UpdateExpression: 'SET probed = :now' },
        ExpressionAttributeValues: { ':now': new Date().toISOString() },
      }),
    );
  } catch (error) {
    if (awsCode(error) !== 'ConditionalCheckFailedException') throw error;
    return ok('reads, and takes conditional writes');
  }
  return fail('took a write whose condition does not hold');
}

async function tryPayloads({ payloads }: Pick<Ports, 'payloads'>): Promise<Found> {
  const text = JSON.stringify({ probed: new Date().toISOString() });
  await payloads.put(`${PROBE}.json`, text);
  const read = await payloads.get(`${PROBE}.json`);
  return read === text ? ok('what was written is read') : fail('what was written is not what is read');
}

async function tryBuckets(buckets: readonly string[]): Promise<Found> {
  for (const Bucket of buckets) await awsClients().s3.send(new HeadBucketCommand({ Bucket }));
  return ok('archive and seals are there');
}

async function tryBus(EventBusName: string): Promise<Found> {
  const entry = { EventBusName, Source: PROBE, DetailType: 'Probe', Detail: '{}' };
  const { FailedEntryCount = 0, Entries = [] } = await awsClients().eventBridge.send(
    new PutEventsCommand({ Entries: [entry] }),
  );
  if (FailedEntryCount === 0) return ok('takes events');
  return fail(`refuses events: ${Entries[0]?.ErrorCode ?? ''} ${Entries[0]?.ErrorMessage ?? ''}`.trim());
}

/** Lanes over the depth at which they raise an alarm, and dead letter queues that nobody empties. */
export function judgeQueues(model: TopologyModel, queues: readonly QueueState[]): Found {
  const deep = queues.filter(({ owner, queue, kind, depth }) => kind === 'lane' && depth > mostOf(model, owner, queue));
  const letters = queues.filter(({ kind, depth }) => kind === 'dead-letters' && depth > 0);
  const named = [...deep, ...letters].map(({ owner, queue, depth }) => `${owner} ${queue}: ${depth}`);
  if (named.length > 0) return warn(`too many wait: ${named.join(', ')}`, 'laneway queues');
  const waiting = queues.reduce((sum, { depth }) => sum + depth, 0);
  const inFlight = queues.reduce((sum, queue) => sum + queue.inFlight, 0);
  return ok(`${queues.length} queues, ${waiting} messages wait, ${inFlight} are in flight`);
}

function mostOf({ agents, channels }: TopologyModel, agent: string, lane: string): number {
  const served = (agents[agent]?.subscribes ?? []).flatMap((name) => {
    const qos = channels[name]?.qos;
    return qos?.priorities.some((priority) => priority === lane) === true ? [qos.maxDepth] : [];
  });
  return Math.min(...served);
}

async function tryDrain(name: string): Promise<Found> {
  await invokeFunction(name, { Records: [] });
  return ok('runs');
}

async function trySweeper(name: string): Promise<Found> {
  const summary = await invokeFunction(name, { deep: false });
  const failed: unknown = typeof summary === 'object' && summary !== null ? Reflect.get(summary, 'failed') : undefined;
  if (typeof failed === 'number' && failed > 0)
    return warn(`swept; ${failed} could not be settled yet`, 'laneway sweep');
  return ok('swept');
}

async function tryWorkflows(deployment: Deployment): Promise<Found> {
  const machines = Object.entries(deployment).filter(
    ([key, value]) => key.startsWith('Workflow') && value.includes(':stateMachine:'),
  );
  if (machines.length === 0) return ok('none are deployed');
  const states = await Promise.all(
    machines.map(async ([key, stateMachineArn]) => {
      const { status } = await awsClients().sfn.send(new DescribeStateMachineCommand({ stateMachineArn }));
      return { key, status };
    }),
  );
  const ended = states.filter(({ status }) => status !== undefined && status !== 'ACTIVE');
  if (ended.length > 0) return fail(ended.map(({ key, status }) => `${key} is ${status}`).join(', '), 'laneway deploy');
  const supervised = PLATFORM_FUNCTIONS.some(
    (declared: DeclaredFunction) =>
      declared.executions === 'supervises' && deployment[outputKey('PlatformFunction', declared.name)] !== undefined,
  );
  if (!supervised) return warn('nobody supervises them');
  return ok(`${machines.length} ready`);
}

async function countDeadLetters({ book }: Pick<Ports, 'book'>): Promise<Found> {
  const letters = await findDeadLetters(book, { state: 'open' });
  return letters.length === 0 ? ok('none are open') : warn(`${letters.length} are open`, 'laneway dlq groups');
}
