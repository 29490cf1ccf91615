import type { StackProps } from 'aws-cdk-lib';
import type { Code, IFunction } from 'aws-cdk-lib/aws-lambda';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { DRAIN_TIMEOUT } from '../../functions/platform/dead-letters/declaration.js';
import { QUEUE_BATCH } from '../../functions/platform/declaration.js';
import { LanewayError } from '../../shared/domain/base/errors.js';
import { neededPlatformFunctions, type PlatformFunctionName } from '../../functions/platform/declarations.js';
import type { TopologyModel } from '../../shared/topology/model.js';
import { acknowledge } from '../constructs/acknowledge.js';
import type { AgentFunction, AgentOverrides } from '../constructs/agent-function.js';
import type { Bindable } from '../constructs/binding.js';
import { durationOf } from '../constructs/duration-of.js';
import { allowWatching } from '../constructs/policies/watch-rights.js';
import { EncryptedQueue } from '../constructs/queues/encrypted-queue.js';
import { lanesOf } from '../constructs/queues/mailbox.js';
import type { PlatformCode, PlatformFunction } from '../constructs/platform-function.js';
import type { WorkerPolicy } from '../constructs/policies/worker-policy.js';
import { ApplicationStack } from './application-stack.js';
import type { AgentGroupStack, GroupAgentParts } from './agent-group-stack.js';
import type { MessagingStack } from './messaging-stack.js';
import { addPlatformFunction, allowReturns, connectTrigger, type PlatformOverrides } from './platform-functions.js';
import { highestCapsOf, runAgents, type AgentParts } from './running-agents.js';
import type { StateStack } from './state-stack.js';

/** Properties of {@link AgentsStack}. */
export interface AgentsStackProps extends StackProps {
  /** Model of the topology. */
  readonly topology: TopologyModel;
  /** Stack of tables and buckets. */
  readonly state: StateStack;
  /** Stack of bus and queues. */
  readonly messaging: MessagingStack;
  /** Stacks with the mailboxes of further agents. @default none */
  readonly groups?: readonly AgentGroupStack[];
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
  /** Invocations that highest lanes may have at once, by agent; of all agents, those of other stacks included. */
  readonly highestCaps: ReadonlyMap<string, number>;
  /** Agents that run on Lambda. */
  readonly agents: Readonly<Record<string, AgentFunction>>;
  /** Agents that run as workers. */
  readonly workers: Readonly<Record<string, WorkerPolicy>>;
  /** Platform functions of this stack, by name. */
  readonly platform: Readonly<Partial<Record<PlatformFunctionName, PlatformFunction>>>;
  private readonly own: { readonly handlers: AgentParts['handlers']; readonly props: AgentsStackProps };
  /** Dead letter queue of the ledger's stream. Each entry gives the place in the stream of a batch that could not be archived. */
  readonly streamFailures: EncryptedQueue;

  constructor(scope: Construct, id: string, props: AgentsStackProps) {
    super(scope, id, props.topology.name, props);
    const { messaging } = props;
    const own = { ...props, handlers: props.agents(this) };
    this.own = { handlers: own.handlers, props };
    this.highestCaps = highestCapsOf({
      ...own,
      mailboxes: Object.fromEntries(
        [messaging, ...(props.groups ?? [])].flatMap(({ mailboxes }) => Object.entries(mailboxes)),
      ),
    });
    const running = runAgents(
      this,
      { ...own, fabric: messaging.fabric, mailboxes: messaging.mailboxes },
      this.highestCaps,
    );
    this.agents = running.agents;
    this.workers = running.workers;
    this.streamFailures = new EncryptedQueue(this, 'StreamFailures', { consumerTimeout: durationOf(DRAIN_TIMEOUT) });
    acknowledge(
      this.streamFailures,
      'AwsSolutions-SQS3',
      'It is the dead letter queue of the ledger stream, which names it as its on-failure destination.',
    );
    this.platform = this.platformFunctions(props);
    this.agentOutputs(running);
    this.platformOutputs(this.platform);
  }

  /** Parts of agents whose stacks stand after this one. */
  forGroup(alarmTopic?: ITopic): GroupAgentParts {
    const { handlers, props } = this.own;
    const drain = this.platform['dead-letters'];
    if (!drain) throw new LanewayError('CONFIGURATION', 'there is no function that drains dead letters');
    const [trigger] = drain.declaration.triggers.filter(({ kind }) => kind === 'queue');
    const batch = trigger?.kind === 'queue' ? trigger.batch : QUEUE_BATCH;
    return {
      ...{ handlers, bind: props.bind, overrides: props.overrides, highestCaps: this.highestCaps, alarmTopic },
      drain: { function: drain, batch },
    };
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
      allowReturns(fn, props);
      if (declaration.watchesAgents) {
        const functions = Object.values(this.agents).map((agent) => agent.function);
        allowWatching(fn, functions, Object.values(props.messaging.mailboxes).flatMap(lanesOf));
      }
      functions[declaration.name] = fn;
    }
    return functions;
  }
}
