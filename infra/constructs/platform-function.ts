import { Duration } from 'aws-cdk-lib';
import type { Code } from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { sourceOf } from '../../shared/domain/wire/envelope.js';
import { LanewayError } from '../../shared/domain/base/errors.js';
import type { TopologyModel } from '../../shared/topology/model.js';
import { repliesOf } from '../../shared/topology/replies.js';
import { checkEnvironment } from './environment/check-environment.js';
import { fabricEnvironment, type Fabric } from './fabric.js';
import { allowPayloads, allowPublish, allowSend, allowTable, type TableAccess } from './permissions.js';
import { RuntimeFunction, type FunctionOverrides } from './runtime-function.js';

/** Timeout of a platform function; the visibility of its queue is a multiple of it. */
export const PLATFORM_TIMEOUT = Duration.seconds(30);

/** Names of the platform's functions; each is a folder of `functions/platform`. */
export type PlatformFunctionName =
  | 'replies'
  | 'deadlines'
  | 'dispatcher'
  | 'starter'
  | 'workflow-events'
  | 'supervisor'
  | 'approval-page'
  | 'ingress'
  | 'dead-letters'
  | 'ledger-stream'
  | 'ledger-seal'
  | 'sweeper';

/**
 * Functions of the platform that a topology needs.
 * @param links true when people decide approvals by links
 */
export function neededPlatformFunctions(
  topology: TopologyModel,
  workflows: number,
  links = false,
): PlatformFunctionName[] {
  return [
    'dead-letters',
    'ledger-stream',
    'ledger-seal',
    'sweeper',
    ...(Object.keys(topology.ingress).length > 0 ? (['ingress'] as const) : []),
    ...(repliesOf(topology).length > 0 || workflows > 0 ? (['replies', 'deadlines'] as const) : []),
    ...(workflows > 0 ? (['dispatcher', 'starter', 'workflow-events', 'supervisor'] as const) : []),
    ...(links ? (['approval-page'] as const) : []),
  ];
}

/** Bundled functions of the platform. */
export type PlatformCode = ReadonlyMap<string, Code>;

/** The code of a function. @throws LanewayError NOT_FOUND */
export function codeOf(code: PlatformCode, name: PlatformFunctionName): { name: PlatformFunctionName; code: Code } {
  const found = code.get(platformKey(name));
  if (found) return { name, code: found };
  throw new LanewayError('NOT_FOUND', `the platform function '${name}' was not bundled`);
}

/** Name of a platform function among all bundles; agents' ids hold no underscore. */
export function platformKey(name: PlatformFunctionName): string {
  return `platform_${name}`;
}

/** Properties of {@link PlatformFunction}. */
export interface PlatformFunctionProps extends FunctionOverrides {
  /** Name in the source under which it publishes; also a folder of `functions/platform`. */
  readonly name: PlatformFunctionName;
  /** Bundled code. */
  readonly code: Code;
  /** Text that Lambda's console shows. */
  readonly description: string;
  /** Resources of the application. */
  readonly fabric: Fabric;
  /** Time that one invocation may take. @default {@link PLATFORM_TIMEOUT} */
  readonly timeout?: Duration;
  /** Access to the ledger. @default none */
  readonly ledger?: TableAccess;
  /** Access to pending requests and timers. @default none */
  readonly pending?: TableAccess;
  /** Access to the payload bucket. @default none */
  readonly payloads?: 'read' | 'read-write';
  /** Lets it publish as `laneway.<app>.platform.<name>`; an array adds sources. @default it may not publish */
  readonly publishes?: true | readonly string[];
  /** Variables besides those that name the fabric. @default none */
  readonly environment?: Readonly<Record<string, string>>;
}

/** A function of the platform with exactly the rights that its properties name. */
export class PlatformFunction extends RuntimeFunction {
  constructor(scope: Construct, id: string, props: PlatformFunctionProps) {
    const { fabric, name } = props;
    super(scope, id, {
      ...props,
      timeout: props.timeout ?? PLATFORM_TIMEOUT,
      environment: { ...fabricEnvironment(fabric, props.pending !== undefined), ...props.environment },
    });
    checkEnvironment(
      this,
      `the platform function '${name}'`,
      'add fewer variables to it, or give the stacks shorter names',
    );
    if (props.ledger) allowTable(this, fabric.ledgerTable, props.ledger);
    if (props.pending) {
      allowTable(this, fabric.pendingTable, props.pending);
      allowSend(this, fabric.timerQueue);
    }
    if (props.payloads) allowPayloads(this, fabric, props.payloads);
    if (props.publishes) {
      const more = props.publishes === true ? [] : props.publishes;
      allowPublish(this, fabric.bus, { sources: [sourceOf(fabric.application, 'platform', name), ...more] });
    }
  }

  /** Has the function receive from `queue`, up to ten messages a call; a failed one comes again without its neighbours. */
  receiveFrom(queue: IQueue): void {
    this.addEventSource(new SqsEventSource(queue, { batchSize: 10, reportBatchItemFailures: true }));
  }
}
