import { readStackOutputs, type StackOutputs } from '../aws/base/stack-outputs.js';
import { LanewayError } from '../domain/base/errors.js';
import { APPLICATION_OUTPUT } from '../topology/deployed/output-key.js';

/** Outputs of an application's stacks, merged; keys are made by `outputKey`. */
export type Deployment = Readonly<Record<string, string>>;

/** Options of {@link findDeployment}. */
export interface FindOptions {
  /** Names of the stacks, when two deployments of one topology share account and region. */
  readonly stacks?: readonly string[];
}

/**
 * Finds where an application is deployed, in the account and region (or at the endpoint) of the environment: by the
 * output that each of its stacks carries.
 * @throws LanewayError NOT_FOUND
 */
export async function findDeployment(application: string, options: FindOptions = {}): Promise<Deployment> {
  const all = await readStackOutputs();
  const own = all.filter(
    ({ name, outputs }) => outputs[APPLICATION_OUTPUT] === application && (options.stacks?.includes(name) ?? true),
  );
  if (own.length === 0) {
    const others = [...new Set(all.flatMap(({ outputs }) => outputs[APPLICATION_OUTPUT] ?? []))];
    throw new LanewayError('NOT_FOUND', `no deployed stacks of '${application}' were found`, {
      help: [
        `deployed here: ${others.join(', ') || '(none)'}`,
        'run `laneway deploy`, or set AWS_ENDPOINT_URL, AWS_REGION and credentials to where it is',
      ],
    });
  }
  return merged(own, application);
}

function merged(stacks: readonly StackOutputs[], application: string): Deployment {
  const deployment: Record<string, string> = {};
  for (const { name, outputs } of stacks) {
    for (const [key, value] of Object.entries(outputs)) {
      if (deployment[key] !== undefined && deployment[key] !== value) {
        throw new LanewayError('CONFIGURATION', `'${application}' is deployed twice here: ${key} differs in ${name}`, {
          help: [`name the stacks of one: ${stacks.map((stack) => stack.name).join(', ')}`],
        });
      }
      deployment[key] = value;
    }
  }
  return deployment;
}

/** An output by key. @throws LanewayError NOT_FOUND */
export function outputOf(deployment: Deployment, key: string): string {
  const value = deployment[key];
  if (value !== undefined) return value;
  throw new LanewayError('NOT_FOUND', `the deployed stacks have no output '${key}'`, {
    help: ['deploy the current version of the application'],
  });
}
