import type { Dispatch } from '../../domain/execution/dispatch.js';
import type { Waiter } from '../../domain/request/pending.js';

/** What a waiter is made of. */
type Waiting = Pick<Extract<Dispatch, { readonly token: string }>, 'token' | 'execution' | 'step' | 'index' | 'keep'>;

/** Whom the request of a step is answered to. */
export function waiterOf({ token, execution, step, index, keep }: Waiting): Extract<Waiter, { kind: 'workflow' }> {
  const waiter = { kind: 'workflow' as const, token, execution, step, ...(index === undefined ? {} : { index }) };
  return { ...waiter, ...(keep === undefined ? {} : { keep }) };
}
