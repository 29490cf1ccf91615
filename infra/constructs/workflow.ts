import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { ManagedPolicy, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { DefinitionBody, LogLevel, StateMachine, StateMachineType } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { defined } from '../../shared/domain/base/defined.js';
import type { WorkflowDefinition } from '../../shared/workflow/define/workflow-definition.js';
import { acknowledge } from './acknowledge.js';
import { allow } from './permissions.js';
import type { FunctionTracing } from './runtime-function.js';

/** Tracing of a workflow that nothing else is said of. */
export const DEFAULT_WORKFLOW_TRACING: FunctionTracing = 'active';

/** Properties of {@link Workflow}. */
export interface WorkflowProps {
  /** Name and state machine definition (Amazon States Language), as `defineWorkflow` makes them. */
  readonly definition: Pick<WorkflowDefinition, 'name' | 'asl'>;
  /** The platform function through which steps publish. */
  readonly dispatcher: IFunction;
  /** Name of the state machine. @default one that CloudFormation makes */
  readonly stateMachineName?: string;
  /** @default one month */
  readonly logRetention?: RetentionDays;
  /** Traces of X-Ray: `active` records executions that nobody else traces, too, as X-Ray samples them. @default 'active' */
  readonly tracing?: FunctionTracing | undefined;
}

/**
 * A workflow on Step Functions, Standard. Its role may invoke the dispatcher and nothing else. Execution data is not
 * logged: it holds task tokens, which are credentials.
 */
export class Workflow extends Construct {
  /** State machine on which every execution of the workflow runs. */
  readonly stateMachine: StateMachine;

  constructor(scope: Construct, id: string, props: WorkflowProps) {
    super(scope, id);
    const logGroup = new LogGroup(this, 'Logs', {
      retention: props.logRetention ?? RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('states.amazonaws.com'),
      managedPolicies: [watchingOf(Stack.of(this))],
    });
    allow(role, ['lambda:InvokeFunction'], [props.dispatcher.functionArn]);
    const isTraced = (props.tracing ?? DEFAULT_WORKFLOW_TRACING) === 'active';
    this.stateMachine = new StateMachine(this, 'StateMachine', {
      // CDK would allow each role by itself what the managed policy allows all of them.
      role: role.withoutPolicyUpdates(),
      ...defined({ stateMachineName: props.stateMachineName }),
      stateMachineType: StateMachineType.STANDARD,
      definitionBody: DefinitionBody.fromString(JSON.stringify(props.definition.asl)),
      definitionSubstitutions: { DispatcherArn: props.dispatcher.functionArn },
      comment: `Laneway workflow ${props.definition.name}`,
      logs: { destination: logGroup, level: LogLevel.ALL, includeExecutionData: false },
      tracingEnabled: isTraced,
    });
    if (!isTraced) {
      const reason =
        'The application has asked for no traces of its workflows; the ledger knows every message without them.';
      acknowledge(this.stateMachine, 'AwsSolutions-SF2', reason);
    }
  }
}

/** Id of the policy that the workflows of a stack share. */
const WATCHING = 'WorkflowWatching';

/** Delivery of logs, and traces, as CDK allows them to each state machine: one policy for the workflows of a stack. */
function watchingOf(stack: Stack): ManagedPolicy {
  const made = stack.node.tryFindChild(WATCHING);
  if (made instanceof ManagedPolicy) return made;
  const policy = new ManagedPolicy(stack, WATCHING, { description: 'Laneway: logs and traces of workflows' });
  const deliveries = [
    'CreateLogDelivery',
    'DeleteLogDelivery',
    'GetLogDelivery',
    'ListLogDeliveries',
    'UpdateLogDelivery',
  ];
  const groups = ['DescribeLogGroups', 'DescribeResourcePolicies', 'PutResourcePolicy'];
  allow(
    policy,
    [...deliveries, ...groups].map((action) => `logs:${action}`),
    ['*'],
  );
  const traces = ['GetSamplingRules', 'GetSamplingTargets', 'PutTelemetryRecords', 'PutTraceSegments'];
  allow(
    policy,
    traces.map((action) => `xray:${action}`),
    ['*'],
  );
  acknowledge(
    policy,
    'AwsSolutions-IAM5[Resource::*]',
    'Log delivery and X-Ray have no resources: their actions can only be allowed on *.',
  );
  return policy;
}
