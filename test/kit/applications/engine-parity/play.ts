import { ApprovalRequested, PersonNeeded, type MessageType } from 'laneway/message';
import type { LedgerEntry } from '../../../../shared/domain/evidence/conversation.js';
import type { ExecutionDetail } from '../../../../shared/domain/execution/executions.js';
import { messagesIn } from './seen-messages.js';
import type { OutsideAct, ParityCase } from './parity-case.js';

/** The person who decides and answers in the parity cases. */
export const actor = { by: 'ann', why: 'as the case says' } as const;

/** Hands of somebody outside on a conversation. */
export interface Hands {
  readonly publish: (type: MessageType, data: unknown, subject: string | undefined) => Promise<unknown>;
  readonly decide: (approval: string, decision: 'approved' | 'rejected') => Promise<unknown>;
  readonly answer: (requestId: string, data: unknown) => Promise<unknown>;
}

/** Plays what somebody outside does in a parity case, one thing after the other. */
export class Meanwhile {
  readonly #left: OutsideAct[];

  constructor(parityCase: ParityCase) {
    this.#left = [...parityCase.meanwhile];
  }

  get over(): boolean {
    return this.#left.length === 0;
  }

  /** Does what is due by what the ledger has. */
  async actOn(entries: readonly LedgerEntry[], hands: Hands): Promise<void> {
    const [act] = this.#left;
    if (!act || !(await acted(act, entries, hands))) return;
    this.#left.shift();
    await this.actOn(entries, hands);
  }
}

async function acted(act: OutsideAct, entries: readonly LedgerEntry[], hands: Hands): Promise<boolean> {
  const messages = messagesIn(entries);
  if ('publish' in act) {
    if (messages.filter(({ type }) => type === act.after.name).length < (act.times ?? 1)) return false;
    await hands.publish(act.publish, act.data, act.subject);
    return true;
  }
  if ('answer' in act) {
    const needed = messages.find(({ type }) => type === PersonNeeded.name);
    if (!needed) return false;
    await hands.answer((needed.data as { readonly requestId: string }).requestId, act.answer);
    return true;
  }
  const asked = messages
    .filter(({ type }) => type === ApprovalRequested.name)
    .map(({ data }) => data as { readonly approval: string; readonly step: string; readonly escalated: boolean })
    .find(({ step, escalated }) => step === act.step && escalated === (act.escalated ?? false));
  if (!asked) return false;
  await hands.decide(asked.approval, act.decide);
  return true;
}

/** Puts the end of an execution in the words of a parity case. */
export interface PlayedEnding {
  readonly status: string;
  readonly result?: string;
  readonly data?: unknown;
  readonly error?: string | undefined;
  readonly cause?: string | undefined;
}

/** Result of a parity case on one side. */
export interface PlayedCase {
  readonly ending: PlayedEnding;
  /** The transcript of its conversation. */
  readonly lines: readonly string[];
  /** Duration of the execution, by the clock of the harness. */
  readonly seconds: number;
}

/** End of the execution; the cause only where it is ours. */
export function endingOf(execution: ExecutionDetail | undefined): PlayedEnding {
  if (!execution) return { status: 'not started' };
  const { status, output, error, cause } = execution;
  if (status === 'succeeded') return { status, ...(output as { readonly result: string }) };
  return error?.startsWith('States.') ? { status, error } : { status, error, cause };
}

/** The expected {@link endingOf}; where the case says of the cause only what stands in it, the one that was found. */
export function expectedEnding({ ends }: ParityCase, found: PlayedEnding): PlayedEnding {
  if ('result' in ends) return { status: 'succeeded', ...ends };
  const { error, cause } = ends;
  const fits = cause === undefined || (cause instanceof RegExp && cause.test(found.cause ?? ''));
  return { status: 'failed', error, cause: fits ? found.cause : String(cause) };
}
