import { LanewayError } from '../../domain/base/errors.js';
import { derivedId, newId } from '../../domain/base/ids.js';
import {
  declarationId,
  declared,
  emergencyConversation,
  emergencyEndId,
  heardDeclaration,
  heardEnd,
  isOngoing,
  measureText,
  standingMeasures,
  stopsIntake,
  type Emergency,
  type EmergencyMeasure,
  type TakenMeasure,
} from '../../domain/emergency/emergency.js';
import type { Ports } from '../../domain/ports.js';
import type { MessageType } from '../../message/message-type.js';
import { EMERGENCY_CHANNEL, EmergencyDeclared, EmergencyEnded } from '../../message/emergency-messages.js';
import { publishMessage, type Publishing } from '../../publishing/publish-message.js';
import { checkActor, type Actor } from '../operator-services.js';
import { Steps, type OperatorStep } from '../steps.js';
import { beforeMeasure, checkMeasure, takeMeasure, undoMeasure, type MeasureServices } from './measures.js';
import { callRoll, type EmergencyStatus, type RollCallServices } from './roll-call.js';

/** Ports for an emergency and its end. */
export interface EmergencyServices extends MeasureServices, Pick<Ports, 'book' | 'clock' | 'emergencies'> {
  /** Publishes as the operator. */
  readonly publishing: Publishing;
}

/** An emergency or its end, with what was done. */
export interface EmergencyDone {
  /** The emergency as it stands. */
  readonly emergency: Emergency;
  /** Steps in their order, one for each measure among them. */
  readonly steps: readonly OperatorStep<string>[];
}

/** Times that a write is tried again when another operator was faster. */
const WRITES = 5;

/**
 * Declares an emergency: records it with what stands before its measures, takes them, and tells every agent, in a lane of its own. While
 * one is in force its measures are added to that one, and all of it is done again that is missing. A step that fails keeps none of the
 * others from being done.
 *
 * @throws LanewayError INVALID_OPTION without a name or a reason; UNKNOWN_AGENT, UNKNOWN_CHANNEL, SYSTEM_CHANNEL; NOT_FOUND for a topology
 * that has no emergencies; UNAVAILABLE when the ledger is
 */
export async function startEmergency(
  measures: readonly EmergencyMeasure[],
  actor: Actor,
  services: EmergencyServices,
): Promise<EmergencyDone> {
  checkActor(actor);
  checkDeclares(services);
  const { clock, emergencies } = services;
  const id = newId();
  const since = new Date(clock.now()).toISOString();
  for (const one of measures) checkMeasure(one, services.topology.model);
  const steps = new Steps<string>();
  const taken: TakenMeasure[] = [];
  // What stands before one cannot be read: it is not taken, and holds the others up no more than any step that fails.
  for (const one of measures)
    await beforeMeasure(one, services).then(
      (read) => taken.push(read),
      (error: unknown) => steps.failed(measureText(one), error),
    );
  const emergency = await changed(emergencies, (latest) => declared(latest, { id, ...actor, since, measures: taken }));
  await steps.do('record', () => Promise.resolve(`${emergency.id} is in force since ${emergency.since}`));
  for (const one of standingMeasures(emergency))
    await steps.do(measureText(one.measure), () => takeMeasure(one, emergency, services));
  await steps.do('tell', () => tell(EmergencyDeclared, emergency, services));
  await steps.do('note', () => note('emergency', emergency, actor, services));
  return { emergency, steps: steps.done };
}

/**
 * Ends the emergency that is in force: puts back what its measures changed, exactly as it stood before, opens the intake, and tells every
 * agent. It is over only when everything is put back; repeated, it completes what is missing.
 *
 * @throws LanewayError INVALID_OPTION without a name or a reason; NOT_FOUND when there is none; UNAVAILABLE
 */
export async function endEmergency(actor: Actor, services: EmergencyServices): Promise<EmergencyDone> {
  checkActor(actor);
  const { clock, emergencies } = services;
  const latest = await emergencies.latest();
  if (latest?.ended && latest.ended.told !== true) return tellEnd(latest, actor, new Steps<string>(), services);
  if (!isOngoing(latest)) {
    throw new LanewayError('NOT_FOUND', 'there is no emergency to end', {
      help: [latest?.ended ? `the last one ended at ${latest.ended.at}, by ${latest.ended.by}` : 'none was declared'],
    });
  }
  const steps = new Steps<string>();
  for (const one of latest.measures.toReversed())
    await steps.do(measureText(one.measure), () => undoMeasure(one, latest, services));
  let emergency: Emergency = latest;
  if (!steps.done.every(({ done }) => done)) return { emergency, steps: steps.done };
  const ended = { ...actor, at: new Date(clock.now()).toISOString() };
  await steps.do('record', async () => {
    emergency = await changed(emergencies, (now) => {
      // What somebody has added since is not put back yet.
      if (now?.id !== latest.id || now.measures.length !== latest.measures.length || !isOngoing(now)) return undefined;
      return { ...now, ended, turn: now.turn + 1 };
    });
    return stopsIntake(latest) ? 'it is over, and clients may send' : 'it is over';
  });
  if (!emergency.ended) return { emergency, steps: steps.done };
  return tellEnd(emergency, actor, steps, services);
}

/** Tells of the end. One that died before it had is completed by the same command. */
async function tellEnd(
  emergency: Emergency,
  actor: Actor,
  steps: Steps<string>,
  services: EmergencyServices,
): Promise<EmergencyDone> {
  await steps.do('tell', () => tell(EmergencyEnded, emergency, services));
  await steps.do('note', () => note('all-clear', emergency, actor, services));
  const { ended, turn } = emergency;
  const isTold = steps.done.every(({ done }) => done);
  if (!ended || !isTold) return { emergency, steps: steps.done };
  const told: Emergency = { ...emergency, ended: { ...ended, told: true }, turn: turn + 1 };
  // Whoever was faster has told, or has declared the next one.
  await services.emergencies.write(told);
  return { emergency: told, steps: steps.done };
}

/** @throws LanewayError NOT_FOUND when there never was an emergency */
export async function emergencyStatus(services: RollCallServices): Promise<EmergencyStatus> {
  const status = await callRoll(services);
  if (status) return status;
  throw new LanewayError('NOT_FOUND', `'${services.topology.model.name}' has never had an emergency`, {
    help: ["declare one: laneway emergency start --stop-intake --why '...'"],
  });
}

/**
 * Writes the emergency that `next` makes of the latest; again when another operator was faster.
 * @throws LanewayError REFUSED when `next` makes none any more, UNAVAILABLE when others keep being faster
 */
async function changed(
  emergencies: Ports['emergencies'],
  next: (latest: Emergency | undefined) => Emergency | undefined,
): Promise<Emergency> {
  for (let tries = 0; tries < WRITES; tries++) {
    const latest = await emergencies.latest();
    const wanted = next(latest);
    if (!wanted) {
      throw new LanewayError('REFUSED', 'the emergency was changed by another operator meanwhile', {
        help: ['look at it, and type the same command again: laneway emergency status'],
      });
    }
    if (wanted === latest || (await emergencies.write(wanted))) return wanted;
  }
  throw new LanewayError('UNAVAILABLE', 'others keep changing the emergency; type the same command again');
}

/** Publishes to every agent, under an id that follows from emergency and measures: a repetition is the same message. */
async function tell(
  type: MessageType,
  emergency: Emergency,
  { publishing }: Pick<EmergencyServices, 'publishing'>,
): Promise<string> {
  const { id } = emergency;
  const agents = publishing.topology.model.channels[EMERGENCY_CHANNEL]?.subscribers ?? [];
  if (agents.length === 0) return 'there is no agent to tell';
  const data = type === EmergencyDeclared ? heardDeclaration(emergency) : heardEnd(emergency);
  await publishMessage(publishing, type, data, {
    id: type === EmergencyDeclared ? declarationId(emergency) : emergencyEndId(emergency),
    correlationId: emergencyConversation(id),
    ...{ channel: EMERGENCY_CHANNEL, to: { all: true } },
  });
  return `sent to each of ${agents.length} agents; see who has heard: laneway emergency status`;
}

async function note(
  action: 'emergency' | 'all-clear',
  { id, measures }: Emergency,
  actor: Actor,
  { book, clock }: Pick<EmergencyServices, 'book' | 'clock'>,
): Promise<string> {
  const correlationId = emergencyConversation(id);
  await book.recordFirst({
    ...{ id: derivedId('operator', action, id, String(measures.length)), correlationId, action, ...actor },
    at: new Date(clock.now()).toISOString(),
  });
  return `noted in conversation ${correlationId}`;
}

/** @throws LanewayError NOT_FOUND */
function checkDeclares({ topology: { model } }: Pick<EmergencyServices, 'topology'>): void {
  if (model.channels[EMERGENCY_CHANNEL]) return;
  throw new LanewayError('NOT_FOUND', `'${model.name}' has no emergencies`, {
    help: ['its topology declares them: emergency: true, and a deployment makes a lane for each agent'],
  });
}
