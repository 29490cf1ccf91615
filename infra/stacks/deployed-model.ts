import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { Construct } from 'constructs';
import { defined } from '../../shared/domain/base/defined.js';
import { storeModel } from '../../shared/topology/deployed/stored-model.js';
import type { Topology } from '../../shared/topology/topology.js';
import type { DeployableWorkflow } from './orchestration-stack.js';

/** Properties of {@link DeployedModel}. */
export interface DeployedModelProps {
  /** Topology; with its message types, operators have payloads checked without the sources. */
  readonly topology: Pick<Topology, 'model'> & Partial<Pick<Topology, 'types'>>;
  /** Workflows that the application deploys. */
  readonly workflows: readonly DeployableWorkflow[];
  /** Version of the application. @default the one in package.json of the working directory, if it has one */
  readonly version?: string;
}

/**
 * The model of an application as an asset: an object that is named by its content, in the bucket that `cdk bootstrap`
 * made. Operators read it instead of the sources.
 */
export class DeployedModel extends Construct {
  /** `s3://<bucket>/<key>` */
  readonly location: string;

  constructor(scope: Construct, id: string, { topology, workflows, version = ownVersion() }: DeployedModelProps) {
    super(scope, id);
    const stored = storeModel(topology, {
      framework: versionIn(createRequire(import.meta.url).resolve('laneway/package.json')) ?? 'unknown',
      ...defined({ version }),
      workflows: workflows.map(({ name, startedBy, awaits = [], asl }) => ({
        ...{ name, startedBy: startedBy.name, definition: asl },
        awaits: awaits.map(({ type }) => type),
      })),
    });
    // CDK copies the file when the asset is made.
    const folder = mkdtempSync(join(tmpdir(), 'laneway-model-'));
    try {
      const path = join(folder, 'model.json');
      writeFileSync(path, JSON.stringify(stored));
      this.location = new Asset(this, 'Asset', { path, displayName: 'Laneway model' }).s3ObjectUrl;
    } finally {
      rmSync(folder, { recursive: true });
    }
  }
}

function ownVersion(): string | undefined {
  return versionIn(resolve('package.json'));
}

function versionIn(file: string): string | undefined {
  if (!existsSync(file)) return undefined;
  const { version } = JSON.parse(readFileSync(file, 'utf8')) as { version?: unknown };
  return typeof version === 'string' ? version : undefined;
}
