import type { Dispatch } from '../../domain/execution/dispatch.js';
import type { Waiter } from '../../domain/request/pending.js';

/** Fields of a dispatch that its waiter is made from. */
type Waiting = Pick<Extract<Dispatch, { readonly token: string }>, 'token' | 'execution' | 'step' | 'index' | 'keep'>;

/** The waiter that a step's request is answered to: its execution, by task token. */
export function waiterOf({ token, execution, step, index, keep }: Waiting): Extract<Waiter, { kind: 'workflow' }> {
  const waiter = { kind: 'workflow' as const, token, execution, step, ...(index === undefined ? {} : { index }) };
  return { ...waiter, ...(keep === undefined ? {} : { keep }) };
}
