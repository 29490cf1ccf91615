import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { bridgeAfterDeploy } from '../bridge/bridge.js';
import { engineClientConfig } from '../client-config.js';
import { readCdkProgress, type DeployProgress, type DeployStep } from './cdk-progress.js';
import { runChildGroup } from '../child-group.js';
import { deployError } from './deploy-error.js';
import {
  engineContextKey,
  engineEnvironment,
  engineName,
  localAccount,
  localRegion,
  type EngineTarget,
} from '../engine.js';

/** Options of {@link deployApp}. */
export interface DeployOptions {
  /** AWS account or local engine to deploy to. */
  readonly target: EngineTarget;
  /** The folder of the CDK application: of its cdk.json, and where `app` runs. @defaultValue the working directory */
  readonly directory?: string | undefined;
  /** The command that runs the CDK application. @defaultValue the `app` of cdk.json */
  readonly app?: string | undefined;
  /** Names or patterns of stacks. @defaultValue all */
  readonly stacks?: readonly string[] | undefined;
  /** Context values of the CDK, by key. @defaultValue none */
  readonly context?: Readonly<Record<string, string>> | undefined;
  /** Folder of the cloud assembly; two deployments at a time need one each. @defaultValue `.laneway/cdk.out` */
  readonly assembly?: string | undefined;
  /** Environment of the CDK. @defaultValue that of this process */
  readonly env?: NodeJS.ProcessEnv | undefined;
  /** Called with each report while the deployment runs. @defaultValue nothing is reported */
  readonly progress?: ((progress: DeployProgress) => void) | undefined;
  /** Ends the CDK and what it started. */
  readonly signal?: AbortSignal | undefined;
}

/** The outputs that the stacks declare, by stack name and output key; CDK's own cross-stack exports are left out. */
export type DeclaredOutputs = Readonly<Record<string, Readonly<Record<string, string>>>>;

/**
 * Deploys a CDK application and returns its outputs. On a local engine: bootstrap (once) and synth side by side, the
 * synth for this engine, then all stacks by the CDK CLI, then the properties that the engine dropped are set by API. On
 * AWS: synth and deploy, into an account and region that were bootstrapped once by `cdk bootstrap`.
 *
 * @throws DeployError with the CLI's own words and what to do: credentials, bootstrap, synth or deploy.
 */
export async function deployApp(options: DeployOptions): Promise<DeclaredOutputs> {
  const { target, signal } = options;
  const directory = resolve(options.directory ?? process.cwd());
  const assembly = resolve(directory, options.assembly ?? '.laneway/cdk.out');
  const report = options.progress ?? (() => undefined);
  const cdk = cdkRunner(options, directory, report);
  const bootstrapped = target.kind === 'aws' ? Promise.resolve() : bootstrapOnce(target, cdk);
  const [synth, bootstrap] = await Promise.allSettled([synthesize(options, assembly, cdk), bootstrapped]);
  if (synth.status === 'rejected') throw synth.reason;
  if (bootstrap.status === 'rejected') throw bootstrap.reason;
  signal?.throwIfAborted();

  const outputsFile = join(assembly, 'laneway-outputs.json');
  rmSync(outputsFile, { force: true });
  const selected = options.stacks === undefined ? ['--all'] : options.stacks;
  const args = ['deploy', ...selected, '--app', assembly, '--require-approval', 'never', '--outputs-file', outputsFile];
  // A change set costs a local engine a second and tells nobody anything.
  args.push('--concurrency', String(concurrency()), ...(target.kind === 'aws' ? [] : ['--method', 'direct']));
  const stackNames = new Set<string>();
  await cdk('deploy', [...args, '--progress', 'events'], (progress) => {
    if (progress.kind === 'stack') stackNames.add(progress.stack);
    report(progress);
  });
  if (target.kind !== 'aws') {
    await timed('bridge', report, () =>
      bridgeAfterDeploy(target, [...stackNames], (line) => report({ kind: 'note', line })),
    );
  }
  return declaredOutputs(outputsFile);
}

/** Synthesizes a CDK application as a deployment to the target would, without deploying. @returns the assembly's folder */
export async function synthApp(options: DeployOptions & { readonly assembly: string }): Promise<string> {
  const directory = resolve(options.directory ?? process.cwd());
  const assembly = resolve(directory, options.assembly);
  await synthesize(options, assembly, cdkRunner(options, directory, options.progress ?? (() => undefined)));
  return assembly;
}

/** Destroys the stacks of the application, as its last deployment from this folder made them; synthesizes when none is. */
export async function destroyApp(options: DeployOptions): Promise<void> {
  const directory = resolve(options.directory ?? process.cwd());
  const assembly = resolve(directory, options.assembly ?? '.laneway/cdk.out');
  const cdk = cdkRunner(options, directory, options.progress ?? (() => undefined));
  await synthesize(options, assembly, cdk);
  const selected = options.stacks === undefined ? ['--all'] : options.stacks;
  await cdk('destroy', ['destroy', ...selected, '--app', assembly, '--force', '--concurrency', String(concurrency())]);
}

type CdkRunner = (
  step: DeployStep,
  args: readonly string[],
  report?: (progress: DeployProgress) => void,
  cwd?: string,
) => Promise<void>;

function cdkRunner(
  options: DeployOptions,
  directory: string,
  reportAll: (progress: DeployProgress) => void,
): CdkRunner {
  const reached = engineEnvironment(options.target, options.env ?? process.env);
  const env = { ...(options.target.kind === 'aws' ? {} : unchecked), ...reached, ...quiet };
  const logs = join(directory, '.laneway');
  mkdirSync(logs, { recursive: true });
  return (step, args, report = reportAll, cwd = directory) =>
    timed(step, report, async () => {
      const output: string[] = [];
      const progress = readCdkProgress(report);
      const onLine = (line: string) => {
        output.push(line);
        progress(line);
      };
      const all = [cdkBinary(), ...args, '--no-notices', '--ci'];
      const code = await runChildGroup(process.execPath, all, { cwd, env, onLine, signal: options.signal });
      const logFile = join(logs, `cdk-${step}.log`);
      writeFileSync(logFile, `${output.join('\n')}\n`);
      options.signal?.throwIfAborted();
      if (code !== 0) throw deployError(step, output, logFile, options.target);
    });
}

/** Variables that keep a deployment quiet: no telemetry leaves the machine, and no warnings about Node's age are printed. */
const quiet = {
  CDK_DISABLE_CLI_TELEMETRY: 'true',
  NODE_NO_WARNINGS: '1',
  AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  NODE_OPTIONS: '',
};

/** CloudFormation's own checks take seconds, and a local engine has other rules. */
const unchecked = { CDK_VALIDATION: 'false' };

/** The CLI that Laneway depends on, so that versions of CLI and library fit. */
const cdkBinary = () => join(dirname(createRequire(import.meta.url).resolve('aws-cdk/package.json')), 'bin', 'cdk');

const concurrency = () => Math.min(8, 2 * availableParallelism());

async function synthesize({ app, target, context = {} }: DeployOptions, assembly: string, cdk: CdkRunner) {
  const all = target.kind === 'aws' ? context : { ...context, [engineContextKey]: engineName(target) };
  const flags = Object.entries(all).flatMap(([key, value]) => ['--context', `${key}=${value}`]);
  await cdk('synth', [
    'synth',
    '--quiet',
    '--output',
    assembly,
    ...(app === undefined ? [] : ['--app', app]),
    ...flags,
  ]);
}

/** From an empty folder, because beside a cdk.json the CLI would run the application to learn its environments. */
async function bootstrapOnce(target: Exclude<EngineTarget, { kind: 'aws' }>, cdk: CdkRunner): Promise<void> {
  if (await isBootstrapped(target)) return;
  await cdk('bootstrap', ['bootstrap', `aws://${localAccount}/${localRegion}`], undefined, tmpdir());
}

async function isBootstrapped(target: Exclude<EngineTarget, { kind: 'aws' }>): Promise<boolean> {
  const client = new CloudFormationClient(engineClientConfig(target));
  try {
    const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName: 'CDKToolkit' }));
    return Stacks.some((stack) => /^(CREATE|UPDATE)_COMPLETE$/.test(stack.StackStatus ?? ''));
  } catch {
    return false;
  } finally {
    client.destroy();
  }
}

async function timed<Result>(
  step: DeployStep,
  report: (progress: DeployProgress) => void,
  work: () => Promise<Result>,
) {
  const start = Date.now();
  report({ kind: 'step', step, state: 'started' });
  const result = await work();
  report({ kind: 'step', step, state: 'done', ms: Date.now() - start });
  return result;
}

function declaredOutputs(file: string): DeclaredOutputs {
  const all = JSON.parse(readFileSync(file, 'utf8')) as Record<string, Record<string, string>>;
  const declared = (outputs: Record<string, string>) =>
    Object.fromEntries(Object.entries(outputs).filter(([key]) => !key.startsWith('ExportsOutput')));
  return Object.fromEntries(Object.entries(all).map(([stack, outputs]) => [stack, declared(outputs)]));
}
