import type { WorkflowInput } from './dispatch.js';
import { derivedId } from './ids.js';

/** What undoes one request of an execution, should it have been answered. */
export interface UndoStep {
  /** The request that would be undone. */
  readonly requestId: string;
  /** Its step, with the element of a map behind it: `book #2`. */
  readonly step: string;
  /** Command that undoes it. */
  readonly type: string;
  /** Payload of the command, to be filled in with the reply (`fillTemplate`). */
  readonly data: unknown;
  readonly timeoutSeconds: number;
}

/** The compensations of one execution. */
export interface Saga {
  readonly workflow: string;
  /** Name of the execution. */
  readonly execution: string;
  /** The execution's start message without its data: what the compensations' messages inherit. */
  readonly message: Omit<WorkflowInput['message'], 'data'>;
  /** In the order in which they were noted: what one step needs of another stands behind it. */
  readonly steps: readonly UndoStep[];
  /** Set when the execution has failed: from then on completed steps are undone. */
  readonly failed?: string;
}

/** Compensations that are noted when a step is dispatched, by execution. */
export interface SagaStore {
  /** Notes what would undo a step; idempotent by request. @throws LanewayError UNAVAILABLE */
  note(saga: Omit<Saga, 'steps' | 'failed'>, step: UndoStep): Promise<void>;
  /**
   * Marks the execution as failed, the first reason standing; a step that is noted later finds the mark. Consistent with every `note` that returned before.
   * @returns the saga; undefined when nothing of the execution can be undone
   */
  fail(execution: string, reason: string): Promise<Saga | undefined>;
  /** Consistent read. */
  get(execution: string): Promise<Saga | undefined>;
}

/** The request that undoes a step. */
export function undoRequestId({ requestId }: Pick<UndoStep, 'requestId'>): string {
  return derivedId('undo', requestId);
}
