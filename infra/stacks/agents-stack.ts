import { Duration, Lazy, type StackProps } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { StartingPosition, type Code, type IFunction } from 'aws-cdk-lib/aws-lambda';
import { DynamoEventSource, SqsDlq } from 'aws-cdk-lib/aws-lambda-event-sources';
import type { Construct } from 'constructs';
import { ENVIRONMENT } from '../../shared/domain/base/environment.js';
import { OPERATOR, sourceOf } from '../../shared/domain/wire/envelope.js';
import type { TopologyModel } from '../../shared/topology/model.js';
import { acknowledge } from '../constructs/acknowledge.js';
import { AgentFunction, type AgentOverrides } from '../constructs/agent-function.js';
import type { Bindable } from '../constructs/binding.js';
import { EncryptedQueue } from '../constructs/queues/encrypted-queue.js';
import { DRAIN_TIMEOUT, lanesOf } from '../constructs/queues/mailbox.js';
import { mailboxesVariable } from '../constructs/environment/naming-variables.js';
import { allow, allowObjects, allowSend } from '../constructs/permissions.js';
import {
  codeOf,
  PlatformFunction,
  type PlatformCode,
  type PlatformFunctionName,
} from '../constructs/platform-function.js';
import { functionTarget } from '../constructs/queues/rule-target.js';
import { WorkerPolicy } from '../constructs/worker-policy.js';
import { ApplicationStack } from './application-stack.js';
import type { MessagingStack } from './messaging-stack.js';
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
  /** Bindings: agent -> name -> resource. */
  readonly bind: Readonly<Record<string, Readonly<Record<string, Bindable>>>>;
  /** Memory, log retention, concurrency and caps of lanes by agent. */
  readonly overrides: Readonly<Record<string, AgentOverrides>>;
}

/** Interval at which the sweeper looks for intents and requests that nobody settled. */
export const SWEEP_EVERY = Duration.minutes(5);

/** Time that one run of the sweeper may take. */
export const SWEEP_TIMEOUT = Duration.minutes(4);

/** Interval at which the sweeper looks through the archive for emissions that nobody took. */
export const DEEP_SWEEP_EVERY = Duration.days(1);

/** Window of the ledger's stream, the longest there is: at its end Lambda calls once more, with nothing. */
const SHARD_WINDOW = Duration.minutes(15);

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
    this.agents = Object.fromEntries(
      Object.values(messaging.mailboxes).flatMap((mailbox) => {
        const handler = handlers.get(mailbox.agent);
        if (!handler) return [];
        const agent = new AgentFunction(this, `Agent-${mailbox.agent}`, {
          ...props.overrides[mailbox.agent],
          topology,
          agent: mailbox.agent,
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
    const { ingress } = messaging.routed;
    const code = props.platform(this);
    this.streamFailures = new EncryptedQueue(this, 'StreamFailures', { consumerTimeout: DRAIN_TIMEOUT });
    acknowledge(
      this.streamFailures,
      'AwsSolutions-SQS3',
      'It is the dead letter queue of the ledger stream, which names it as its on-failure destination.',
    );
    this.platform = {
      'dead-letters': this.drain(props, codeOf(code, 'dead-letters')),
      'ledger-stream': this.ledgerStream(props, codeOf(code, 'ledger-stream')),
      'ledger-seal': this.ledgerSeal(props, codeOf(code, 'ledger-seal')),
      sweeper: this.sweeper(props, codeOf(code, 'sweeper')),
      ...(ingress ? { ingress: this.ingress(props, codeOf(code, 'ingress'), ingress) } : {}),
    };
    for (const [agent, { function: fn }] of Object.entries(this.agents))
      this.output(fn.functionName, 'Function', agent);
    for (const [agent, worker] of Object.entries(this.workers)) {
      this.output(worker.policy.managedPolicyArn, 'WorkerPolicy', agent);
      // More may be bound after this.
      this.output(Lazy.string({ produce: () => worker.bindingsJson }), 'Bindings', agent);
    }
    for (const [name, fn] of Object.entries(this.platform)) this.output(fn.functionName, 'PlatformFunction', name);
    if (this.platform.sweeper) this.output(this.platform.sweeper.functionName, 'SweeperFunction');
    if (this.platform['ledger-seal']) this.output(this.platform['ledger-seal'].functionName, 'SealFunction');
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

  private drain({ messaging }: AgentsStackProps, own: Own): PlatformFunction {
    const mailboxes = Object.values(messaging.mailboxes);
    const platform = [
      ...(messaging.routed.unroutable ? [{ queue: messaging.routed.unroutable, what: { kind: 'unroutable' } }] : []),
      { queue: messaging.undelivered, what: { kind: 'undelivered' } },
      { queue: messaging.platformDeadLetters, what: { kind: 'platform' } },
    ];
    const drain = new PlatformFunction(this, 'DeadLetters', {
      ...own,
      description: 'Laneway: records dead letters with their reasons',
      fabric: messaging.fabric,
      timeout: DRAIN_TIMEOUT,
      ledger: 'record',
      payloads: 'read-write',
      publishes: true,
      environment: {
        ...mailboxesVariable(mailboxes),
        [ENVIRONMENT.deadLetterQueues]: `{${platform.map(({ queue, what }) => `"${queue.queueArn}":${JSON.stringify(what)}`).join(',')}}`,
      },
    });
    const buried = mailboxes.map(({ deadLetterQueue }) => deadLetterQueue);
    for (const queue of [...buried, ...platform.map(({ queue }) => queue)]) drain.receiveFrom(queue);
    allowSend(drain, ...mailboxes.flatMap(lanesOf).map((lane) => lane.queue));
    return drain;
  }

  private ledgerStream({ messaging, state }: AgentsStackProps, own: Own): PlatformFunction {
    const archiver = new PlatformFunction(this, 'LedgerStream', {
      ...own,
      description: 'Laneway: archives every change of the ledger',
      fabric: messaging.fabric,
      environment: {
        [ENVIRONMENT.archiveBucket]: state.evidence.archive.bucketName,
        [ENVIRONMENT.chainTable]: state.evidence.chainTable.tableName,
      },
    });
    allowObjects(archiver, state.evidence.archive, ['s3:PutObject']);
    state.evidence.allowChaining(archiver);
    archiver.addEventSource(
      new DynamoEventSource(state.ledgerTable, {
        startingPosition: StartingPosition.TRIM_HORIZON,
        batchSize: 100,
        // One writer a shard: a chain is a shard's. The window has Lambda name the shard, and delays nothing.
        parallelizationFactor: 1,
        tumblingWindow: SHARD_WINDOW,
        bisectBatchOnError: true,
        retryAttempts: 10,
        reportBatchItemFailures: true,
        onFailure: new SqsDlq(this.streamFailures),
      }),
    );
    return archiver;
  }

  private ledgerSeal({ messaging, state }: AgentsStackProps, own: Own): PlatformFunction {
    const { evidence } = state;
    const sealer = new PlatformFunction(this, 'LedgerSeal', {
      ...own,
      description: "Laneway: seals the heads of the ledger's chains",
      fabric: messaging.fabric,
      environment: {
        [ENVIRONMENT.chainTable]: evidence.chainTable.tableName,
        [ENVIRONMENT.sealBucket]: evidence.seals.bucketName,
        ...(evidence.key ? { [ENVIRONMENT.sealKey]: evidence.key.keyArn } : {}),
      },
    });
    allowObjects(sealer, evidence.seals, ['s3:PutObject']);
    evidence.allowSealing(sealer);
    this.schedule(sealer, 'SealSchedule', evidence.sealEvery, messaging);
    return sealer;
  }

  private sweeper({ topology, messaging, state }: AgentsStackProps, own: Own): PlatformFunction {
    // The sweeper publishes messages that a publisher outside a handling meant to send, under that publisher's own source.
    const publishers = [
      ...Object.keys(topology.clients).map((client) => sourceOf(topology.name, 'client', client)),
      ...Object.keys(topology.ingress).map((ingress) => sourceOf(topology.name, 'ingress', ingress)),
      ...(
        [
          'approval-page',
          'dead-letters',
          'deadlines',
          'dispatcher',
          'ingress',
          'replies',
          'starter',
          'supervisor',
          'workflow-events',
        ] satisfies PlatformFunctionName[]
      ).map((name) => sourceOf(topology.name, 'platform', name)),
      sourceOf(topology.name, 'platform', OPERATOR),
    ];
    const sweeper = new PlatformFunction(this, 'Sweeper', {
      ...own,
      description: 'Laneway: settles intents and requests that nobody settled',
      fabric: messaging.fabric,
      timeout: SWEEP_TIMEOUT,
      ledger: 'maintain',
      pending: 'maintain',
      payloads: 'read-write',
      publishes: publishers,
      environment: {
        ...mailboxesVariable(Object.values(messaging.mailboxes)),
        [ENVIRONMENT.archiveBucket]: state.evidence.archive.bucketName,
      },
    });
    // The deep sweep reads the days of the archive.
    allow(sweeper, ['s3:ListBucket'], [state.evidence.archive.bucketArn]);
    allowObjects(sweeper, state.evidence.archive, ['s3:GetObject']);
    allowSend(
      sweeper,
      ...Object.values(messaging.mailboxes)
        .flatMap(lanesOf)
        .map((lane) => lane.queue),
    );
    this.schedule(sweeper, 'SweepSchedule', SWEEP_EVERY, messaging);
    this.schedule(sweeper, 'DeepSweepSchedule', DEEP_SWEEP_EVERY, messaging, { deep: true });
    return sweeper;
  }

  private schedule(fn: PlatformFunction, id: string, every: Duration, messaging: MessagingStack, input?: object): void {
    const target = functionTarget(fn, messaging.platformDeadLetters, input);
    const rule = new Rule(this, id, { schedule: Schedule.rate(every), targets: [target] });
    fn.addPermission(input === undefined ? 'Schedule' : `${id}Permission`, {
      principal: new ServicePrincipal('events.amazonaws.com'),
      sourceArn: rule.ruleArn,
    });
  }

  private ingress({ topology, messaging }: AgentsStackProps, own: Own, queue: EncryptedQueue): PlatformFunction {
    const ingress = new PlatformFunction(this, 'Ingress', {
      ...own,
      description: "Laneway: turns other systems' events into messages",
      fabric: messaging.fabric,
      ledger: 'record',
      payloads: 'read-write',
      publishes: Object.keys(topology.ingress).map((name) => sourceOf(topology.name, 'ingress', name)),
      environment: { [ENVIRONMENT.deadLetterQueue]: messaging.platformDeadLetters.queueUrl },
    });
    allowSend(ingress, messaging.platformDeadLetters);
    ingress.receiveFrom(queue);
    return ingress;
  }
}

interface Own {
  readonly name: PlatformFunctionName;
  readonly code: Code;
}
