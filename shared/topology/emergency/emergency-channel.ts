import { LanewayError } from '../../domain/base/errors.js';
import { EMERGENCY_CHANNEL, EmergencyDeclared, EmergencyEnded } from '../../message/emergency-messages.js';
import type { QosProfile } from '../../domain/delivery/qos.js';
import { isDirectLane, type LaneKey } from '../mailbox-names.js';

/** Lane of each agent that emergencies come by, and nothing else. */
export const EMERGENCY_LANE = 'direct-critical';

/** Channels of a topology's model. */
interface Channels {
  readonly channels: Readonly<Record<string, { readonly name: string; readonly qos: QosProfile }>>;
}

/** Channels and publishers of a topology's model. */
interface Publishers extends Channels {
  readonly name: string;
  readonly agents: Readonly<Record<string, { readonly id: string; readonly publishes: readonly string[] }>>;
  readonly clients: Readonly<Record<string, { readonly id: string; readonly publishes: readonly string[] }>>;
  readonly ingress: Readonly<Record<string, { readonly name: string; readonly as: string }>>;
}

/** True for a topology whose agents hear of emergencies. */
export function hasEmergencies({ channels }: Channels): boolean {
  return Object.hasOwn(channels, EMERGENCY_CHANNEL);
}

/** Those who send into a lane: the bus, publishers of direct channels, or operators alone, who declare emergencies. */
export type LaneSenders = 'bus' | 'direct' | 'emergencies';

/** True for the lane by which an agent hears of emergencies: a drain leaves it alone. */
export function isEmergencyLane(model: Channels, lane: string): boolean {
  return lane === EMERGENCY_LANE && hasEmergencies(model);
}

/** Those who send into a lane. @param lane key of the lane */
export function sendersInto(model: Channels, lane: LaneKey): LaneSenders {
  if (!isDirectLane(lane)) return 'bus';
  return isEmergencyLane(model, lane) ? 'emergencies' : 'direct';
}

/**
 * Keeps lane and types of emergencies to operators.
 * @throws LanewayError INVALID_TOPOLOGY for another channel in that lane, and for whoever would publish these types
 */
export function checkEmergencies({ name, channels, agents, clients, ingress }: Publishers): void {
  if (!hasEmergencies({ channels })) return;
  const other = Object.values(channels).find(
    ({ name: one, qos }) =>
      one !== EMERGENCY_CHANNEL && qos.delivery === 'direct' && qos.priorities.includes('critical'),
  );
  if (other) {
    throw new LanewayError('INVALID_TOPOLOGY', `channel '${other.name}' is direct and uses the priority critical`, {
      help: [
        "with emergency: true agents hear of emergencies in that lane, and of nothing else: take 'high', or delivery 'bus'",
        `(${name})`,
      ],
    });
  }
  const types: readonly string[] = [EmergencyDeclared.name, EmergencyEnded.name];
  const publishers = [
    ...[...Object.values(agents), ...Object.values(clients)].map(({ id, publishes }) => ({ id, publishes })),
    ...Object.values(ingress).map((one) => ({ id: one.name, publishes: [one.as] })),
  ];
  for (const { id, publishes } of publishers) {
    const type = publishes.find((one) => types.includes(one));
    if (type === undefined) continue;
    throw new LanewayError('INVALID_TOPOLOGY', `'${id}' publishes ${type}`, {
      help: [`operators alone declare emergencies; whoever is to ask for one publishes EmergencyAsked   (${name})`],
    });
  }
}
