import { Names, type Stack } from 'aws-cdk-lib';
import { RuleTargetInput, type CfnRule, type IRuleTarget } from 'aws-cdk-lib/aws-events';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';

/**
 * Retries of EventBridge before it gives an event up: 185 within 24 hours. These are its own defaults, spelled out so that
 * the template shows them (EventBridge user guide, "Retrying events").
 */
const RETRY_POLICY: CfnRule.RetryPolicyProperty = { maximumEventAgeInSeconds: 86_400, maximumRetryAttempts: 185 };

/*
 * CDK's own targets write a statement for each rule into the policy of queue and dead letter queue, which holds at most
 * 20 and may be in another stack. With these, the queues' owner admits the rules: see `EncryptedQueue`.
 */

/** A queue as a rule's target; the event travels as EventBridge made it. */
export function queueTarget(queue: IQueue, deadLetterQueue: IQueue): IRuleTarget {
  return {
    bind: () => ({
      arn: queue.queueArn,
      deadLetterConfig: { arn: deadLetterQueue.queueArn },
      retryPolicy: RETRY_POLICY,
      targetResource: queue,
    }),
  };
}

/** A function as a rule's target, called with `input` or the event; the rule itself must be allowed to invoke it. */
export function functionTarget(fn: IFunction, deadLetterQueue: IQueue, input?: object): IRuleTarget {
  return {
    bind: () => ({
      arn: fn.functionArn,
      deadLetterConfig: { arn: deadLetterQueue.queueArn },
      retryPolicy: RETRY_POLICY,
      targetResource: fn,
      ...(input === undefined ? {} : { input: RuleTargetInput.fromObject(input) }),
    }),
  };
}

/** Name of a rule of the account's default bus, for the policies of queues in other stacks; 64 characters at most (EventBridge). */
export function ruleNameIn(stack: Stack, id: string): string {
  return `${Names.uniqueResourceName(stack, { maxLength: 63 - id.length, separator: '-' })}-${id}`;
}
