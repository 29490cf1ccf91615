import {
  CloudFormationClient,
  DescribeStacksCommand,
  GetTemplateCommand,
  paginateListExports,
  paginateListStackResources,
} from '@aws-sdk/client-cloudformation';
import { bridgeSteps } from './bridge-steps.js';
import { engineClientConfig, type EngineClientConfig } from '../client-config.js';
import { leftOutCondition, type Bridged, type EngineGaps } from '../engine-gaps.js';
import { localAccount, localRegion, type EngineTarget } from '../engine.js';
import { localstackGaps } from '../localstack-gaps.js';
import { ministackGaps } from '../ministack-gaps.js';
import { resolveValue, type StackFacts } from './template-values.js';

interface TemplateResource {
  readonly Type: string;
  readonly Condition?: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
}

const gapsOf = (target: EngineTarget): EngineGaps => {
  if (target.kind === 'ministack') return ministackGaps;
  return target.kind === 'localstack' ? localstackGaps : { leftOut: [], bridged: [], lacks: {} };
};

/**
 * Sets by API the properties that the engine drops from templates it accepted. It reports each, and the resources that the
 * templates leave out. It reads all from the deployed templates, so that it works for any application. On AWS, and on an
 * engine without gaps, it does nothing. Safe to repeat.
 */
export async function bridgeAfterDeploy(
  target: EngineTarget,
  stackNames: readonly string[],
  progress: (line: string) => void = () => undefined,
): Promise<void> {
  if (target.kind === 'aws') return;
  const gaps = gapsOf(target);
  if (gaps.bridged.length + gaps.leftOut.length === 0) return;
  const config = engineClientConfig(target);
  const client = new CloudFormationClient(config);
  try {
    const exports = new Map<string, string>();
    for await (const page of paginateListExports({ client }, {})) {
      for (const { Name, Value } of page.Exports ?? [])
        if (Name !== undefined && Value !== undefined) exports.set(Name, Value);
    }
    await Promise.all(
      stackNames.map((name) => bridgeStack(name, target.kind, gaps, client, config, exports, progress)),
    );
  } finally {
    client.destroy();
  }
}

async function bridgeStack(
  stackName: string,
  engine: string,
  gaps: EngineGaps,
  client: CloudFormationClient,
  config: EngineClientConfig,
  exports: ReadonlyMap<string, string>,
  progress: (line: string) => void,
): Promise<void> {
  const [template, facts] = await Promise.all([readTemplate(client, stackName), readFacts(client, stackName, exports)]);
  const leftOut: string[] = [];
  for (const [logicalId, resource] of Object.entries(template)) {
    const wasLeftOut = resource.Condition === leftOutCondition;
    const physicalId = facts.resources.get(logicalId)?.physicalId;
    const gap = gaps.bridged.find((one) => isAbout(one, resource));
    if (wasLeftOut && gap === undefined) leftOut.push(resource.Type);
    if (gap === undefined || (physicalId === undefined && !wasLeftOut)) continue;
    for (const { step } of gaps.bridged.filter((one) => isAbout(one, resource))) {
      const properties = Object.fromEntries(
        Object.entries(resource.Properties ?? {}).flatMap(([key, value]) =>
          isNeeded(key, gaps.bridged, resource) ? [[key, resolveValue(value, facts)]] : [],
        ),
      );
      const named = { stackName, logicalId, physicalId: physicalId ?? logicalId, properties };
      const done = await bridgeSteps[step](named, config);
      if (done !== undefined) progress(`${engine}: ${stackName}.${logicalId}: set by API: ${done}`);
    }
  }
  if (leftOut.length > 0) progress(`${engine}: ${stackName}: left out, as the engine refuses it: ${counted(leftOut)}`);
}

const isAbout = (gap: Bridged, resource: TemplateResource) =>
  gap.types.includes(resource.Type) && resource.Properties?.[gap.property] !== undefined;

/** Of a resource that exists, only the bridged properties are resolved; of one that was left out, all. */
const isNeeded = (key: string, gaps: readonly Bridged[], resource: TemplateResource) =>
  resource.Condition === leftOutCondition ||
  gaps.some(({ types, property }) => property === key && types.includes(resource.Type));

function counted(types: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const type of types) counts.set(type, (counts.get(type) ?? 0) + 1);
  return [...counts].map(([type, count]) => (count === 1 ? type : `${count} ${type}`)).join(', ');
}

async function readTemplate(client: CloudFormationClient, stackName: string) {
  const { TemplateBody = '{}' } = await client.send(new GetTemplateCommand({ StackName: stackName }));
  const parsed = JSON.parse(TemplateBody) as { Resources?: Record<string, TemplateResource> };
  return parsed.Resources ?? {};
}

async function readFacts(client: CloudFormationClient, stackName: string, exports: ReadonlyMap<string, string>) {
  const resources = new Map<string, { type: string; physicalId: string }>();
  for await (const page of paginateListStackResources({ client }, { StackName: stackName })) {
    for (const { LogicalResourceId, PhysicalResourceId, ResourceType } of page.StackResourceSummaries ?? []) {
      if (LogicalResourceId === undefined || PhysicalResourceId === undefined) continue;
      resources.set(LogicalResourceId, { type: ResourceType ?? '', physicalId: PhysicalResourceId });
    }
  }
  const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName: stackName }));
  const parameters = new Map((Stacks[0]?.Parameters ?? []).map((p) => [p.ParameterKey ?? '', p.ParameterValue ?? '']));
  return { account: localAccount, region: localRegion, resources, exports, parameters } satisfies StackFacts;
}
