import { ArnFormat, Duration, Lazy, Stack } from 'aws-cdk-lib';
import type { IEventBus, IRule } from 'aws-cdk-lib/aws-events';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Queue, QueueEncryption, type IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { defined } from '../../../shared/domain/base/defined.js';
import { LANE_RETENTION_DAYS } from '../../../shared/domain/delivery/lane-retention.js';
import type { AgentRuntime } from '../../../shared/topology/model.js';

/** Time that messages wait in a lane. */
export const LANE_RETENTION = Duration.days(LANE_RETENTION_DAYS);

/** Days that messages wait in a dead letter queue, and events of other systems in that of the ingress: the most SQS allows. */
export const DEAD_LETTER_RETENTION = Duration.days(14);

/**
 * Receives of one message, after which SQS itself moves it to the dead letter queue. Tries are counted in the ledger; this
 * limit serves for a consumer that never gets as far as the ledger.
 */
export const MAX_RECEIVES = 100;

/** Timeouts of a function for which its queue hides a received message. */
export const VISIBILITY_TIMEOUTS = 6;

/** Rules that the policy of a queue names one by one. An ARN has up to 200 characters, and the policy room for about 8,000. */
const MOST_RULES = 30;

/** Properties of {@link EncryptedQueue}. */
export interface EncryptedQueueProps {
  /** Queue for messages that were received {@link MAX_RECEIVES} times. @default none: this is a dead letter queue itself */
  readonly deadLetterQueue?: IQueue;
  /** Time that messages wait in it. @default {@link LANE_RETENTION}; {@link DEAD_LETTER_RETENTION} where it has no dead letter queue */
  readonly retention?: Duration;
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
  /** ARNs of the rules that send here, each with the pattern that stands for it and its like. */
  private readonly rules = new Map<string, string | undefined>();

  constructor(scope: Construct, id: string, props: EncryptedQueueProps) {
    super(scope, id, {
      ...defined({ queueName: props.queueName }),
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      visibilityTimeout: Duration.seconds(
        (props.consumer === 'worker' ? 1 : VISIBILITY_TIMEOUTS) * props.consumerTimeout.toSeconds(),
      ),
      retentionPeriod: props.retention ?? (props.deadLetterQueue ? LANE_RETENTION : DEAD_LETTER_RETENTION),
      ...(props.deadLetterQueue
        ? { deadLetterQueue: { queue: props.deadLetterQueue, maxReceiveCount: MAX_RECEIVES } }
        : {}),
    });
  }

  /** Lets every rule of `bus` send here, for what none of its targets could be given. */
  acceptFrom(bus: IEventBus): void {
    this.acceptRule(this.ruleArn(`${bus.eventBusName}/*`));
  }

  /** Lets a rule of `bus` send here; all of its rules once they are more than a policy of a queue should name. */
  acceptFromRule(rule: IRule, bus: IEventBus): void {
    this.acceptRule(rule.ruleArn, this.ruleArn(`${bus.eventBusName}/*`));
  }

  /** Lets a rule of the account's default bus send here: by its name, as it belongs to a stack which in turn needs this queue. */
  acceptFromDefaultBus(ruleName: string): void {
    this.acceptRule(this.ruleArn(ruleName));
  }

  /** One statement for all rules, because a queue policy holds at most 20 (SQS developer guide, "Quotas related to policies"). */
  private acceptRule(arn: string, whenMany?: string): void {
    this.rules.set(arn, whenMany);
    if (this.rules.size > 1) return;
    this.addToResourcePolicy(
      new PolicyStatement({
        sid: 'Rules',
        principals: [new ServicePrincipal('events.amazonaws.com')],
        actions: ['sqs:SendMessage'],
        resources: [this.queueArn],
        conditions: {
          ArnLike: { 'aws:SourceArn': Lazy.uncachedList({ produce: () => this.acceptedArns() }) },
          StringEquals: { 'aws:SourceAccount': Stack.of(this).account },
        },
      }),
    );
  }

  private acceptedArns(): string[] {
    const many = this.rules.size > MOST_RULES;
    return [...new Set([...this.rules].map(([arn, whenMany]) => (many ? (whenMany ?? arn) : arn)))];
  }

  private ruleArn(resourceName: string): string {
    const arnFormat = ArnFormat.SLASH_RESOURCE_NAME;
    return Stack.of(this).formatArn({ service: 'events', resource: 'rule', resourceName, arnFormat });
  }
}
