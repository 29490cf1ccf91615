import type { Code } from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Duration } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { PLATFORM_TIMEOUT, type ScheduleTrigger } from '../../functions/platform/declaration.js';
import {
  sourcesOf,
  typesOf,
  type DeclaredFunction,
  type PlatformFunctionName,
} from '../../functions/platform/declarations.js';
import { defined } from '../../shared/domain/base/defined.js';
import { QUARANTINES_KEY } from '../../shared/aws/dynamo/quarantine/quarantines-key.js';
import { ENVIRONMENT } from '../../shared/domain/base/environment.js';
import { LanewayError } from '../../shared/domain/base/errors.js';
import { exactBuckets } from '../../shared/topology/rates/exact-buckets.js';
import type { TopologyModel } from '../../shared/topology/model.js';
import { durationOf } from './duration-of.js';
import { checkEnvironment } from './environment/check-environment.js';
import { fabricEnvironment, type Fabric } from './fabric.js';
import {
  allowBuckets,
  allowEmergencies,
  allowItems,
  allowPauses,
  allowPayloads,
  allowRegistry,
  allowRowsOf,
  allowSend,
  allowTable,
  writersUnder,
} from './permissions.js';
import { payloadsOfPublishers } from './policies/payload-rights.js';
import { allowPublish, denyOtherPublishing } from './policies/publish-rights.js';
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
  return `${PLATFORM_PREFIX}${name}`;
}

const PLATFORM_PREFIX = 'platform_';

/** True for the name of a platform function among all bundles. */
export function isPlatformKey(name: string): boolean {
  return name.startsWith(PLATFORM_PREFIX);
}

/** Properties of {@link PlatformFunction}. */
export interface PlatformFunctionProps extends FunctionOverrides {
  /** Name, trigger, rights and variables. */
  readonly declaration: DeclaredFunction;
  /** Bundled code. */
  readonly code: Code;
  /** Names of the application, its clients and ingresses: sources that a function may publish under. */
  readonly topology: Pick<TopologyModel, 'name' | 'agents' | 'channels' | 'clients' | 'ingress'>;
  /** Resources of the application. */
  readonly fabric: Fabric;
  /** Values of the variables that the declaration names. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** A function of the platform with the fabric's variables, and exactly the rights on the fabric that its declaration names. */
export class PlatformFunction extends RuntimeFunction {
  /** Declaration that it was made of. */
  readonly declaration: DeclaredFunction;
  /** Schedules that were connected, each with the time from one run to the next. */
  readonly schedules: { readonly trigger: ScheduleTrigger; readonly every: Duration }[] = [];

  constructor(scope: Construct, id: string, props: PlatformFunctionProps) {
    const { declaration, fabric, topology } = props;
    const { ledger, name, rows, payloads, pending, publishes, keepsRates } = declaration;
    const { readsEmergencies, readsPauses, readsQuarantines, readsRegistry, watchesAgents } = declaration;
    const buckets = keepsRates ? exactBuckets({ kind: 'ingress' }, topology) : [];
    const hasRegistry = watchesAgents ?? readsRegistry ?? buckets.length > 0;
    super(scope, id, {
      ...props,
      application: topology.name,
      description: `Laneway: ${declaration.description}`,
      timeout: durationOf(declaration.timeout ?? PLATFORM_TIMEOUT),
      policies: [fabric.shared.tracing, ...(payloads === 'read-write' ? [fabric.shared.payloads] : [])],
      environment: {
        ...fabricEnvironment(fabric, pending !== undefined),
        ...(readsQuarantines && { [ENVIRONMENT.quarantineTable]: fabric.pendingTable.tableName }),
        ...(hasRegistry && { [ENVIRONMENT.registryTable]: fabric.registryTable.tableName }),
        ...props.environment,
      },
    });
    this.declaration = declaration;
    checkEnvironment(
      this,
      `the platform function '${name}'`,
      'add fewer variables to it, or give the stacks shorter names',
    );
    if (ledger && rows) allowRowsOf(this, fabric, ledger, { sources: sourcesOf(declaration, topology), ...rows });
    else if (ledger) allowTable(this, fabric.ledgerTable, ledger);
    if (pending) {
      allowTable(this, fabric.pendingTable, pending);
      // Whoever only looks at requests opens none, and sets no timers.
      if (pending.includes('put') || pending.includes('update')) allowSend(this, fabric.timerQueue);
    }
    if (readsQuarantines) allowItems(this, fabric.pendingTable, ['get'], [QUARANTINES_KEY]);
    if (readsEmergencies) allowEmergencies(this, fabric, topology);
    if (readsPauses) allowPauses(this, fabric);
    allowBuckets(this, fabric, buckets);
    if (watchesAgents ?? readsRegistry) allowRegistry(this, fabric, watchesAgents ? 'writes' : 'reads');
    // Whoever settles all rows publishes under every name, and stores nothing under it.
    if (payloads && rows)
      allowPayloads(this, fabric, payloadsOfPublishers(writersUnder(sourcesOf(declaration, topology))));
    if (publishes) {
      const rights = { sources: sourcesOf(declaration, topology), types: typesOf(declaration, topology) };
      allowPublish(this, fabric.bus, rights);
      denyOtherPublishing(this, fabric.bus, rights);
    }
  }

  /** Has Lambda put into `queue` what it gave up of this function's asynchronous invocations, with the error. */
  putFailuresInto(queue: IQueue): void {
    this.configureAsyncInvoke({ onFailure: { bind: () => ({ destination: queue.queueArn }) } });
    if (!this.declaration.putsAside) allowSend(this, queue);
  }

  /**
   * Receives from `queue`, so many at a time, each message answered for by itself.
   * @param maxConcurrency processes at most; as many as the account has without it
   */
  receiveFrom(queue: IQueue, batchSize: number, maxConcurrency?: number): void {
    const bounds = defined({ maxConcurrency });
    this.addEventSource(new SqsEventSource(queue, { batchSize, reportBatchItemFailures: true, ...bounds }));
  }
}
