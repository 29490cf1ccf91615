import { type Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Role, ServicePrincipal, type IManagedPolicy } from 'aws-cdk-lib/aws-iam';
import {
  Architecture,
  Function,
  LoggingFormat,
  RecursiveLoop,
  Runtime,
  type CfnFunction,
  type Code,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { defined } from '../../shared/domain/base/defined.js';
import { hasSourceMaps } from './bundle.js';
import { rolePathOf } from './policies/bus-policy.js';

/** Overrides that every function of Laneway takes. */
export interface FunctionOverrides {
  /** MB of memory; a function's share of a processor grows with it. @default 512 for agents, 256 for the platform */
  readonly memorySize?: number;
  /** Time for which its logs are kept. @default one month */
  readonly logRetention?: RetentionDays;
  /** Functions that may run at once. @default no reservation */
  readonly reservedConcurrency?: number;
  /**
   * Traces of X-Ray. `pass-through`: recorded where whoever invokes it records one. `active`: also by itself, the first invocation
   * of a second and 5 % of the others, at 5 USD a million; a share that Lambda lets nobody choose. The ledger knows every message
   * either way. @default 'pass-through'
   */
  readonly tracing?: FunctionTracing;
}

/** Ways in which a function records traces. */
export type FunctionTracing = 'active' | 'pass-through';

/** Megabytes of a function that says nothing of its memory. */
export const DEFAULT_MEMORY = { agent: 512, platform: 256 } as const;

/** Tracing of a function that says nothing of it. */
export const DEFAULT_TRACING: FunctionTracing = 'pass-through';

/** Properties of {@link RuntimeFunction}. */
export interface RuntimeFunctionProps extends FunctionOverrides {
  /** Bundled code; its entry exports `handler` from `index.mjs`. */
  readonly code: Code;
  /** Name of the topology: its bus believes roles under the path of that name. */
  readonly application: string;
  /** Text that Lambda's console shows. */
  readonly description: string;
  /** Time that one invocation may take, 15 minutes at most. */
  readonly timeout: Duration;
  /** Environment variables, besides the `NODE_OPTIONS` of code with source maps. */
  readonly environment: Readonly<Record<string, string>>;
  /** Managed policies of its role. The first, for trace segments, stands in each. */
  readonly policies: readonly [tracing: IManagedPolicy, ...others: IManagedPolicy[]];
}

/**
 * A function on arm64 and Node 24 from an ES module bundle, with a role and a log group of its own, JSON logs, and
 * traces that go on where there are any. Loop detection is off: it stops a chain of about 16 invocations through SQS, which a conversation of agents
 * may well be; hops are limited in the envelope instead (Lambda developer guide, "Recursive loop detection").
 */
export class RuntimeFunction extends Function {
  constructor(scope: Construct, id: string, props: RuntimeFunctionProps) {
    // A generated name; the logs go with the stack, what must last is in the ledger and the archive.
    const logGroup = new LogGroup(scope, `${id}Logs`, {
      retention: props.logRetention ?? RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const role = new Role(scope, `${id}Role`, {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      path: rolePathOf(props.application),
      managedPolicies: [...props.policies],
    });
    logGroup.grantWrite(role);
    super(scope, id, {
      architecture: Architecture.ARM_64,
      runtime: Runtime.NODEJS_24_X,
      handler: 'index.handler',
      code: props.code,
      description: props.description,
      timeout: props.timeout,
      memorySize: props.memorySize ?? DEFAULT_MEMORY.platform,
      role,
      logGroup,
      loggingFormat: LoggingFormat.JSON,
      recursiveLoop: RecursiveLoop.ALLOW,
      environment: {
        ...(hasSourceMaps(props.code) ? { NODE_OPTIONS: '--enable-source-maps' } : {}),
        ...props.environment,
      },
      ...defined({ reservedConcurrentExecutions: props.reservedConcurrency }),
    });
    // CDK's own switch would allow each role by itself what the managed policy allows all of them.
    const mode = (props.tracing ?? DEFAULT_TRACING) === 'active' ? 'Active' : 'PassThrough';
    (this.node.defaultChild as CfnFunction).tracingConfig = { mode };
  }
}
