import type { RemovalPolicy, StackProps } from 'aws-cdk-lib';
import { Rule } from 'aws-cdk-lib/aws-events';
import { ManagedPolicy, Policy, PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { approvalPage } from '../../functions/platform/approval-page/declaration.js';
import { PLATFORM_TIMEOUT, type PlatformQueue, type PlatformTrigger } from '../../functions/platform/declaration.js';
import { neededPlatformFunctions, type PlatformFunctionName } from '../../functions/platform/declarations.js';
import type { TopologyModel } from '../../shared/topology/model.js';
import { machineName } from '../../shared/platform/workflows/deployed-workflows.js';
import { fallsBackToPeople } from '../../shared/workflow/compile/calls-in.js';
import type { WorkflowDefinition } from '../../shared/workflow/define/workflow-definition.js';
import { ApprovalPage } from '../constructs/approval-page.js';
import { acknowledge, logicalIdOf } from '../constructs/acknowledge.js';
import { durationOf } from '../constructs/duration-of.js';
import type { ExpectedLoad } from '../constructs/bounds/expected-load.js';
import { EncryptedQueue } from '../constructs/queues/encrypted-queue.js';
import { allow } from '../constructs/permissions.js';
import { codeOf, type PlatformCode, type PlatformFunction } from '../constructs/platform-function.js';
import type { FunctionOverrides, FunctionTracing } from '../constructs/runtime-function.js';
import { queueTarget, ruleNameIn } from '../constructs/queues/rule-target.js';
import { Workflow } from '../constructs/workflow.js';
import { WORKFLOW_START_OUTPUT } from '../../shared/topology/deployed/output-key.js';
import { ApplicationStack } from './application-stack.js';
import type { MessagingStack } from './messaging-stack.js';
import { addPlatformFunction, connectTrigger, constructId, type PlatformOverrides } from './platform-functions.js';
import type { StateStack } from './state-stack.js';

/** Parts of a workflow that a deployment needs: name, definition, and the type that starts it. */
export type DeployableWorkflow = Pick<WorkflowDefinition, 'name' | 'asl'> &
  Partial<Pick<WorkflowDefinition, 'awaits' | 'byHand'>> & {
    readonly startedBy: { readonly name: string };
  };

const ANSWERS = ['states:SendTaskFailure', 'states:SendTaskSuccess'] as const;

/** Rights on the executions of a workflow; the definition is read only where an engine's history tells too little. */
const ON_EXECUTIONS = {
  starts: ['states:DescribeExecution'],
  describes: ['states:DescribeExecution'],
  supervises: [
    'states:DescribeExecution',
    'states:DescribeStateMachineForExecution',
    'states:GetExecutionHistory',
    'states:StopExecution',
  ],
} as const;

/** The right of whoever only looks at executions. */
const LOOKING = 'states:DescribeExecution';

/** Rights on the state machine of a workflow. */
const ON_MACHINES = {
  starts: ['states:StartExecution'],
  describes: [],
  supervises: ['states:ListExecutions'],
} as const;

/** Properties of {@link OrchestrationStack}. */
export interface OrchestrationStackProps extends StackProps {
  /** Model of the topology. */
  readonly topology: TopologyModel;
  /** Workflows to deploy; without any the stack holds requests alone. */
  readonly workflows: readonly DeployableWorkflow[];
  /** Stack of tables, archive and seals. */
  readonly state: StateStack;
  /** Stack of bus and queues. */
  readonly messaging: MessagingStack;
  /** Executions that are started a second. @default see `startsPerSecond` of `LanewayApplication` */
  readonly startsPerSecond?: number | undefined;
  /** Memory, log retention and concurrency of platform functions. @default those of every platform function */
  readonly platformFunctions?: PlatformOverrides | undefined;
  /** Traces of the workflows. @default 'active' */
  readonly workflowTracing?: FunctionTracing | undefined;
  /** Load that the dispatcher is to bear. @default it has no reservation */
  readonly dispatches?: ExpectedLoad | undefined;
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
  private looking?: ManagedPolicy;

  constructor(scope: Construct, id: string, props: OrchestrationStackProps) {
    super(scope, id, props.topology.name, props);
    this.asksPeople = props.workflows.some(({ asl }) => fallsBackToPeople(asl));
    const platform = this.platformFunctions(props);
    if (props.approvalLinks) this.approvalPage = this.page(props, props.approvalLinks, platform);
    this.platform = platform;
    const dispatcher = Object.values(platform).find((fn) => invokedBySteps(fn));
    this.workflows = Object.fromEntries(
      props.workflows.flatMap((definition) =>
        dispatcher ? [[definition.name, this.workflow(definition, dispatcher, props.workflowTracing)]] : [],
      ),
    );
    if (props.workflows.length > 0) this.workflowStatus = this.statusQueue(props.messaging);
    for (const fn of Object.values(platform)) this.connect(fn, props);
    for (const [name, { stateMachine }] of Object.entries(this.workflows))
      this.output(stateMachine.stateMachineArn, 'Workflow', name);
    for (const { name, startedBy } of props.workflows) this.output(startedBy.name, WORKFLOW_START_OUTPUT, name);
    this.platformOutputs(platform);
  }

  private workflow(
    definition: DeployableWorkflow,
    dispatcher: PlatformFunction,
    tracing: FunctionTracing | undefined,
  ): Workflow {
    const stateMachineName = machineName(this.stackName, definition.name);
    return new Workflow(this, `Workflow-${definition.name}`, { definition, dispatcher, stateMachineName, tracing });
  }

  private platformFunctions(props: OrchestrationStackProps): PlatformFunctions {
    const { topology, workflows } = props;
    const code = props.platform(this);
    const links = props.approvalLinks !== undefined;
    const needed = neededPlatformFunctions({ topology, workflows: workflows.length, links });
    // The page makes its function itself.
    const own = needed.filter((one) => one.stack === 'orchestration' && one.links !== 'verifies');
    return Object.fromEntries(
      own.map((declaration) => [declaration.name, addPlatformFunction(this, declaration, code, props)]),
    );
  }

  /** The page behind links; those who ask people sign them. */
  private page(
    { topology, messaging, platform }: OrchestrationStackProps,
    settings: NonNullable<OrchestrationStackProps['approvalLinks']>,
    functions: PlatformFunctions,
  ): ApprovalPage {
    const { name } = approvalPage;
    const code = codeOf(platform(this), name);
    const page = new ApprovalPage(this, 'Approvals', { ...settings, topology, code, fabric: messaging.fabric });
    for (const fn of Object.values(functions)) if (fn.declaration.links === 'signs') page.letAsk(fn);
    functions[name] = page.function;
    return page;
  }

  /** Triggers of a function, and its rights on the workflows. */
  private connect(fn: PlatformFunction, props: OrchestrationStackProps): void {
    const { answersTokens, executions, triggers } = fn.declaration;
    const own = this.workflowStatus ? { workflowStatus: this.workflowStatus } : {};
    // Statements of a policy keep their order: those of requests are there without workflows, and come first.
    const ofRequests = (trigger: PlatformTrigger) => trigger.kind === 'queue' && REQUEST_QUEUES.includes(trigger.queue);
    for (const trigger of triggers) if (ofRequests(trigger)) connectTrigger(fn, trigger, props, own);
    if (answersTokens) this.letAnswer(fn);
    if (executions) this.allowOnMachines(fn, ON_MACHINES[executions]);
    for (const trigger of triggers) if (!ofRequests(trigger)) connectTrigger(fn, trigger, props, own);
    if (executions) this.allowOnExecutions(fn, ON_EXECUTIONS[executions]);
  }

  /**
   * On AWS a token's use is judged by its state machine, as CDK's own `grantTaskResponse` has it. A function that the
   * machines invoke gets a policy of its own, as machine, function and the role's default policy would otherwise wait
   * for each other.
   */
  private letAnswer(fn: PlatformFunction): void {
    if (!invokedBySteps(fn)) return this.allowOnMachines(fn, ANSWERS);
    const machines = this.machines();
    if (!fn.role || machines.length === 0) return;
    const policy = new Policy(this, `${constructId(fn.declaration.name)}Answers`);
    policy.addStatements(new PolicyStatement({ actions: [...ANSWERS], resources: machines }));
    policy.attachToRole(fn.role);
  }

  private machines(): string[] {
    return Object.values(this.workflows).map(({ stateMachine }) => stateMachine.stateMachineArn);
  }

  /** Ends of executions, by a rule of the account's default bus. */
  private statusQueue(messaging: MessagingStack): EncryptedQueue {
    const queue = new EncryptedQueue(this, 'WorkflowStatus', {
      deadLetterQueue: messaging.platformDeadLetters,
      consumerTimeout: durationOf(PLATFORM_TIMEOUT),
    });
    const ruleName = ruleNameIn(this, 'WorkflowEnds');
    messaging.platformDeadLetters.acceptFromDefaultBus(ruleName);
    queue.acceptFromDefaultBus(ruleName);
    new Rule(this, 'WorkflowEnds', {
      ruleName,
      description: `Ends of the workflows of ${this.application}`,
      eventPattern: {
        source: ['aws.states'],
        detailType: ['Step Functions Execution Status Change'],
        detail: { stateMachineArn: this.machines(), status: ['SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED'] },
      },
      targets: [queueTarget(queue, messaging.platformDeadLetters)],
    });
    return queue;
  }

  private allowOnMachines(fn: PlatformFunction, actions: readonly string[]): void {
    const machines = this.machines();
    if (machines.length > 0 && actions.length > 0) allow(fn, actions, machines);
  }

  /** Functions that only look at executions have one policy, which names each workflow once. */
  private allowOnExecutions({ role, grantPrincipal }: PlatformFunction, actions: readonly string[]): void {
    if (actions.length === 0 || Object.keys(this.workflows).length === 0) return;
    if (actions.some((action) => action !== LOOKING)) return this.allowOnEach(grantPrincipal as Role, actions);
    if (!this.looking) {
      const description = `Laneway: looking at executions of ${this.application}`;
      this.looking = new ManagedPolicy(this, 'Looking', { description });
      this.allowOnEach(this.looking, actions);
    }
    role?.addManagedPolicy(this.looking);
  }

  private allowOnEach(grantee: Role | ManagedPolicy, actions: readonly string[]): void {
    for (const { stateMachine } of Object.values(this.workflows)) {
      const executions = `:states:${this.region}:${this.account}:execution:${stateMachine.stateMachineName}:*`;
      allow(grantee, actions, [`arn:${this.partition}${executions}`]);
      acknowledge(
        grantee,
        `AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:states:<AWS::Region>:<AWS::AccountId>:execution:<${logicalIdOf(stateMachine)}.Name>:*]`,
        'Executions get their names when they start; the resource is narrowed to those of this workflow.',
      );
    }
  }
}

type PlatformFunctions = Partial<Record<PlatformFunctionName, PlatformFunction>>;

/** Queues of requests, which are there without workflows. */
const REQUEST_QUEUES: readonly PlatformQueue[] = ['replies', 'timers'];

function invokedBySteps({ declaration }: PlatformFunction): boolean {
  return declaration.triggers.some(({ kind }) => kind === 'steps');
}
