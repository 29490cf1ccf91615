import { declarationId, emergencyConversation, isOngoing, type Emergency } from '../../domain/emergency/emergency.js';
import { defined } from '../../domain/base/defined.js';
import { summarizeError } from '../../domain/base/errors.js';
import { derivedId } from '../../domain/base/ids.js';
import { isSettled } from '../../domain/delivery/delivery.js';
import type { LedgerReader } from '../../domain/evidence/conversation.js';
import type { Ports } from '../../domain/ports.js';
import { listInstances, type AgentInstance, type FindServices } from '../../topology/registry/find-agents.js';

/** An agent in the roll-call of an emergency. */
export interface RollCall {
  /** Id of the agent. */
  readonly agent: string;
  /** Instant at which its handling of the message ended, ISO 8601; absent for one that has not heard. */
  readonly heard?: string;
  /** `failed` for one whose handler did not get through; its dead letter says why. */
  readonly state: 'heard' | 'missing' | 'failed';
  /** Messages that it has in hand; absent while the registry cannot be read. */
  readonly inHand?: number;
}

/** An emergency, and who has heard of it. */
export interface EmergencyStatus {
  /** The latest emergency, ended or not. */
  readonly emergency: Emergency;
  /** True until it is ended. */
  readonly inForce: boolean;
  /** Every agent, in the order of their declaration. */
  readonly rollCall: readonly RollCall[];
  /** Agents that have not heard, by name. */
  readonly missing: readonly string[];
  /** Agents whose handler of it failed for good, by name: they will not hear of it any more. */
  readonly failed: readonly string[];
  /** True when every agent has heard and none has anything in hand. */
  readonly isQuiet: boolean;
  /** Seconds from the declaration until that was first seen; absent while it has not been. */
  readonly quietAfter?: number;
}

/** Ports for the roll-call of an emergency. */
export interface RollCallServices extends FindServices, Pick<Ports, 'clock' | 'emergencies'> {
  readonly conversations: LedgerReader;
}

/**
 * Calls the roll: who has heard of the latest emergency, by the outcomes of their deliveries in the ledger, and who has something in
 * hand, by the registry; while that is away, nobody is known to be at rest. Each agent's outcome is its own word; no other agent can write it. The first look at which all is quiet is
 * recorded.
 * @returns undefined when there never was an emergency
 */
export async function callRoll(services: RollCallServices): Promise<EmergencyStatus | undefined> {
  const { clock, conversations, emergencies, topology } = services;
  const latest = await emergencies.latest();
  if (!latest) return undefined;
  const heard = await outcomesOf(latest, conversations);
  const instances = await instancesNow(services);
  const rollCall = Object.keys(topology.model.agents).map((agent): RollCall => {
    const own = instances?.filter((one) => one.agent === agent && one.status !== 'offline');
    const inHand = own?.reduce((sum, { currentTasks = 0 }) => sum + currentTasks, 0);
    return { agent, ...(heard.get(agent) ?? { state: 'missing' }), ...defined({ inHand }) };
  });
  const those = (wanted: RollCall['state']) =>
    rollCall.filter(({ state }) => state === wanted).map(({ agent }) => agent);
  const [missing, failed] = [those('missing'), those('failed')];
  const isQuiet = rollCall.every(({ state, inHand }) => state === 'heard' && inHand === 0);
  let emergency = latest;
  if (isQuiet && isOngoing(latest) && latest.quiet === undefined) {
    const seen = { ...latest, quiet: new Date(clock.now()).toISOString(), turn: latest.turn + 1 };
    if (await emergencies.write(seen)) emergency = seen;
  }
  const { quiet, since } = emergency;
  const quietAfter = quiet === undefined ? undefined : (Date.parse(quiet) - Date.parse(since)) / 1_000;
  return { emergency, inForce: isOngoing(emergency), rollCall, missing, failed, isQuiet, ...defined({ quietAfter }) };
}

/** Instances as the registry has them; undefined while it is away. */
async function instancesNow(services: RollCallServices): Promise<readonly AgentInstance[] | undefined> {
  try {
    return await listInstances({}, services);
  } catch (error) {
    if (summarizeError(error).retryable) return undefined;
    throw error;
  }
}

/** Outcomes of the present declaration: whoever has heard of an earlier one has not heard of the measures that were added since. */
async function outcomesOf(
  emergency: Emergency,
  conversations: LedgerReader,
): Promise<ReadonlyMap<string, Pick<RollCall, 'heard' | 'state'>>> {
  const heard = new Map<string, Pick<RollCall, 'heard' | 'state'>>();
  const first = declarationId(emergency);
  for (const entry of await conversations.conversation(emergencyConversation(emergency.id))) {
    if (entry.kind !== 'delivery') continue;
    const { messageId, receiver, state, updated } = entry.delivery;
    if (messageId !== first && messageId !== derivedId(first, receiver)) continue;
    if (state === 'completed') heard.set(receiver, { state: 'heard', heard: updated });
    else if (isSettled(state) && heard.get(receiver)?.state !== 'heard') heard.set(receiver, { state: 'failed' });
  }
  return heard;
}
