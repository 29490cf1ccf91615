import { Rule, type CfnRule, type IEventBus } from 'aws-cdk-lib/aws-events';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { RoutingRule, RuleTarget } from '../../../shared/topology/rules.js';
import type { EncryptedQueue } from './encrypted-queue.js';
import { queueTarget } from './rule-target.js';

/** Properties of {@link BusRule}. */
export interface BusRuleProps {
  /** Bus that the rule belongs to. */
  readonly bus: IEventBus;
  /** Pattern and targets, derived from the topology. */
  readonly rule: RoutingRule;
  /** Returns the queue of a target. */
  readonly queueOf: (target: RuleTarget) => EncryptedQueue;
  /** Queue for events that EventBridge could not hand to a target. */
  readonly undelivered: IQueue;
}

/**
 * One rule of the bus with its targets. The event travels as EventBridge made it, without input transformer: the
 * receiver compares EventBridge's own `source` and `detail-type` with the envelope's. Each target has a dead letter
 * queue.
 */
export class BusRule extends Construct {
  /** Rule on the bus. */
  readonly rule: Rule;

  constructor(scope: Construct, id: string, props: BusRuleProps) {
    super(scope, id);
    this.rule = new Rule(this, 'Rule', { eventBus: props.bus, eventPattern: { source: ['replaced'] } });
    // The L2 pattern knows no top-level keys but its own and reorders nothing; the pattern is complete as it is.
    const cfn = this.rule.node.defaultChild as CfnRule;
    cfn.eventPattern = props.rule.pattern;
    for (const target of props.rule.targets) {
      const queue = props.queueOf(target);
      this.rule.addTarget(queueTarget(queue, props.undelivered));
      queue.acceptFromRule(this.rule, props.bus);
    }
  }
}

/** The rules with those of their targets alone that stand in one stack: queues of the platform where `mailboxes` are the first. */
export function rulesTo(
  rules: readonly RoutingRule[],
  mailboxes: Readonly<Record<string, unknown>>,
  withQueues = true,
): RoutingRule[] {
  const isHere = (target: RuleTarget): boolean =>
    target.kind === 'lane' ? Object.hasOwn(mailboxes, target.agent) : withQueues;
  return rules.flatMap((rule) => {
    const targets = rule.targets.filter(isHere);
    return targets.length === 0 ? [] : [{ ...rule, targets }];
  });
}
