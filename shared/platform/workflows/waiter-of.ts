import { defined } from '../../domain/base/defined.js';
import type { Dispatch } from '../../domain/execution/dispatch.js';
import type { Waiter } from '../../domain/request/pending.js';

/** Fields of a dispatch that its waiter is made from. */
type Waiting = Pick<Extract<Dispatch, { readonly token: string }>, 'token' | 'execution' | 'step' | 'index' | 'keep'>;

/** Waiter of a step's request: its execution, reached by the task token. */
export function waiterOf({ token, execution, step, index, keep }: Waiting): Extract<Waiter, { kind: 'workflow' }> {
  return { kind: 'workflow', token, execution, step, ...defined({ index, keep }) };
}
