import { ArnFormat, Duration, Stack } from 'aws-cdk-lib';
import type { IEventBus } from 'aws-cdk-lib/aws-events';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Queue, QueueEncryption, type IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { AgentRuntime } from '../../../shared/topology/model.js';

/** Days that messages wait in a lane. */
export const LANE_RETENTION = Duration.days(4);

/** Days that messages wait in a dead letter queue: the most SQS allows. */
export const DEAD_LETTER_RETENTION = Duration.days(14);

/**
 * Receives of one message, after which SQS itself moves it to the dead letter queue. Tries are counted in the ledger; this
 * is only the net under a consumer that never gets as far as the ledger (architecture §3.5).
 */
export const MAX_RECEIVES = 100;

/** Timeouts of a function for which its queue hides a received message. */
export const VISIBILITY_TIMEOUTS = 6;

/** Properties of {@link EncryptedQueue}. */
export interface EncryptedQueueProps {
  /** Queue for messages that were received {@link MAX_RECEIVES} times. @default none: this is a dead letter queue itself */
  readonly deadLetterQueue?: IQueue;
  /** Timeout of the function that receives from it, or of a worker's handling. */
  readonly consumerTimeout: Duration;
  /** Kind of consumer that receives from it. @default 'lambda' */
  readonly consumer?: AgentRuntime;
  /** Physical name, for a queue that functions find by a rule of naming. @default one that CloudFormation makes */
  readonly queueName?: string;
}

/**
 * A standard queue: SSE-SQS, TLS only, and a visibility of six times its consumer's timeout, as Lambda's event source
 * mapping asks for (Lambda developer guide, "Configuring a queue to use with Lambda"); there is no batching window. Before
 * a worker there is no mapping, which may hold messages back while functions are throttled: one timeout is enough, and
 * a worker receives with a shorter visibility of its own, which it renews.
 */
export class EncryptedQueue extends Queue {
  constructor(scope: Construct, id: string, props: EncryptedQueueProps) {
    super(scope, id, {
      ...(props.queueName === undefined ? {} : { queueName: props.queueName }),
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      visibilityTimeout: Duration.seconds(
        (props.consumer === 'worker' ? 1 : VISIBILITY_TIMEOUTS) * props.consumerTimeout.toSeconds(),
      ),
      retentionPeriod: props.deadLetterQueue ? LANE_RETENTION : DEAD_LETTER_RETENTION,
      ...(props.deadLetterQueue
        ? { deadLetterQueue: { queue: props.deadLetterQueue, maxReceiveCount: MAX_RECEIVES } }
        : {}),
    });
  }

  /**
   * Lets the rules of `bus` send here. One statement for all of them, because a queue policy holds at most 20
   * statements (SQS developer guide, "Quotas related to policies").
   */
  acceptFrom(bus: IEventBus): void {
    this.acceptFromRules('RulesOfTheBus', `${bus.eventBusName}/*`);
  }

  /**
   * Lets rules of the account's default bus send here: schedules, and AWS's own events. Not the single rule, because
   * that belongs to a stack which in turn needs this queue.
   */
  acceptFromDefaultBus(): void {
    this.acceptFromRules('RulesOfTheDefaultBus', '*');
  }

  private acceptFromRules(sid: string, resourceName: string): void {
    const stack = Stack.of(this);
    const arnFormat = ArnFormat.SLASH_RESOURCE_NAME;
    const rules = stack.formatArn({ service: 'events', resource: 'rule', resourceName, arnFormat });
    this.addToResourcePolicy(
      new PolicyStatement({
        sid,
        principals: [new ServicePrincipal('events.amazonaws.com')],
        actions: ['sqs:SendMessage'],
        resources: [this.queueArn],
        conditions: { ArnLike: { 'aws:SourceArn': rules }, StringEquals: { 'aws:SourceAccount': stack.account } },
      }),
    );
  }
}
