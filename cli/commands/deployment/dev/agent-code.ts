import { Buffer } from 'node:buffer';
import { basename, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { GetFunctionConfigurationCommand, UpdateFunctionCodeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import { context, type BuildContext } from 'esbuild';
import { BUNDLE_OPTIONS, FUNCTION_OPTIONS } from '../../../../infra/constructs/bundle-options.js';
import { LanewayError } from '../../../../shared/domain/base/errors.js';
import { zip } from './zip.js';

/** An agent's bundle, kept warm so that building it again costs only what changed. */
export interface AgentCode {
  readonly agent: string;
  /** Absolute paths of the files in the bundle, packages left out. */
  inputs: ReadonlySet<string>;
  /** Bundles again; whether the bundle differs from the one before. */
  rebuild(): Promise<boolean>;
  /** Puts the bundle into a function, and returns when the function runs it. */
  upload(client: LambdaClient, functionName: string): Promise<void>;
  dispose(): Promise<void>;
}

/**
 * Opens the bundle of an agent's entry file and builds it for the first time.
 * @param options `packages: 'external'` leaves packages out of it, for code that runs where they are installed
 */
export async function openAgentCode(
  agent: string,
  entry: string,
  directory: string,
  options: { readonly packages?: 'external' } = {},
): Promise<AgentCode> {
  const bundler = await context({
    ...(options.packages === 'external' ? { ...BUNDLE_OPTIONS, ...options } : FUNCTION_OPTIONS),
    absWorkingDir: directory,
    entryPoints: [{ in: entry, out: 'index' }],
    outdir: resolve(directory, '.laneway', 'dev', agent),
    write: false,
    metafile: true,
  });
  const code = new Code(agent, directory, bundler);
  await code.rebuild();
  return code;
}

type Bundler = BuildContext<typeof BUNDLE_OPTIONS & { readonly write: false; readonly metafile: true }>;

class Code implements AgentCode {
  inputs: ReadonlySet<string> = new Set();
  private files: ReadonlyMap<string, Uint8Array> = new Map();

  constructor(
    readonly agent: string,
    private readonly directory: string,
    private readonly bundler: Bundler,
  ) {}

  async rebuild(): Promise<boolean> {
    const { outputFiles, metafile } = await this.bundler.rebuild();
    const files = new Map(outputFiles.map(({ path, contents }) => [basename(path), contents]));
    this.inputs = ownFiles(Object.keys(metafile.inputs), this.directory);
    const before = this.files.get('index.mjs');
    const now = files.get('index.mjs');
    this.files = files;
    return before === undefined || now === undefined || Buffer.compare(before, now) !== 0;
  }

  async upload(client: LambdaClient, functionName: string): Promise<void> {
    await client.send(new UpdateFunctionCodeCommand({ FunctionName: functionName, ZipFile: zip(this.files) }));
    await untilUpdated(client, functionName);
  }

  dispose(): Promise<void> {
    return this.bundler.dispose();
  }
}

const updateWithinMs = 60_000;
const pauseMs = 50;

/** The SDK's own waiter pauses for whole seconds, which is most of what an update takes. */
async function untilUpdated(client: LambdaClient, functionName: string): Promise<void> {
  for (const start = Date.now(); Date.now() - start < updateWithinMs; await sleep(pauseMs)) {
    const read = await client.send(new GetFunctionConfigurationCommand({ FunctionName: functionName }));
    if (read.LastUpdateStatus === 'Failed') {
      throw new LanewayError(
        'REFUSED',
        `${functionName} was not updated: ${read.LastUpdateStatusReason ?? 'no reason'}`,
      );
    }
    if (read.LastUpdateStatus !== 'InProgress') return;
  }
  throw new LanewayError('UNAVAILABLE', `${functionName} was not updated within ${updateWithinMs / 1000} s`);
}

/** Paths of a build's inputs that somebody may edit. */
export function ownFiles(inputs: readonly string[], directory: string): Set<string> {
  return new Set(inputs.filter((path) => !path.includes('node_modules/')).map((path) => resolve(directory, path)));
}
