import {
  GetFunctionConfigurationCommand,
  LambdaClient,
  paginateListEventSourceMappings,
  type EventSourceMappingConfiguration,
} from '@aws-sdk/client-lambda';
import { functionsBehind } from '../../../../functions/platform/declarations.js';
import type { Deployment } from '../../../../shared/client/deployment.js';
import type { Drain } from '../../../../shared/domain/registry/drain.js';
import { heldBy, type Quarantine } from '../../../../shared/domain/quarantine/quarantine.js';
import type { TopologyModel } from '../../../../shared/topology/model.js';
import { outputKey } from '../../../../shared/topology/deployed/output-key.js';
import { knownQueues } from '../../messages/read-queues.js';
import { fail, ok, type Found } from './check-result.js';

/** A mapping of a queue or stream to a function, as far as it is looked at. */
export type Mapping = Pick<EventSourceMappingConfiguration, 'EventSourceArn' | 'FunctionArn' | 'State'>;

/** Functions are ready, and every queue that a function empties has a mapping that is enabled. */
export async function checkConsumers(
  model: TopologyModel,
  deployment: Deployment,
  quarantines: readonly Quarantine[] = [],
  drains: readonly Drain[] = [],
): Promise<Found> {
  const client = new LambdaClient({});
  try {
    const mappings: Mapping[] = [];
    for await (const page of paginateListEventSourceMappings({ client }, {}))
      mappings.push(...(page.EventSourceMappings ?? []));
    const faults = consumerFaults(model, deployment, mappings, { quarantines, drains });
    const functions = functionsOf(deployment);
    for (const FunctionName of functions) {
      const { State, LastUpdateStatus } = await client.send(new GetFunctionConfigurationCommand({ FunctionName }));
      if (State === 'Failed' || LastUpdateStatus === 'Failed') faults.push(`function ${FunctionName} failed to update`);
    }
    if (faults.length > 0) return fail(faults.join('; '), 'laneway deploy');
    return ok(`${functions.length} functions are ready, and every queue has its consumer`);
  } finally {
    client.destroy();
  }
}

/** Agents that are to take nothing. */
export interface HeldAgents {
  readonly quarantines?: readonly Quarantine[];
  readonly drains?: readonly Drain[];
}

/** Queues without an enabled mapping, but for lanes of agents that are drained or in quarantine, and mappings of the application's functions that are not enabled. */
export function consumerFaults(
  model: TopologyModel,
  deployment: Deployment,
  mappings: readonly Mapping[],
  { quarantines = [], drains = [] }: HeldAgents = {},
): string[] {
  const held = heldBy(quarantines, 0);
  const drained = new Set(drains.flatMap(({ agent, instance }) => (instance === undefined ? [agent] : [])));
  const own = new Set(functionsOf(deployment));
  const ours = mappings.filter(({ FunctionArn = '' }) => own.has(nameIn(FunctionArn)));
  const faults = knownQueues(model, deployment).flatMap(({ owner, queue, kind, url }) => {
    if (!emptiedByFunction(model, deployment, owner, queue, kind)) return [];
    // Nothing is to empty it; the check of quarantines sees to that.
    if (kind === 'lane' && (held.agent(owner) || drained.has(owner))) return [];
    const states = ours
      .filter(({ EventSourceArn = '' }) => EventSourceArn.split(':').at(-1) === url.split('/').at(-1))
      .map(({ State = 'Enabled' }) => State);
    if (states.includes('Enabled')) return [];
    return [`nothing empties ${owner} ${queue}: its mapping is ${states[0] ?? 'not there'}`];
  });
  for (const reader of deployedBehind(deployment, ({ kind }) => kind === 'stream')) {
    const streams = ours.filter(({ FunctionArn = '' }) => nameIn(FunctionArn) === reader);
    if (!streams.some(({ State = 'Enabled' }) => State === 'Enabled'))
      faults.push(`nothing reads the ledger's stream: its mapping is ${streams[0]?.State ?? 'not there'}`);
  }
  return faults;
}

/** Lanes of workers are emptied by processes, which no mapping tells of; timers run only where there are requests. */
function emptiedByFunction(model: TopologyModel, deployment: Deployment, owner: string, queue: string, kind: string) {
  if (kind === 'lane') return model.agents[owner]?.runs !== 'worker';
  if (queue !== 'timers') return true;
  return deployedBehind(deployment, (trigger) => trigger.kind === 'queue' && trigger.queue === queue).length > 0;
}

/** Deployed functions of the platform that a trigger of some kind invokes. */
function deployedBehind(deployment: Deployment, is: Parameters<typeof functionsBehind>[0]): string[] {
  return functionsBehind(is).flatMap(({ name }) => deployment[outputKey('PlatformFunction', name)] ?? []);
}

function functionsOf(deployment: Deployment): string[] {
  const names = Object.entries(deployment).flatMap(([key, name]) => (/^(Platform)?Function/.test(key) ? [name] : []));
  return [...new Set(names)].sort();
}

/** Name of a function in its ARN, with or without a version. */
function nameIn(arn: string): string {
  return arn.split(':')[6] ?? arn;
}
