import type { Code } from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { PLATFORM_TIMEOUT } from '../../functions/platform/declaration.js';
import { sourcesOf, type DeclaredFunction, type PlatformFunctionName } from '../../functions/platform/declarations.js';
import { LanewayError } from '../../shared/domain/base/errors.js';
import type { TopologyModel } from '../../shared/topology/model.js';
import { durationOf } from './duration-of.js';
import { checkEnvironment } from './environment/check-environment.js';
import { fabricEnvironment, type Fabric } from './fabric.js';
import { allowPayloads, allowPublish, allowSend, allowTable } from './permissions.js';
import { RuntimeFunction, type FunctionOverrides } from './runtime-function.js';

/** Bundled functions of the platform. */
export type PlatformCode = ReadonlyMap<string, Code>;

/** The code of a function. @throws LanewayError NOT_FOUND */
export function codeOf(code: PlatformCode, name: PlatformFunctionName): Code {
  const found = code.get(platformKey(name));
  if (found) return found;
  throw new LanewayError('NOT_FOUND', `the platform function '${name}' was not bundled`);
}

/** Name of a platform function among all bundles; agents' ids hold no underscore. */
export function platformKey(name: PlatformFunctionName): string {
  return `platform_${name}`;
}

/** Properties of {@link PlatformFunction}. */
export interface PlatformFunctionProps extends FunctionOverrides {
  /** Name, trigger, rights and variables. */
  readonly declaration: DeclaredFunction;
  /** Bundled code. */
  readonly code: Code;
  /** Names of the application, its clients and ingresses: sources that a function may publish under. */
  readonly topology: Pick<TopologyModel, 'name' | 'clients' | 'ingress'>;
  /** Resources of the application. */
  readonly fabric: Fabric;
  /** Values of the variables that the declaration names. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** A function of the platform with the fabric's variables, and exactly the rights on the fabric that its declaration names. */
export class PlatformFunction extends RuntimeFunction {
  /** Declaration that it was made of. */
  readonly declaration: DeclaredFunction;

  constructor(scope: Construct, id: string, props: PlatformFunctionProps) {
    const { declaration, fabric, topology } = props;
    const { ledger, name, payloads, pending, publishes } = declaration;
    super(scope, id, {
      ...props,
      description: `Laneway: ${declaration.description}`,
      timeout: durationOf(declaration.timeout ?? PLATFORM_TIMEOUT),
      environment: { ...fabricEnvironment(fabric, pending !== undefined), ...props.environment },
    });
    this.declaration = declaration;
    checkEnvironment(
      this,
      `the platform function '${name}'`,
      'add fewer variables to it, or give the stacks shorter names',
    );
    if (ledger) allowTable(this, fabric.ledgerTable, ledger);
    if (pending) {
      allowTable(this, fabric.pendingTable, pending);
      allowSend(this, fabric.timerQueue);
    }
    if (payloads) allowPayloads(this, fabric, payloads);
    if (publishes) {
      const { types } = publishes;
      const sources = sourcesOf(declaration, topology);
      allowPublish(this, fabric.bus, { sources, ...(types ? { types } : {}) });
    }
  }

  /** Receives from `queue`, so many at a time, each message answered for by itself. */
  receiveFrom(queue: IQueue, batchSize: number): void {
    this.addEventSource(new SqsEventSource(queue, { batchSize, reportBatchItemFailures: true }));
  }
}
