import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { EngineTarget } from '../../../../infra/engines/engine.js';
import {
  installMinistack,
  ministackInstallation,
  ministackLacks,
} from '../../../../infra/engines/ministack-install.mjs';
import { LanewayError } from '../../../../shared/domain/base/errors.js';
import { compareModels } from '../../../../shared/topology/deployed/compare-models.js';
import { storeModel, type StoredModel } from '../../../../shared/topology/deployed/stored-model.js';
import type { Topology } from '../../../../shared/topology/topology.js';
import { fail, ok, warn, type Found } from '../health/check-result.js';
import { describeTarget } from '../../../context/target.js';

/** Checks that the local engine is installed or can be; with `mend` it is installed. */
export async function checkEngine(
  projectDirectory: string,
  options: { readonly mend: boolean; readonly progress: (line: string) => void },
): Promise<Found> {
  if (ministackInstallation(projectDirectory).installed) return ok('installed in .laneway');
  const lacks = await ministackLacks({ projectDirectory });
  if (lacks !== undefined)
    return warn(lacks, 'install Python 3.10 or newer with venv, set AWS_ENDPOINT_URL, or use an AWS account');
  if (!options.mend) return warn('not installed yet; the first command that needs it does', 'laneway doctor --fix');
  await installMinistack({ projectDirectory, progress: options.progress });
  return ok('installed now, in .laneway');
}

/** A server can listen on 127.0.0.1, as the local engine does. */
export async function checkPorts(): Promise<Found> {
  const server = createServer();
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen(0, '127.0.0.1', resolve);
    });
    return ok('there are free ones on 127.0.0.1');
  } catch (error) {
    return fail(`nothing can listen on 127.0.0.1: ${String(error)}`, 'look at firewall, sandbox and ulimit -n');
  } finally {
    server.close();
  }
}

/** Checks that an account and a region are named, by the environment and the shared files alone; nothing is called. */
export function checkAccount(target: EngineTarget, env: NodeJS.ProcessEnv = process.env): Found {
  if (target.kind !== 'aws') return ok(`not needed for ${describeTarget(target)}`);
  const folder = join(env['HOME'] ?? homedir(), '.aws');
  const files = [env['AWS_CONFIG_FILE'] ?? join(folder, 'config'), join(folder, 'credentials')].filter(existsSync);
  const text = files.map((file) => readFileSync(file, 'utf8')).join('\n');
  const region = env['AWS_REGION'] ?? env['AWS_DEFAULT_REGION'] ?? /^\s*region\s*=\s*(\S+)/m.exec(text)?.[1];
  const signs = [
    'AWS_ACCESS_KEY_ID',
    'AWS_PROFILE',
    'AWS_WEB_IDENTITY_TOKEN_FILE',
    'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
  ];
  const known = signs.find((name) => (env[name] ?? '') !== '') ?? files[0];
  const lacks = [...(region === undefined ? ['a region'] : []), ...(known === undefined ? ['credentials'] : [])];
  if (lacks.length === 0) return ok(`${region ?? ''}, by ${known ?? ''}; whether they are valid: --engine aws asks`);
  return warn(
    `no engine runs, and for an account ${lacks.join(' and ')} ${lacks.length === 1 ? 'is' : 'are'} missing`,
    'laneway engine start; or set AWS_REGION and AWS_PROFILE (aws sso login)',
  );
}

/** Checks that `cdk bootstrap` was run at the target. An AWS account is called only when `asked`. */
export async function checkBootstrap(target: EngineTarget, asked: boolean): Promise<Found> {
  if (target.kind === 'aws' && !asked) return ok('not asked: --engine aws asks the account');
  const client = new CloudFormationClient({});
  try {
    const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName: 'CDKToolkit' }));
    const status = Stacks[0]?.StackStatus ?? '';
    if (/^(CREATE|UPDATE)_COMPLETE$/.test(status)) return ok(`done at ${describeTarget(target)}`);
    return fail(`the stack CDKToolkit is ${status}`, 'npx cdk bootstrap');
  } catch (error) {
    if (!(error instanceof Error) || !error.message.includes('does not exist')) throw error;
    if (target.kind !== 'aws') return ok('the first deployment does it');
    return fail(`not done at ${describeTarget(target)}`, 'npx cdk bootstrap');
  } finally {
    client.destroy();
  }
}

/** Compares the deployed application with the checkout and the installed Laneway. */
export async function checkDeployed(
  load: () => Promise<Topology>,
  deployed: (application: string) => Promise<StoredModel | undefined>,
  installed: string | undefined,
): Promise<Found> {
  const topology = await load();
  let stored: StoredModel | undefined;
  try {
    stored = await deployed(topology.name);
  } catch (error) {
    if (error instanceof LanewayError && error.code === 'NOT_FOUND') return ok(`'${topology.name}' is not deployed`);
    throw error;
  }
  if (stored === undefined) return warn(`'${topology.name}' was deployed by an earlier Laneway`, 'laneway deploy');
  const differences = [
    ...compareModels(storeModel(topology, stored), stored),
    ...(installed === stored.framework ? [] : [`Laneway is ${installed ?? '?'} here, ${stored.framework} there`]),
  ];
  if (differences.length === 0) return ok(`'${topology.name}' is deployed as the checkout has it`);
  return warn(`the checkout of '${topology.name}' differs: ${differences.join('; ')}`, 'laneway deploy');
}
