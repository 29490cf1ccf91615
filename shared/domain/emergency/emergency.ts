import { LanewayError } from '../base/errors.js';
import { derivedId } from '../base/ids.js';
import { recently } from '../base/recently.js';
import type { ChannelPause } from '../pause/pause.js';
import type { Drain } from '../registry/drain.js';

/** Measure of an emergency. Each changes something that its end puts back. */
export type EmergencyMeasure =
  /** Messages of clients are refused, and events of other systems wait; what is stored goes on. */
  | { readonly kind: 'stop-intake' }
  /** An agent takes nothing new; or one that was drained takes messages again. */
  | { readonly kind: 'drain-agent' | 'resume'; readonly agent: string }
  /** Nobody handles the messages of a channel: they wait, untried; or those of a channel that was paused are handled again. */
  | { readonly kind: 'pause-channel' | 'resume'; readonly channel: string };

/** A measure, and what stood before it was taken. */
export interface TakenMeasure {
  readonly measure: EmergencyMeasure;
  /** Drain that the agent was under; absent when it was under none. */
  readonly before?: Drain;
  /** Pause that the channel was under; absent when it was under none. */
  readonly paused?: ChannelPause;
}

/** End of an emergency. Times are ISO 8601. */
export interface EmergencyEnd {
  readonly by: string;
  readonly why: string;
  readonly at: string;
  /** True once agents have been told of it. */
  readonly told?: true;
}

/** An emergency: in force until it is ended. Operators alone write it. Times are ISO 8601. */
export interface Emergency {
  /** Id of the emergency. */
  readonly id: string;
  /** Person or program that declared it. */
  readonly by: string;
  /** Reason that it gave. */
  readonly why: string;
  /** Instant from which it is in force. */
  readonly since: string;
  /** Measures in the order in which they were taken. */
  readonly measures: readonly TakenMeasure[];
  /** Instant at which all agents were first seen to have heard of it and to have nothing in hand. */
  readonly quiet?: string;
  /** End; absent while it is in force. */
  readonly ended?: EmergencyEnd;
  /** Number of the last change, from 1. */
  readonly turn: number;
}

/** The emergencies of an application: the latest, and one at most is in force. */
export interface EmergencyStore {
  /** The latest emergency, ended or not; consistent. Undefined when there never was one. */
  latest(): Promise<Emergency | undefined>;
  /**
   * Writes an emergency in its next turn, unless somebody else has written one since.
   * @returns false when somebody has
   */
  write(emergency: Emergency): Promise<boolean>;
}

/** A declaration: its measures with what stands before them. */
export type Declaration = Pick<Emergency, 'id' | 'by' | 'why' | 'since' | 'measures'>;

/** True until it is ended. */
export function isOngoing(emergency: Emergency | undefined): emergency is Emergency & { readonly ended?: never } {
  return emergency !== undefined && emergency.ended === undefined;
}

/** True while messages of clients are refused. */
export function stopsIntake(emergency: Emergency | undefined): boolean {
  return isOngoing(emergency) && emergency.measures.some(({ measure }) => measure.kind === 'stop-intake');
}

/**
 * The emergency after a declaration. While one is in force, its measures are added to that one, but for those that are the last of their
 * agent or channel already: what stood before such a measure is what its first declaration saw.
 */
export function declared(latest: Emergency | undefined, { measures, ...given }: Declaration): Emergency {
  if (!isOngoing(latest)) return { ...given, measures, turn: (latest?.turn ?? 0) + 1 };
  const known = new Set(standingMeasures(latest).map(({ measure }) => measureText(measure)));
  const added = measures.filter(({ measure }) => !known.has(measureText(measure)));
  if (added.length === 0) return latest;
  const { quiet: _before, ...standing } = latest;
  return { ...standing, measures: [...latest.measures, ...added], turn: latest.turn + 1 };
}

/** Measures of an emergency that hold: the last of each agent and channel. */
export function standingMeasures({ measures }: Pick<Emergency, 'measures'>): TakenMeasure[] {
  const last = new Map(measures.map((one) => [targetOf(one.measure), one]));
  return measures.filter((one) => last.get(targetOf(one.measure)) === one);
}

function targetOf(measure: EmergencyMeasure): string {
  return 'agent' in measure ? `agent:${measure.agent}` : 'channel' in measure ? `channel:${measure.channel}` : '';
}

/** A measure in words, as messages and commands have it: `drain-agent:clerk`. */
export function measureText(measure: EmergencyMeasure): string {
  if (measure.kind === 'stop-intake') return measure.kind;
  return `${measure.kind}:${'agent' in measure ? measure.agent : measure.channel}`;
}

/** Declaration of an emergency as agents hear it. */
export function heardDeclaration({ id, by, why, since, measures }: Emergency) {
  return { emergency: id, by, why, since, measures: measures.map(({ measure }) => measureText(measure)) };
}

/** Id of the message that declares an emergency with its present measures; each agent gets it, or one that follows from it and the agent. */
export function declarationId(emergency: Emergency): string {
  return derivedId('emergency', emergency.id, 'declared', ...heardDeclaration(emergency).measures);
}

/** Id of the message that tells of the end, known to nobody before it is recorded. */
export function emergencyEndId({ id, ended }: Emergency): string {
  return derivedId('emergency', id, 'ended', ended?.at ?? '', ended?.by ?? '');
}

/** End of an emergency as agents hear it; undefined while it is in force. */
export function heardEnd({ id, ended }: Emergency) {
  return ended && { emergency: id, by: ended.by, why: ended.why, at: ended.at };
}

/** True when an order that stands gives way to another: that of an emergency to one of an operator, which outlasts its end. */
export function givesWay(standing: Ordered | undefined, given: Ordered): boolean {
  return standing === undefined || (standing.emergency !== undefined && given.emergency === undefined);
}

/** A drain or a pause. */
type Ordered = Pick<Drain, 'emergency'>;

/** Conversation of the ledger that holds an emergency: its messages, who heard them, and the operators' notes. */
export function emergencyConversation(id: string): string {
  return `emergency:${id}`;
}

/** Time for which {@link recentEmergency} answers from what it has read, milliseconds. */
export const RECENT_EMERGENCY_MS = 5_000;

/** The latest emergency for somebody who asks at every message: read anew every five seconds. */
export function recentEmergency(
  store: Pick<EmergencyStore, 'latest'>,
  now: () => number,
): Pick<EmergencyStore, 'latest'> {
  return { latest: recently(() => store.latest(), now, RECENT_EMERGENCY_MS) };
}

/**
 * Refuses what a client wants to send while the intake is stopped.
 * @throws LanewayError INTAKE_STOPPED, retryable; UNAVAILABLE when it cannot be read whether it is
 */
export async function checkIntake(what: string, store: Pick<EmergencyStore, 'latest'>): Promise<void> {
  const latest = await store.latest();
  if (!latest || !stopsIntake(latest)) return;
  throw new LanewayError('INTAKE_STOPPED', `${what} was to be sent in an emergency: ${latest.why}`, {
    retryable: true,
    help: [
      `the intake has been stopped since ${latest.since}, by ${latest.by}; send it again once the emergency has ended`,
      'see what goes on: laneway emergency status',
    ],
  });
}

/** Reads a stored emergency. @throws LanewayError UNREADABLE */
export function emergencyFrom(text: unknown): Emergency {
  const value: unknown = typeof text === 'string' ? parsed(text) : undefined;
  const { id, by, why, since, measures, turn } = (value ?? {}) as Partial<Record<keyof Emergency, unknown>>;
  const isWhole = [id, by, why, since].every((one) => typeof one === 'string') && typeof turn === 'number';
  if (isWhole && Array.isArray(measures) && measures.every(isTaken)) return value as Emergency;
  throw new LanewayError('UNREADABLE', 'the record of emergencies cannot be read', {
    help: ['operators alone write it: put the item of the ledger table right, or delete it where none is in force'],
  });
}

function isTaken(one: unknown): boolean {
  const { measure } = (one ?? {}) as { readonly measure?: Partial<Record<string, unknown>> | null };
  if (measure?.['kind'] === 'stop-intake') return true;
  const isKnown = ['drain-agent', 'pause-channel', 'resume'].includes(String(measure?.['kind']));
  return isKnown && typeof (measure?.['agent'] ?? measure?.['channel']) === 'string';
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
