import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Code, Function, Runtime, type IFunction } from 'aws-cdk-lib/aws-lambda';
import { Template } from 'aws-cdk-lib/assertions';
import { LanewayApplication, type LanewayApplicationProps } from 'laneway/cdk';
import type { Topology } from 'laneway/topology';

/** A resource of a template. */
export interface Resource {
  readonly id: string;
  readonly stack: string;
  readonly type: string;
  readonly properties: Readonly<Record<string, unknown>>;
}

/** A statement of an IAM policy in a template. */
export interface Statement {
  readonly Effect: string;
  readonly Action: string | string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
}

/** An app that builds no bundles: its templates are looked at, never deployed. */
export function unbundledApp(context: Record<string, unknown> = {}): App {
  const outdir = mkdtempSync(join(tmpdir(), 'laneway-synth-'));
  return new App({ outdir, context: { 'aws:cdk:bundling-stacks': [], ...context } });
}

/** An application over `topology` whose agents are functions made elsewhere, or as `props` says. */
export function applicationOf(
  topology: Pick<Topology, 'name' | 'model'>,
  props: Partial<LanewayApplicationProps> = {},
  app = unbundledApp(),
): LanewayApplication {
  const agents = props.agents ?? functionsFor(app, topology);
  return new LanewayApplication(app, 'Test', { topology, ...props, agents });
}

/** Resources of all stacks of an application. */
export function resourcesOf(application: LanewayApplication): Resource[] {
  return stacksOf(application).flatMap((stack) =>
    Object.entries(Template.fromStack(stack).toJSON()['Resources'] as Record<string, RawResource>).map(
      ([id, { Type, Properties }]) => ({ id, stack: stack.stackName, type: Type, properties: Properties ?? {} }),
    ),
  );
}

/** Statements of the policies whose logical id matches. */
export function statementsOf(resources: readonly Resource[], match: RegExp): Statement[] {
  return resources
    .filter(({ type, id }) => ['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy'].includes(type) && match.test(id))
    .flatMap(({ properties }) => (properties['PolicyDocument'] as { Statement: Statement[] }).Statement);
}

/** The stacks that the application has. */
export function stacksOf(application: LanewayApplication): Stack[] {
  const { groups, ...stacks } = application.stacks;
  return [...Object.values(stacks).filter((stack) => stack !== undefined), ...groups];
}

/**
 * Logical id that a value of a template leads to, across stacks: `{ Ref }`, `{ Fn::GetAtt }`, or an export's name, which
 * holds the id.
 */
export function idIn(value: unknown, resources: readonly Resource[]): string | undefined {
  const text = JSON.stringify(value) ?? '';
  const named = resources.filter(
    ({ id }) => text.includes(`"${id}"`) || new RegExp(`(Ref|GetAtt)${id}[A-Z0-9]`).test(text),
  );
  return named[0]?.id;
}

interface RawResource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
}

function functionsFor(app: App, topology: Pick<Topology, 'model'>): Record<string, IFunction> {
  const stack = new Stack(app, 'Elsewhere');
  return Object.fromEntries(
    lambdaAgents(topology).map((agent) => [
      agent,
      new Function(stack, agent, {
        runtime: Runtime.NODEJS_24_X,
        handler: 'index.handler',
        code: Code.fromInline('exports.handler = async () => undefined;'),
      }),
    ]),
  );
}

/** Ids of the agents that have functions. */
export function lambdaAgents({ model }: Pick<Topology, 'model'>): string[] {
  return Object.values(model.agents).flatMap(({ id, runs }) => (runs === 'lambda' ? [id] : []));
}

/** A folder of agents with entry files: `name` for one on Lambda, `name/worker` for one that runs as a worker. */
export function folderOfAgents(...entries: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'laneway-agents-'));
  for (const entry of entries) {
    const [agent = '', file = 'lambda'] = entry.split('/');
    mkdirSync(join(folder, agent), { recursive: true });
    writeFileSync(join(folder, agent, `${file}.ts`), 'export const handler = async () => undefined;\n');
  }
  return folder;
}
