import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { synthApp } from '../../infra/engines/deploy/deploy.js';
import type { EngineTarget } from '../../infra/engines/engine.js';
import type { AslDefinition } from '../../shared/workflow/compile/asl.js';
import type { CommandContext } from './command-context.js';
import { workflowNameOf } from './deployed-workflows.js';

const assembly = '.laneway/cdk.out-workflows';

/** The workflows that a deployment to the target would deploy: the project's CDK application is synthesized. */
export async function synthesizedWorkflows(
  { project, output }: CommandContext,
  target: EngineTarget,
): Promise<ReadonlyMap<string, AslDefinition>> {
  const { directory, app } = project;
  output.progress('synthesizing the application');
  // The templates are only read, so that they need none of CloudFormation's own checks, which take seconds.
  const env = { ...process.env, CDK_VALIDATION: 'false' };
  return workflowsIn(await synthApp({ target, directory, app, assembly, env }));
}

/** The workflows in the templates of a cloud assembly, by name. */
export function workflowsIn(folder: string): ReadonlyMap<string, AslDefinition> {
  const templates = readdirSync(folder).filter((file) => file.endsWith('.template.json'));
  const definitions = templates.flatMap((file) => {
    const { Resources = {} } = JSON.parse(readFileSync(join(folder, file), 'utf8')) as {
      Resources?: Readonly<Record<string, { Type: string; Properties?: { DefinitionString?: unknown } }>>;
    };
    return Object.values(Resources).flatMap(({ Type, Properties }) => {
      const text = Properties?.DefinitionString;
      return Type === 'AWS::StepFunctions::StateMachine' && typeof text === 'string' ? [text] : [];
    });
  });
  return new Map(
    definitions.flatMap((text): [string, AslDefinition][] => {
      const definition = JSON.parse(text) as AslDefinition;
      const name = workflowNameOf(definition);
      return name === undefined ? [] : [[name, definition]];
    }),
  );
}
