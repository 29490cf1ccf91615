import { Lazy, type StackProps } from 'aws-cdk-lib';
import type { Code, IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { DRAIN_TIMEOUT } from '../../functions/platform/dead-letters/declaration.js';
import { neededPlatformFunctions, type PlatformFunctionName } from '../../functions/platform/declarations.js';
import type { TopologyModel } from '../../shared/topology/model.js';
import { acknowledge } from '../constructs/acknowledge.js';
import { AgentFunction, lowerCapsOf, type AgentOverrides } from '../constructs/agent-function.js';
import { agentOf } from '../constructs/agent-rights.js';
import type { Bindable } from '../constructs/binding.js';
import { capsOfHighestLanes } from '../constructs/bounds/agent-concurrency.js';
import { durationOf } from '../constructs/duration-of.js';
import { allowWatching } from '../constructs/policies/watch-rights.js';
import { EncryptedQueue } from '../constructs/queues/encrypted-queue.js';
import { lanesOf } from '../constructs/queues/mailbox.js';
import type { PlatformCode, PlatformFunction } from '../constructs/platform-function.js';
import { WorkerPolicy } from '../constructs/policies/worker-policy.js';
import { ApplicationStack } from './application-stack.js';
import type { MessagingStack } from './messaging-stack.js';
import { addPlatformFunction, allowReturns, connectTrigger, type PlatformOverrides } from './platform-functions.js';
import type { StateStack } from './state-stack.js';

/** Properties of {@link AgentsStack}. */
export interface AgentsStackProps extends StackProps {
  /** Model of the topology. */
  readonly topology: TopologyModel;
  /** Stack of tables and buckets. */
  readonly state: StateStack;
  /** Stack of bus and queues. */
  readonly messaging: MessagingStack;
  /** Bundled code, or functions made elsewhere, by agent id. */
  readonly agents: (stack: AgentsStack) => ReadonlyMap<string, Code | IFunction>;
  /** Returns the bundled code of platform functions; called once. */
  readonly platform: (stack: AgentsStack) => PlatformCode;
  /** Memory, log retention and concurrency of platform functions. @default those of every platform function */
  readonly platformFunctions?: PlatformOverrides | undefined;
  /** Bindings: agent -> name -> resource. */
  readonly bind: Readonly<Record<string, Readonly<Record<string, Bindable>>>>;
  /** Invocations that all agents together may have at once. @default no cap for highest lanes */
  readonly agentConcurrency?: number | undefined;
  /** Memory, log retention, concurrency and caps of lanes by agent. */
  readonly overrides: Readonly<Record<string, AgentOverrides>>;
}

/** Agents, and the platform's functions that do not touch Step Functions. */
export class AgentsStack extends ApplicationStack {
  /** Agents that run on Lambda. */
  readonly agents: Readonly<Record<string, AgentFunction>>;
  /** Agents that run as workers. */
  readonly workers: Readonly<Record<string, WorkerPolicy>>;
  /** Platform functions of this stack, by name. */
  readonly platform: Readonly<Partial<Record<PlatformFunctionName, PlatformFunction>>>;
  /** Dead letter queue of the ledger's stream. Each entry gives the place in the stream of a batch that could not be archived. */
  readonly streamFailures: EncryptedQueue;

  constructor(scope: Construct, id: string, props: AgentsStackProps) {
    super(scope, id, props.topology.name, props);
    const { topology, messaging } = props;
    const handlers = props.agents(this);
    const highestCaps = highestCapsOf(props, new Set(handlers.keys()));
    this.agents = Object.fromEntries(
      Object.values(messaging.mailboxes).flatMap((mailbox) => {
        const handler = handlers.get(mailbox.agent);
        if (!handler) return [];
        const agent = new AgentFunction(this, `Agent-${mailbox.agent}`, {
          ...props.overrides[mailbox.agent],
          topology,
          agent: mailbox.agent,
          highestCap: highestCaps.get(mailbox.agent),
          handler,
          fabric: messaging.fabric,
          mailbox,
          mailboxes: messaging.mailboxes,
          bind: props.bind[mailbox.agent] ?? {},
        });
        return [[mailbox.agent, agent]];
      }),
    );
    this.workers = this.workersOf(props);
    this.streamFailures = new EncryptedQueue(this, 'StreamFailures', { consumerTimeout: durationOf(DRAIN_TIMEOUT) });
    acknowledge(
      this.streamFailures,
      'AwsSolutions-SQS3',
      'It is the dead letter queue of the ledger stream, which names it as its on-failure destination.',
    );
    this.platform = this.platformFunctions(props);
    for (const [agent, { function: fn }] of Object.entries(this.agents))
      this.output(fn.functionName, 'Function', agent);
    for (const [agent, worker] of Object.entries(this.workers)) {
      this.output(worker.policy.managedPolicyArn, 'WorkerPolicy', agent);
      // More may be bound after this.
      this.output(Lazy.string({ produce: () => worker.bindingsJson }), 'Bindings', agent);
    }
    this.platformOutputs(this.platform);
  }

  private platformFunctions(props: AgentsStackProps): Partial<Record<PlatformFunctionName, PlatformFunction>> {
    const code = props.platform(this);
    const functions: Partial<Record<PlatformFunctionName, PlatformFunction>> = {};
    // Workflows and links belong to the other stack.
    const needed = neededPlatformFunctions({ topology: props.topology, workflows: 0, links: false });
    for (const declaration of needed.filter(({ stack }) => stack === 'agents')) {
      const fn = addPlatformFunction(this, declaration, code, props);
      for (const trigger of declaration.triggers)
        connectTrigger(fn, trigger, props, { streamFailures: this.streamFailures });
      allowReturns(fn, props.messaging);
      if (declaration.watchesAgents) {
        const functions = Object.values(this.agents).map((agent) => agent.function);
        allowWatching(fn, functions, Object.values(props.messaging.mailboxes).flatMap(lanesOf));
      }
      functions[declaration.name] = fn;
    }
    return functions;
  }

  private workersOf({ topology, messaging, bind }: AgentsStackProps): Record<string, WorkerPolicy> {
    const { fabric, mailboxes } = messaging;
    return Object.fromEntries(
      Object.values(mailboxes)
        .filter(({ agent }) => topology.agents[agent]?.runs === 'worker')
        .map((mailbox) => {
          const { agent } = mailbox;
          const own = { topology, agent, fabric, mailbox, mailboxes, bind: bind[agent] ?? {} };
          return [agent, new WorkerPolicy(this, `Worker-${agent}`, own)];
        }),
    );
  }
}

/** Caps of highest lanes by agent, where all agents together have one. @throws LanewayError INVALID_OPTION */
function highestCapsOf(
  { agentConcurrency, messaging, overrides, topology }: AgentsStackProps,
  functions: ReadonlySet<string>,
): ReadonlyMap<string, number> {
  if (agentConcurrency === undefined) return new Map();
  const mailboxes = Object.values(messaging.mailboxes).filter(({ agent }) => functions.has(agent));
  const shares = mailboxes.map((mailbox) => {
    const own = { ...overrides[mailbox.agent], mailbox, topology };
    const lowerCaps = Object.values(lowerCapsOf(agentOf(topology, mailbox.agent), own));
    return { agent: mailbox.agent, lowerCaps, reserved: own.reservedConcurrency };
  });
  return capsOfHighestLanes(agentConcurrency, shares, topology.name);
}
