import { resolve } from 'node:path';
import { RemovalPolicy, type Stack, type Environment } from 'aws-cdk-lib';
import type { ManagedPolicy } from 'aws-cdk-lib/aws-iam';
import type { Code } from 'aws-cdk-lib/aws-lambda';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { approvalPage } from '../../functions/platform/approval-page/declaration.js';
import { neededPlatformFunctions, PLATFORM_FUNCTIONS } from '../../functions/platform/declarations.js';
import type { Duration as LanewayDuration } from '../../shared/domain/base/duration.js';
import { LanewayError, unknownName } from '../../shared/domain/base/errors.js';
import { routingRules } from '../../shared/topology/rules.js';
import type { Topology } from '../../shared/topology/topology.js';
import { checkStarts } from '../../shared/workflow/analyse/check-starts.js';
import { leaveOutForEngine } from '../engines/leave-out.js';
import { AgentGroupStack } from '../stacks/agent-group-stack.js';
import { AgentsStack } from '../stacks/agents-stack.js';
import { MessagingStack } from '../stacks/messaging-stack.js';
import { ObservabilityStack } from '../stacks/observability-stack.js';
import { OrchestrationStack, type DeployableWorkflow } from '../stacks/orchestration-stack.js';
import { StateStack } from '../stacks/state-stack.js';
import { agentGroups } from './agent-groups.js';
import { deployedWorkflows, handlerOf, type Entries } from './bundled-parts.js';
import { checkSize } from './check-size.js';
import { longestExecution, longestRetention, wholeDays } from './retention-days.js';
import { agentEntries, topologyModuleOf, workerEntry, type AgentSources } from './agent-entries.js';
import type { AgentFunction, AgentOverrides } from '../constructs/agent-function.js';
import type { Bindable } from '../constructs/binding.js';
import { rolePathOf } from '../constructs/policies/bus-policy.js';
import { bundle, ENGINE_CONTEXT, platformEntry } from '../constructs/bundle.js';
import { bundleSettings, type BundleOptions } from './bundle-settings.js';
import type { ExpectedLoad } from '../constructs/bounds/expected-load.js';
import type { Fabric } from '../constructs/fabric.js';
import type { LedgerRetention } from '../constructs/ledger-evidence.js';
import type { Mailbox } from '../constructs/queues/mailbox.js';
import { platformKey } from '../constructs/platform-function.js';
import type { PlatformOverrides } from '../stacks/platform-functions.js';
import type { FunctionOverrides, FunctionTracing } from '../constructs/runtime-function.js';
import type { WorkerPolicy } from '../constructs/policies/worker-policy.js';

/** Properties of {@link LanewayApplication}. */
export interface LanewayApplicationProps {
  /** With its message types, as `defineTopology` makes it, operators have payloads checked without the sources. */
  readonly topology: Pick<Topology, 'name' | 'model'> & Partial<Pick<Topology, 'types'>>;
  /** Workflows to deploy. @default none */
  readonly workflows?: readonly DeployableWorkflow[];
  /**
   * The folder with `<agent>/lambda.ts`, or for each agent an entry file or a function made elsewhere. An agent that runs
   * as a worker needs nothing here; `WorkerService` takes its `<agent>/worker.ts`.
   */
  readonly agents: AgentSources;
  /**
   * The module that exports the topology; functions of the platform are bundled with it.
   * @default `topology.ts` in the folder of the agents
   */
  readonly topologyModule?: string;
  /**
   * Version of the application; operators see which one is deployed.
   * @default `version` in package.json of the working directory, if there is one
   */
  readonly version?: string;
  /** Resources and texts that agents find by name: agent -> name -> value. A resource comes with read and write access. @default none */
  readonly bind?: Readonly<Record<string, Readonly<Record<string, Bindable>>>>;
  /** Account and region of the stacks. @default where they are deployed */
  readonly env?: Environment;
  /** Fate of tables, buckets and keys when their stack is deleted. @default RETAIN; DESTROY on a local engine */
  readonly removalPolicy?: RemovalPolicy;
  /** Days and lock of the ledger's evidence: archive and seals. @default see {@link LedgerRetention} */
  readonly ledger?: LedgerRetention;
  /** Topic to which every alarm reports that it rises and that it is over. @default none: nobody is told */
  readonly alarmTopic?: ITopic;
  /**
   * Whole days for which the bus keeps every event, so that `laneway replay archive` can send it again. EventBridge charges
   * by size, for archiving and for keeping. @default the bus keeps none
   */
  readonly busArchive?: LanewayDuration;
  /**
   * Puts a link into `ApprovalRequested`. It leads to a page on which people decide: a function with a public address, and a
   * key in KMS ($1 a month). `true` takes the defaults; an object sets memory, log retention or concurrency of the function.
   * Without a reserved concurrency a flood of calls takes that of the account, which agents share. Needs workflows.
   * @default false
   */
  readonly approvalLinks?: boolean | FunctionOverrides;
  /**
   * Executions of workflows that are started a second; more wait in their queue. Set it below the refill rate of
   * StartExecution in your region and account, of which other applications need some: by default 300 a second in
   * `us-east-1`, `us-west-2` and `eu-west-1`, and 150 elsewhere. More than 0, up to 20,000.
   * @default 100
   */
  readonly startsPerSecond?: number;
  /**
   * ARNs of further IAM roles or users that publish as parts of the application, with `*` and `?`: of clients and workers that are
   * not under {@link LanewayApplication.rolePath}, and of operators. The bus refuses Laneway's sources from others. @default none
   */
  readonly publishers?: readonly string[];
  /**
   * Load of the dispatcher at the busiest time: steps of workflows that send a message, and the time of one (40 milliseconds are
   * usual). `1.5 * perSecond * (takes + 50 ms)` invocations are reserved for it, 1,000 at most, and it gets no more: what comes
   * beyond is tried again by its step. Reserved invocations are taken from those of the account.
   * @default no reservation: it takes what the account has left
   */
  readonly dispatches?: ExpectedLoad;
  /**
   * Memory, log retention and concurrency of functions of the platform, by name: `{ sweeper: { memorySize: 1769 } }` gives the
   * sweeper a whole processor in place of a seventh. The page of approvals has its settings in `approvalLinks`.
   * @default 256 MB, one month, no reservation
   */
  readonly platformFunctions?: PlatformOverrides;
  /** Traces of X-Ray of workflows, at 5 USD a million. `pass-through`: only of executions that others trace. @default 'active' */
  readonly workflowTracing?: FunctionTracing;
  /**
   * Invocations that all agents together may have at once, so that no flood takes the account's concurrency from the platform's
   * functions: 900 of an account's 1,000. What the caps of lower lanes leave is divided evenly between the highest lanes.
   * @default no cap for highest lanes
   */
  readonly agentConcurrency?: number;
  /**
   * Agents of the first stacks, and of each further one, in the order of the topology: `<id>Agents2`, `<id>Agents3` hold what does
   * not fit into the first. An agent that changes its stack gets new queues: give the number that is deployed, add agents at the
   * end, and let the lanes of others run empty before they move. @default as many as CloudFormation's quotas allow
   */
  readonly agentsPerStack?: number;
  /** Memory, log retention, concurrency, caps and loads of lanes by agent, of agents that run on Lambda. */
  readonly functions?: Readonly<Record<string, AgentOverrides>>;
  /** Budgets of the functions' bundles, and what goes with them. */
  readonly bundles?: BundleOptions;
}

/** Parts of a topology whose names an error lists. */
const NAMED = { UNKNOWN_AGENT: 'agents', UNKNOWN_CLIENT: 'clients', NOT_FOUND: 'ingress' } as const;

/**
 * A whole application from its topology: the stacks `<id>State`, `<id>Messaging`, `<id>Agents`, `<id>Orchestration` (when
 * there are requests or workflows) and `<id>Observability`; further agents have `<id>Agents2` and so on. Clients and the CLI find everything by the stacks' outputs.
 *
 * @throws LanewayError INVALID_TOPOLOGY (rules, patterns or resources over AWS's quotas), NOT_FOUND (an agent without a
 * function, no topology module), UNKNOWN_AGENT (a function or binding of no agent), INVALID_OPTION (a worker with what
 * only functions have, an environment over Lambda's 4,096 bytes), CONFIGURATION (bundling failed)
 */
export class LanewayApplication extends Construct {
  /** The stacks of the application; `orchestration` exists only with requests or workflows. */
  readonly stacks: {
    readonly state: StateStack;
    readonly messaging: MessagingStack;
    readonly agents: AgentsStack;
    readonly orchestration: OrchestrationStack | undefined;
    readonly observability: ObservabilityStack;
    /** Stacks of the agents that the first ones have no room for. */
    readonly groups: readonly AgentGroupStack[];
  };
  private bundles?: ReadonlyMap<string, Code>;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: LanewayApplicationProps,
  ) {
    super(scope, id);
    const topology = props.topology.model;
    const workflows = props.workflows ?? [];
    checkStarts(topology, workflows);
    const bind = props.bind ?? {};
    for (const agent of Object.keys(bind)) this.checkAgent(agent, 'bind');
    for (const agent of Object.keys(props.functions ?? {})) this.checkFunction(agent, 'functions');
    checkPlatformFunctions(props);
    const entries = agentEntries(topology, props.agents);
    const stack = (name: string) => ({
      stackName: `${id}${name}`,
      description: `Laneway application ${topology.name}: ${name.toLowerCase()}`,
      ...(props.env ? { env: props.env } : {}),
    });
    const links = linksOf(props);
    const bundles = (owner: Stack) => this.bundleOnce(owner, entries, workflows);
    const local = Boolean(this.node.tryGetContext(ENGINE_CONTEXT));
    const removalPolicy = props.removalPolicy ?? (local ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN);
    const state = new StateStack(this, 'State', {
      ...stack('State'),
      application: topology.name,
      removalPolicy,
      ledger: props.ledger ?? {},
      retainPayloadsDays: Math.max(longestRetention(topology), longestExecution(workflows)),
    });
    const starts = workflows.map((workflow) => workflow.startedBy.name);
    const awaited = workflows.flatMap(({ awaits }) => (awaits ?? []).map(({ type }) => type));
    const [, ...further] = agentGroups(topology, routingRules(topology, starts, awaited), props.agentsPerStack);
    const messaging = new MessagingStack(this, 'Messaging', {
      ...stack('Messaging'),
      ...{ topology, starts, state, awaited, further: further.flat() },
      ...(props.publishers === undefined ? {} : { publishers: props.publishers }),
      ...(props.busArchive === undefined ? {} : { busArchiveDays: wholeDays(props.busArchive) }),
    });
    const groups = further.map((group, index) => {
      const name = `Agents${index + 2}`;
      return new AgentGroupStack(this, name, { ...stack(name), topology, group, messaging });
    });
    const agents = new AgentsStack(this, 'Agents', {
      ...stack('Agents'),
      topology,
      state,
      messaging,
      groups,
      agents: (owner) => new Map([...entries].flatMap(([agent, entry]) => handlerOf(agent, entry, bundles(owner)))),
      platform: bundles,
      bind,
      overrides: props.functions ?? {},
      agentConcurrency: props.agentConcurrency,
      platformFunctions: props.platformFunctions,
    });
    const orchestration =
      messaging.routed.replies || workflows.length > 0
        ? new OrchestrationStack(this, 'Orchestration', {
            ...stack('Orchestration'),
            ...{ topology, workflows, state, messaging },
            ...{
              startsPerSecond: props.startsPerSecond,
              dispatches: dispatchesOf(props),
              platformFunctions: props.platformFunctions,
              workflowTracing: props.workflowTracing,
            },
            platform: bundles,
            ...(links ? { approvalLinks: { ...links, removalPolicy } } : {}),
          })
        : undefined;
    const observability = new ObservabilityStack(this, 'Observability', {
      ...stack('Observability'),
      topology,
      messaging,
      agents,
      orchestration,
      deployed: {
        ...{ topology: props.topology, workflows },
        ...(props.version === undefined ? {} : { version: props.version }),
      },
      ...(props.alarmTopic ? { alarmTopic: props.alarmTopic } : {}),
    });
    for (const group of groups) {
      group.addAgents(agents.forGroup(props.alarmTopic));
      observability.addStackDependency(group);
    }
    this.stacks = { state, messaging, agents, orchestration, observability, groups };
    leaveOutForEngine(this);
    for (const one of [state, messaging, agents, orchestration, observability, ...groups])
      one?.node.addValidation({ validate: () => checkSize(one) });
  }

  /** Bus, tables, payload bucket and timer queue: the resources that every function of the application uses. */
  get fabric(): Fabric {
    return this.stacks.messaging.fabric;
  }

  /** The application's bus. */
  get bus(): Fabric['bus'] {
    return this.fabric.bus;
  }

  /**
   * Path of the application's roles, `/laneway/<name>/`. Give it to the role of a client or a worker, so that the bus believes it.
   */
  get rolePath(): string {
    return rolePathOf(this.props.topology.name);
  }

  /** An agent's lanes and dead letter queue. @throws LanewayError UNKNOWN_AGENT */
  mailbox(agent: string): Mailbox {
    return this.merged(({ mailboxes }) => mailboxes)[agent] ?? this.unknown('UNKNOWN_AGENT', 'agent', agent);
  }

  /**
   * An agent's function; more can be bound to it.
   * @throws LanewayError UNKNOWN_AGENT, INVALID_OPTION for an agent that runs as a worker
   */
  agent(agent: string): AgentFunction {
    this.checkFunction(agent, 'agent()');
    return this.merged(({ agents }) => agents)[agent] ?? this.unknown('UNKNOWN_AGENT', 'agent', agent);
  }

  /**
   * Policy for the processes of an agent that runs as a worker. Attach it to their role; more can be bound to it.
   * @throws LanewayError UNKNOWN_AGENT, INVALID_OPTION for an agent that runs on Lambda
   */
  worker(agent: string): WorkerPolicy {
    this.checkAgent(agent, 'worker()');
    const worker = this.merged(({ workers }) => workers)[agent];
    if (worker) return worker;
    throw new LanewayError('INVALID_OPTION', `agent '${agent}' runs on Lambda, not as a worker`, {
      help: [`use agent('${agent}'), or declare it with runs: 'worker'   (${this.props.topology.name})`],
    });
  }

  /**
   * Entry file of an agent that runs as a worker, found by the property `agents`.
   * @throws LanewayError UNKNOWN_AGENT, NOT_FOUND without one, INVALID_OPTION for an agent that runs on Lambda
   */
  workerEntry(agent: string): string {
    return workerEntry(this.props.topology.model, this.props.agents, agent);
  }

  /**
   * Policies with all rights of a client: its own, and that of all clients. Attach both to the client's role, under `rolePath`.
   * @throws LanewayError UNKNOWN_CLIENT
   */
  client(client: string): { readonly policies: ManagedPolicy[] } {
    return this.stacks.messaging.clients[client] ?? this.unknown('UNKNOWN_CLIENT', 'client', client);
  }

  /** Policy for the role of another system: publishing what an ingress takes, and no more. @throws LanewayError NOT_FOUND */
  ingress(ingress: string): { readonly policy: ManagedPolicy } {
    return this.stacks.messaging.ingresses[ingress] ?? this.unknown('NOT_FOUND', 'ingress', ingress);
  }

  /** Parts by agent, of the first stacks and of the groups. */
  private merged<Part>(of: (stack: AgentPlaces) => Readonly<Record<string, Part>>): Readonly<Record<string, Part>> {
    const { agents, messaging, groups } = this.stacks;
    const first = { mailboxes: messaging.mailboxes, agents: agents.agents, workers: agents.workers };
    return Object.assign({}, ...[first, ...groups].map(of)) as Readonly<Record<string, Part>>;
  }

  private checkAgent(agent: string, where: string): void {
    if (!Object.hasOwn(this.props.topology.model.agents, agent)) this.unknown('UNKNOWN_AGENT', 'agent', agent, where);
  }

  private checkFunction(agent: string, where: string): void {
    this.checkAgent(agent, where);
    if (this.props.topology.model.agents[agent]?.runs !== 'worker') return;
    throw new LanewayError('INVALID_OPTION', `agent '${agent}' runs as a worker and has no function`, {
      help: [`use worker('${agent}') for its policy, or leave 'runs' out   (${this.props.topology.name}, ${where})`],
    });
  }

  private unknown(code: keyof typeof NAMED, what: string, given: string, where = 'laneway/cdk'): never {
    const { model } = this.props.topology;
    const known = Object.keys(model[NAMED[code]]);
    throw unknownName(code, `there is no ${what} '${given}'`, given, known, `${model.name}, ${where}`);
  }

  /** Agents and platform in one build; it is made for the first stack that needs bundles. */
  private bundleOnce(
    owner: Stack,
    agents: Entries,
    workflows: readonly DeployableWorkflow[],
  ): ReadonlyMap<string, Code> {
    const files = [...agents].filter((entry): entry is [string, string] => typeof entry[1] === 'string');
    const links = linksOf(this.props) !== undefined;
    const { model } = this.props.topology;
    const needed = neededPlatformFunctions({ topology: model, workflows: workflows.length, links });
    const names = needed.map(({ name }) => name);
    if (!owner.bundlingRequired) {
      const all = [...files.map(([agent]) => agent), ...names.map(platformKey)];
      return bundle(owner, new Map(all.map((name) => [name, name])));
    }
    if (this.bundles) return this.bundles;
    const module = this.props.topologyModule ?? topologyModuleOf(this.props.agents);
    if (module === undefined) {
      throw new LanewayError('NOT_FOUND', `the module of topology '${this.props.topology.name}' is not known`, {
        help: ["put topology.ts next to the agents' folders, or name it in 'topologyModule'"],
      });
    }
    const deployed = deployedWorkflows(workflows);
    const platform = names.map(
      (name) => [platformKey(name), platformEntry(owner, name, resolve(module), deployed)] as const,
    );
    this.bundles = bundle(owner, new Map([...files, ...platform]), bundleSettings(this.props.bundles));
    return this.bundles;
  }
}

/** Settings of the page behind links; undefined without. @throws LanewayError INVALID_OPTION without workflows */
function linksOf({ approvalLinks = false, workflows = [], topology }: LanewayApplicationProps) {
  if (approvalLinks === false) return undefined;
  if (workflows.length > 0) return approvalLinks === true ? {} : approvalLinks;
  throw new LanewayError('INVALID_OPTION', `'${topology.name}' has approvalLinks, and no workflow that asks anybody`, {
    help: ["name its workflows in 'workflows', or leave approvalLinks out"],
  });
}

/** @throws LanewayError INVALID_OPTION for a function that there is not, or that has its settings elsewhere */
function checkPlatformFunctions({ platformFunctions = {}, dispatches, topology }: LanewayApplicationProps): void {
  const known = PLATFORM_FUNCTIONS.map(({ name }) => name).filter((name) => name !== approvalPage.name);
  for (const name of Object.keys(platformFunctions))
    if (!known.some((one) => one === name))
      throw unknownName('INVALID_OPTION', `platformFunctions: there is no '${name}'`, name, known, topology.name);
  if (dispatches === undefined || platformFunctions.dispatcher?.reservedConcurrency === undefined) return;
  throw new LanewayError('INVALID_OPTION', `'${topology.name}' gives the dispatcher a load and a reservedConcurrency`, {
    help: ['leave one of dispatches and platformFunctions.dispatcher.reservedConcurrency out'],
  });
}

/** Load of the dispatcher; undefined without. @throws LanewayError INVALID_OPTION without workflows */
function dispatchesOf({ dispatches, workflows = [], topology }: LanewayApplicationProps): ExpectedLoad | undefined {
  if (dispatches === undefined || workflows.length > 0) return dispatches;
  throw new LanewayError('INVALID_OPTION', `'${topology.name}' has a load of dispatches, and no workflow`, {
    help: ["name its workflows in 'workflows', or leave dispatches out"],
  });
}

type AgentPlaces = Pick<AgentGroupStack, 'mailboxes' | 'agents' | 'workers'>;
