import { copyFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DockerImageAsset, Platform } from 'aws-cdk-lib/aws-ecr-assets';
import type { Construct } from 'constructs';
import type { Duration } from '../../shared/domain/base/duration.js';
import { FROM_SOURCE } from '../constructs/bundle-options.js';
import { bundleFolder, writeEntry } from '../constructs/bundle.js';

/** Port of the health check in the image; its Dockerfile names it too. */
const HEALTH_PORT = 8080;

/** Says whether the worker of a container works: the command of its health check. */
export const HEALTH_COMMAND = ['CMD', 'node', 'healthy.mjs'];

/** Parts of an image of workers. */
export interface WorkerImageProps {
  /** Entry files of its agents, absolute. */
  readonly entries: readonly string[];
  readonly concurrency: number;
  /** Longest wait, when the process ends, for messages that are being handled. */
  readonly drain: Duration;
  /** Image of Node that it is built on. @default the one that the package's Dockerfile names */
  readonly nodeImage?: string;
}

/**
 * Makes the image of a worker: its agents bundled to one file, on an image of Node, run by a user without rights. Docker is
 * needed when the stack is deployed, not when its template is made.
 *
 * @throws LanewayError CONFIGURATION with what esbuild found
 */
export function workerImage(scope: Construct, props: WorkerImageProps): DockerImageAsset {
  const name = `worker-${scope.node.addr}`;
  const runner = fileURLToPath(
    new URL(`../../shared/worker/run-entries${FROM_SOURCE ? '.ts' : '.js'}`, import.meta.url),
  );
  const entry = writeEntry(scope, name, [
    `import { runEntries } from ${JSON.stringify(runner)};`,
    ...props.entries.map((path, index) => `import worker${index} from ${JSON.stringify(path)};`),
    `await runEntries([${props.entries.map((_, index) => `worker${index}`).join(', ')}], {`,
    `  drain: ${JSON.stringify(props.drain)},`,
    `  concurrency: ${props.concurrency},`,
    `  health: { port: ${HEALTH_PORT}, host: '0.0.0.0' },`,
    '  say: (line) => console.log(line),',
    '});',
  ]);
  const directory = bundleFolder(scope, name, entry);
  const brought = fileURLToPath(new URL('./worker-image/', import.meta.url));
  for (const file of readdirSync(brought)) copyFileSync(join(brought, file), join(directory, file));
  return new DockerImageAsset(scope, 'Image', {
    directory,
    platform: Platform.LINUX_ARM64,
    ...(props.nodeImage === undefined ? {} : { buildArgs: { NODE_IMAGE: props.nodeImage } }),
  });
}
