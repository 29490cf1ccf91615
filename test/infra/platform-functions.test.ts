import { Code, type CfnFunction } from 'aws-cdk-lib/aws-lambda';
import { deadLetters } from '../../functions/platform/dead-letters/declaration.js';
import { variablesOf, type PlatformFunctionDeclaration } from '../../functions/platform/declaration.js';
import { neededPlatformFunctions, type DeclaredFunction } from '../../functions/platform/declarations.js';
import { ENVIRONMENT } from '../../shared/domain/base/environment.js';
import { wholeSeconds } from '../../shared/domain/base/duration.js';
import { purchases } from '../kit/applications/purchase-topology.js';
import { first } from '../kit/applications/purchases/workflows.js';
import { addPlatformFunction } from '../../infra/stacks/platform-functions.js';
import { applicationOf, resourcesOf, type Resource } from '../kit/stands/synthesized-application.js';

const application = applicationOf(purchases, { workflows: [first], approvalLinks: true });
const resources = resourcesOf(application);
const needed = neededPlatformFunctions({ topology: purchases.model, workflows: 1, links: true });

function functionOf({ description }: PlatformFunctionDeclaration): Resource {
  const [found, ...more] = resources.filter(
    ({ type, properties }) =>
      type === 'AWS::Lambda::Function' && properties['Description'] === `Laneway: ${description}`,
  );
  if (!found || more.length > 0)
    throw new Error(`there are ${more.length + (found ? 1 : 0)} functions '${description}'`);
  return found;
}

describe('each platform function that is needed', () => {
  it.each(needed.map((declared) => [declared.name, declared] as const))(
    '%s is deployed as declared',
    (name, declared) => {
      const { properties } = functionOf(declared);
      const { Variables } = properties['Environment'] as { Variables: Record<string, unknown> };
      const given = Object.keys(Variables).filter((variable) => variable.startsWith('LANEWAY_'));
      expect(given.sort()).toEqual(
        variablesOf(declared)
          .map((key) => ENVIRONMENT[key])
          .sort(),
      );
      expect(properties['Timeout']).toBe(wholeSeconds(declared.timeout ?? '30 seconds'));
      const alarms = resources
        .filter(({ type }) => type === 'AWS::CloudWatch::Alarm')
        .map(({ properties: alarm }) => String(alarm['AlarmDescription']));
      expect(alarms.filter((text) => text.startsWith(`platform-${name}: `))).toHaveLength(1);
      for (const kind of declared.alarms ?? []) expect(alarms.join('\n')).toContain(`docs/how-to/runbook.md#${kind}`);
    },
  );

  it('has the declared triggers', () => {
    const mappings = resources.filter(({ type }) => type === 'AWS::Lambda::EventSourceMapping');
    for (const declared of needed) {
      const { id } = functionOf(declared);
      const own = mappings.filter(({ properties }) => JSON.stringify(properties['FunctionName']).includes(`"${id}"`));
      const batches = declared.triggers.flatMap((trigger) =>
        trigger.kind === 'queue' || trigger.kind === 'stream' ? [trigger.batch] : [],
      );
      expect([declared.name, ...new Set(own.map(({ properties }) => properties['BatchSize']))]).toEqual([
        declared.name,
        ...batches,
      ]);
    }
  });
});

it('an application gives a function of the platform more memory, and the others keep theirs', () => {
  const memory = (platformFunctions: object): object => {
    const { stacks } = applicationOf(purchases, { workflows: [first], platformFunctions });
    const functions = { ...stacks.agents.platform, ...stacks.orchestration?.platform };
    return Object.fromEntries(
      Object.entries(functions).map(([name, { node }]) => [name, (node.defaultChild as CfnFunction).memorySize]),
    );
  };
  const usual = memory({});
  expect(memory({ sweeper: { memorySize: 1_769 }, starter: { memorySize: 512 } })).toEqual({
    ...{ ...usual, sweeper: 1_769, starter: 512 },
  });
});

it('a function records traces by itself where the application says so, and else goes on with those of others', () => {
  const traced = resourcesOf(applicationOf(purchases, { platformFunctions: { sweeper: { tracing: 'active' } } }));
  const modes = traced
    .filter(({ type, properties }) => type === 'AWS::Lambda::Function' && properties['TracingConfig'] !== undefined)
    .map(({ id, properties }) => [id, (properties['TracingConfig'] as { Mode: string }).Mode] as const);
  expect(modes.filter(([, mode]) => mode === 'Active').map(([id]) => id)).toEqual([expect.stringMatching(/^sweeper/i)]);
  expect(modes.filter(([, mode]) => mode === 'PassThrough').length).toBe(modes.length - 1);
  expect(modes.length).toBeGreaterThan(5);
});

it('a workflow records traces by itself unless the application says otherwise', () => {
  const enabled = (options: object): unknown[] =>
    resourcesOf(applicationOf(purchases, { workflows: [first], ...options }))
      .filter(({ type }) => type === 'AWS::StepFunctions::StateMachine')
      .map(({ properties }) => properties['TracingConfiguration']);
  expect(enabled({})).toEqual([{ Enabled: true }]);
  expect(enabled({ workflowTracing: 'pass-through' })).toEqual([{ Enabled: false }]);
});

it('a variable that nothing gives is refused with what there is', () => {
  const { agents } = application.stacks;
  const code = Code.fromInline('exports.handler = async () => undefined;');
  const declaration: DeclaredFunction = { ...deadLetters, environment: ['agentVersion'] };
  expect(() =>
    addPlatformFunction(agents, declaration, new Map([['platform_dead-letters', code]]), {
      ...application.stacks,
      topology: purchases.model,
    }),
  ).toThrow(/'dead-letters' declares the variable 'agentVersion'/);
});
