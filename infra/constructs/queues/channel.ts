import type { IEventBus } from 'aws-cdk-lib/aws-events';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { unknownName } from '../../../shared/domain/base/errors.js';
import type { TopologyModel } from '../../../shared/topology/model.js';
import { routingRules, type RoutingRule } from '../../../shared/topology/rules.js';
import { laneQueue, type Mailbox } from './mailbox.js';
import { BusRule } from './routing-rule.js';

/** Properties of {@link Channel}. */
export interface ChannelProps {
  /** Model of the topology that declares the channel. */
  readonly topology: TopologyModel;
  /** Name of the channel. */
  readonly channel: string;
  /** Bus that the rules belong to. */
  readonly bus: IEventBus;
  /** Mailboxes of its subscribers, by agent id. */
  readonly mailboxes: Readonly<Record<string, Mailbox>>;
  /** Queue for events that EventBridge could not hand to a lane. */
  readonly undelivered: IQueue;
  /** The rules of the whole topology, when the caller has them. @default derived from the topology */
  readonly rules?: readonly RoutingRule[];
}

/**
 * A channel on the bus: one rule for each priority that it uses, whose targets are its subscribers' lanes, five a rule.
 * A channel with direct delivery has none.
 *
 * @throws LanewayError UNKNOWN_CHANNEL, UNKNOWN_AGENT when a subscriber's mailbox is missing
 */
export class Channel extends Construct {
  /** Rules of the channel; none when it delivers directly. */
  readonly rules: readonly BusRule[];

  constructor(scope: Construct, id: string, props: ChannelProps) {
    super(scope, id);
    const { topology, channel } = props;
    if (!Object.hasOwn(topology.channels, channel)) {
      const known = Object.keys(topology.channels);
      throw unknownName('UNKNOWN_CHANNEL', `there is no channel '${channel}'`, channel, known, topology.name);
    }
    const rules = (props.rules ?? routingRules(topology)).filter(
      (rule) => rule.kind === 'channel' && rule.subject === channel,
    );
    this.rules = rules.map(
      (rule) =>
        new BusRule(this, rule.name.slice(`channel-${channel}-`.length), {
          bus: props.bus,
          rule,
          queueOf: (target) => laneQueue(props.mailboxes, target),
          undelivered: props.undelivered,
        }),
    );
  }
}
