import { Duration, type RemovalPolicy, type StackProps } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { Policy, PolicyStatement, ServicePrincipal, type Role } from 'aws-cdk-lib/aws-iam';
import type { Code } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { ENVIRONMENT } from '../../shared/domain/base/environment.js';
import type { TopologyModel } from '../../shared/topology/model.js';
import { machineName } from '../../shared/platform/workflows/deployed-workflows.js';
import { fallsBackToPeople } from '../../shared/workflow/compile/calls-in.js';
import type { WorkflowDefinition } from '../../shared/workflow/define/define-workflow.js';
import { ApprovalPage } from '../constructs/approval-page.js';
import { acknowledge, logicalIdOf } from '../constructs/acknowledge.js';
import { EncryptedQueue } from '../constructs/queues/encrypted-queue.js';
import { lanesOf } from '../constructs/queues/mailbox.js';
import { machinesVariable, mailboxesVariable } from '../constructs/environment/naming-variables.js';
import { allow, allowSend } from '../constructs/permissions.js';
import {
  codeOf,
  neededPlatformFunctions,
  PLATFORM_TIMEOUT,
  PlatformFunction,
  type PlatformCode,
  type PlatformFunctionName,
} from '../constructs/platform-function.js';
import type { FunctionOverrides } from '../constructs/runtime-function.js';
import { functionTarget, queueTarget } from '../constructs/queues/rule-target.js';
import { Workflow } from '../constructs/workflow.js';
import { WORKFLOW_START_OUTPUT } from '../../shared/topology/deployed/output-key.js';
import { ApplicationStack } from './application-stack.js';
import type { MessagingStack } from './messaging-stack.js';

/** Parts of a workflow that a deployment needs: name, definition, and the type that starts it. */
export type DeployableWorkflow = Pick<WorkflowDefinition, 'name' | 'asl'> &
  Partial<Pick<WorkflowDefinition, 'awaits' | 'byHand'>> & {
    readonly startedBy: { readonly name: string };
  };

const ANSWERS = ['states:SendTaskFailure', 'states:SendTaskSuccess'] as const;

/** Actions of the supervisor on executions. It reads the definition only where an engine's history tells too little. */
const SUPERVISES = [
  'states:DescribeExecution',
  'states:DescribeStateMachineForExecution',
  'states:GetExecutionHistory',
  'states:StopExecution',
] as const;

/** Functions that find the state machines by their names. */
const FINDS_MACHINES: readonly PlatformFunctionName[] = ['starter', 'supervisor', 'workflow-events'];

/** Interval at which the supervisor looks through the executions. */
export const SUPERVISE_EVERY = Duration.minutes(5);
/** Time that one run of the supervisor may take. */
export const SUPERVISE_TIMEOUT = Duration.minutes(4);

/** Properties of {@link OrchestrationStack}. */
export interface OrchestrationStackProps extends StackProps {
  /** Model of the topology. */
  readonly topology: TopologyModel;
  /** Workflows to deploy; without any the stack holds requests alone. */
  readonly workflows: readonly DeployableWorkflow[];
  /** Stack of bus and queues. */
  readonly messaging: MessagingStack;
  /** Returns the bundled code of platform functions; called once. */
  readonly platform: (stack: OrchestrationStack) => PlatformCode;
  /** Settings of the page on which people decide approvals by links. @default none: there are no links */
  readonly approvalLinks?: FunctionOverrides & { readonly removalPolicy: RemovalPolicy };
}

/** Requests with their deadlines, and workflows. Without workflows only the former. */
export class OrchestrationStack extends ApplicationStack {
  /** Workflows by name. */
  readonly workflows: Readonly<Record<string, Workflow>>;
  /** Platform functions of this stack, by name. */
  readonly platform: Readonly<Partial<Record<PlatformFunctionName, PlatformFunction>>>;
  /** Ends of executions, from the account's default bus. */
  readonly workflowStatus?: EncryptedQueue;
  /** True when the request of some step may come to a person. */
  readonly asksPeople: boolean;
  /** The page behind links of approvals. */
  readonly approvalPage?: ApprovalPage;

  constructor(scope: Construct, id: string, props: OrchestrationStackProps) {
    super(scope, id, props.topology.name, props);
    this.asksPeople = props.workflows.some(({ asl }) => fallsBackToPeople(asl));
    const code = props.platform(this);
    const platform: Partial<Record<PlatformFunctionName, PlatformFunction>> = {};
    for (const name of neededPlatformFunctions(props.topology, props.workflows.length)) {
      if (name in DESCRIPTIONS) platform[name] = this.platformFunction(name, codeOf(code, name).code, props);
    }
    if (props.approvalLinks) {
      const { fabric } = props.messaging;
      const own = codeOf(code, 'approval-page').code;
      this.approvalPage = new ApprovalPage(this, 'Approvals', { ...props.approvalLinks, code: own, fabric });
      for (const fn of [platform.dispatcher, platform.deadlines]) if (fn) this.approvalPage.letAsk(fn);
      platform['approval-page'] = this.approvalPage.function;
    }
    this.platform = platform;
    const { dispatcher } = platform;
    this.workflows = Object.fromEntries(
      props.workflows.flatMap((definition) =>
        dispatcher ? [[definition.name, this.workflow(definition, dispatcher)]] : [],
      ),
    );
    this.connectRequests(props);
    if (props.workflows.length > 0) this.workflowStatus = this.connectWorkflows(props);
    for (const [name, { stateMachine }] of Object.entries(this.workflows))
      this.output(stateMachine.stateMachineArn, 'Workflow', name);
    for (const { name, startedBy } of props.workflows) this.output(startedBy.name, WORKFLOW_START_OUTPUT, name);
    for (const [name, fn] of Object.entries(platform)) this.output(fn.functionName, 'PlatformFunction', name);
  }

  private workflow(definition: DeployableWorkflow, dispatcher: PlatformFunction): Workflow {
    const stateMachineName = machineName(this.stackName, definition.name);
    return new Workflow(this, `Workflow-${definition.name}`, { definition, dispatcher, stateMachineName });
  }

  private platformFunction(name: PlatformFunctionName, code: Code, props: OrchestrationStackProps): PlatformFunction {
    const { fabric, mailboxes, platformDeadLetters } = props.messaging;
    // Steps, further attempts and compensations may go over direct channels.
    const sendsCommands = name !== 'starter';
    const fn = new PlatformFunction(this, pascal(name), {
      name,
      code,
      description: `Laneway: ${DESCRIPTIONS[name] ?? name}`,
      fabric,
      ledger: 'record',
      pending: 'deliver',
      payloads: 'read-write',
      publishes: true,
      ...(name === 'supervisor' ? { timeout: SUPERVISE_TIMEOUT, pending: 'maintain' } : {}),
      environment: {
        [ENVIRONMENT.deadLetterQueue]: platformDeadLetters.queueUrl,
        ...(sendsCommands ? mailboxesVariable(Object.values(mailboxes)) : {}),
        ...(FINDS_MACHINES.includes(name) ? machinesVariable(this) : {}),
      },
    });
    if (sendsCommands)
      allowSend(
        fn,
        ...Object.values(mailboxes)
          .flatMap(lanesOf)
          .map((lane) => lane.queue),
      );
    allowSend(fn, platformDeadLetters);
    return fn;
  }

  private connectRequests({ messaging }: OrchestrationStackProps): void {
    const { replies, deadlines, supervisor, 'workflow-events': ends } = this.platform;
    if (messaging.routed.replies) replies?.receiveFrom(messaging.routed.replies);
    deadlines?.receiveFrom(messaging.timerQueue);
    const machines = Object.values(this.workflows).map(({ stateMachine }) => stateMachine.stateMachineArn);
    // On AWS a token's use is judged by its state machine, as CDK's own `grantTaskResponse` has it.
    for (const fn of [replies, deadlines, ends, supervisor]) {
      if (fn && machines.length > 0) allow(fn, ANSWERS, machines);
    }
    this.letDispatcherAnswer(machines);
  }

  /**
   * The dispatcher answers a token itself when a request cannot be made. A policy of its own, as machine, function and
   * the role's default policy would otherwise wait for each other.
   */
  private letDispatcherAnswer(machines: readonly string[]): void {
    const role = this.platform.dispatcher?.role;
    if (!role || machines.length === 0) return;
    const policy = new Policy(this, 'DispatcherAnswers');
    policy.addStatements(new PolicyStatement({ actions: [...ANSWERS], resources: [...machines] }));
    policy.attachToRole(role);
  }

  private connectWorkflows(props: OrchestrationStackProps): EncryptedQueue {
    const { messaging } = props;
    const { starter, supervisor, 'workflow-events': workflowEvents } = this.platform;
    const arns = Object.values(this.workflows).map(({ stateMachine }) => stateMachine.stateMachineArn);
    if (starter) {
      allow(starter, ['states:StartExecution'], arns);
      if (messaging.routed.starts) starter.receiveFrom(messaging.routed.starts);
    }
    const queue = new EncryptedQueue(this, 'WorkflowStatus', {
      deadLetterQueue: messaging.platformDeadLetters,
      consumerTimeout: PLATFORM_TIMEOUT,
    });
    queue.acceptFromDefaultBus();
    new Rule(this, 'WorkflowEnds', {
      description: `Ends of the workflows of ${this.application}`,
      eventPattern: {
        source: ['aws.states'],
        detailType: ['Step Functions Execution Status Change'],
        detail: { stateMachineArn: arns, status: ['SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED'] },
      },
      targets: [queueTarget(queue, messaging.platformDeadLetters)],
    });
    workflowEvents?.receiveFrom(queue);
    if (workflowEvents) this.allowOnExecutions(workflowEvents, ['states:DescribeExecution']);
    if (supervisor) this.connectSupervisor(supervisor, messaging);
    return queue;
  }

  private connectSupervisor(supervisor: PlatformFunction, messaging: MessagingStack): void {
    const machines = Object.values(this.workflows).map(({ stateMachine }) => stateMachine.stateMachineArn);
    allow(supervisor, ['states:ListExecutions'], machines);
    this.allowOnExecutions(supervisor, SUPERVISES);
    const rule = new Rule(this, 'SuperviseSchedule', {
      schedule: Schedule.rate(SUPERVISE_EVERY),
      targets: [functionTarget(supervisor, messaging.platformDeadLetters)],
    });
    supervisor.addPermission('Schedule', {
      principal: new ServicePrincipal('events.amazonaws.com'),
      sourceArn: rule.ruleArn,
    });
  }

  private allowOnExecutions(fn: PlatformFunction, actions: readonly string[]): void {
    for (const { stateMachine } of Object.values(this.workflows)) {
      const executions = `:states:${this.region}:${this.account}:execution:${stateMachine.stateMachineName}:*`;
      allow(fn, actions, [`arn:${this.partition}${executions}`]);
      acknowledge(
        fn.grantPrincipal as Role,
        `AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:states:<AWS::Region>:<AWS::AccountId>:execution:<${logicalIdOf(stateMachine)}.Name>:*]`,
        'Executions get their names when they start; the resource is narrowed to those of this workflow.',
      );
    }
  }
}

/** The functions of this stack. */
const DESCRIPTIONS: Readonly<Partial<Record<PlatformFunctionName, string>>> = {
  replies: 'closes requests and resumes who waits for them',
  deadlines: 'fires the deadlines of requests, and escalates them',
  dispatcher: 'publishes what workflow steps send',
  starter: 'starts workflows',
  'workflow-events': 'reports the ends of workflows',
  supervisor: 'sees to it that somebody will answer every step that waits',
};

function pascal(name: string): string {
  return name.replace(/(^|-)([a-z])/g, (_, _dash: string, letter: string) => letter.toUpperCase());
}
