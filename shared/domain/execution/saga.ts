import type { WorkflowInput } from './dispatch.js';
import { derivedId } from '../base/ids.js';
import type { RequestOutcome } from '../request/pending.js';

/** Compensation of one request of an execution, carried out if the request was answered and the execution fails. */
export interface UndoStep {
  /** The request that would be undone. */
  readonly requestId: string;
  /** Name of its step, followed by the element of a map: `book #2`. */
  readonly step: string;
  /** Command that undoes it. */
  readonly type: string;
  /** Version of its schema that `data` was written for. @defaultValue the latest */
  readonly version?: number;
  /** Payload of the command, to be filled in with the reply (`fillTemplate`). */
  readonly data: unknown;
  readonly timeoutSeconds: number;
}

/** A reply to a request. */
export type Replied = Extract<RequestOutcome, { state: 'replied' }>;

/** End of an undoing. */
export type Undoing = 'undone' | 'failed';

/** A compensation as the store keeps it, with its number and its end. */
export interface NotedStep extends UndoStep {
  /**
   * Number from 1, in the order in which steps were noted: a step that needs another one has a higher number. Numbers
   * may be missing.
   */
  readonly number: number;
  /** The reply, where it came after the request had ended otherwise. */
  readonly late?: Replied;
  readonly undoing?: Undoing;
}

/** A compensation that cannot be read any more: nobody can undo its step. */
export interface LostStep {
  readonly number: number;
  /** Words that stand for its name. */
  readonly step: string;
  readonly undoing: 'failed';
}

/** The execution that compensations belong to. */
export interface SagaFacts {
  readonly workflow: string;
  /** Name of the execution. */
  readonly execution: string;
  /** The execution's start message without its data; the compensations' messages inherit from it. */
  readonly message: Omit<WorkflowInput['message'], 'data'>;
}

/** The compensations of one execution, without their steps. */
export interface Saga extends SagaFacts {
  /** Highest number that a step can have. */
  readonly noted: number;
  /** Set when the execution has failed: from then on answered steps are undone. */
  readonly failed?: string;
  /** Number of the step that is undone next, in descending order; 0 when all are through. @defaultValue `noted` */
  readonly next?: number;
  /** Numbers of the steps that were answered after the failure and are not undone yet; `next` may be below them. */
  readonly reopened: readonly number[];
  /** Number of times that steps were reopened. */
  readonly reopenings: number;
  /** Value of `reopenings` at the last `WorkflowCompensated`. */
  readonly told?: number;
}

/**
 * Store of compensations, which are noted when a step is dispatched, by execution. All reads are consistent. One that cannot be read
 * is `UNREADABLE` to whoever asks for it alone.
 */
export interface SagaStore {
  /**
   * Notes the compensation of a step, after all that were noted before. Of several for one request the first stands.
   * @throws LanewayError UNAVAILABLE
   */
  note(saga: SagaFacts, step: UndoStep): Promise<void>;
  /**
   * Marks the execution as failed; the first reason stands. A step that is noted later finds the mark.
   * @returns true when any step of the execution was noted
   */
  fail(execution: string, reason: string): Promise<boolean>;
  /** The saga of an execution; undefined when no step of it was noted. @throws LanewayError UNREADABLE, UNAVAILABLE */
  get(execution: string): Promise<Saga | undefined>;
  /** The step with this number. @throws LanewayError UNREADABLE, UNAVAILABLE */
  step(execution: string, number: number): Promise<NotedStep | undefined>;
  /** The step that made the request. @throws LanewayError UNREADABLE, UNAVAILABLE */
  find(execution: string, requestId: string): Promise<NotedStep | undefined>;
  /** Steps, the one with the highest number first; of those that cannot be read, that they are there. */
  steps(saga: Pick<Saga, 'execution' | 'noted'>): AsyncIterable<NotedStep | LostStep>;
  /** Stores a reply that came after its request had ended, the first standing. */
  keepLate(execution: string, number: number, reply: Replied): Promise<void>;
  /**
   * Notes that a step was answered after the execution had failed, so that it is undone even when undoing has passed
   * its number.
   */
  reopen(execution: string, number: number): Promise<void>;
  /** Notes the end of undoing a step. */
  settle(execution: string, number: number, undoing: Undoing): Promise<void>;
  /** Notes the number that undoing has come to, and the reopened steps that are done. */
  move(execution: string, next: number, done: readonly number[]): Promise<void>;
  /** Notes that `WorkflowCompensated` was published for so many `reopenings`. */
  tell(execution: string, reopenings: number): Promise<void>;
}

/** Id of the request that undoes a step; derived, so that a repetition is the same request. */
export function undoRequestId({ requestId }: Pick<UndoStep, 'requestId'>): string {
  return derivedId('undo', requestId);
}

/** A step that cannot be read, as those who list steps are told of it. */
export function lostStep(number: number): LostStep {
  return { number, step: `step ${number}, which cannot be read`, undoing: 'failed' };
}
