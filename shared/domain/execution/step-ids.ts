import type { Dispatch } from './dispatch.js';
import { derivedId } from '../base/ids.js';

/** Place of a step in an execution, from which the ids of its messages are derived. */
export type StepPlace = Pick<Dispatch, 'workflow' | 'execution' | 'step' | 'index'>;

/** Ids of the message that a step sends and of the request that it waits for; a repetition of the same step has the same. */
export function idsOf({ workflow, execution, step, index }: StepPlace): {
  readonly messageId: string;
  readonly requestId: string;
} {
  const parts = [workflow, execution, step, index ?? ''];
  return { messageId: derivedId('dispatch', ...parts), requestId: derivedId('request', ...parts) };
}
