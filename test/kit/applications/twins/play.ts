import { ApprovalRequested, PersonNeeded, type MessageType } from 'laneway/message';
import type { LedgerEntry } from '../../../../shared/domain/evidence/conversation.js';
import type { ExecutionDetail } from '../../../../shared/domain/execution/executions.js';
import { messagesIn } from './seen-messages.js';
import type { Act, Twin } from './twin.js';

/** Who decides and answers in the twins. */
export const actor = { by: 'ann', why: 'as the twin says' } as const;

/** What somebody outside can do to a conversation. */
export interface Hands {
  readonly publish: (type: MessageType, data: unknown, subject: string | undefined) => Promise<unknown>;
  readonly decide: (approval: string, decision: 'approved' | 'rejected') => Promise<unknown>;
  readonly answer: (requestId: string, data: unknown) => Promise<unknown>;
}

/** What somebody outside does in a twin, one after the other. */
export class Meanwhile {
  readonly #left: Act[];

  constructor(twin: Twin) {
    this.#left = [...twin.meanwhile];
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

async function acted(act: Act, entries: readonly LedgerEntry[], hands: Hands): Promise<boolean> {
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

/** How an execution ended, in the words of a twin. */
export interface Ended {
  readonly status: string;
  readonly result?: string;
  readonly data?: unknown;
  readonly error?: string | undefined;
  readonly cause?: string | undefined;
}

/** What came of a twin on one side. */
export interface Played {
  readonly ending: Ended;
  /** The transcript of its conversation. */
  readonly lines: readonly string[];
  /** How long the execution took, by the clock of the harness. */
  readonly seconds: number;
}

/** How it ended; the cause only where it is ours. */
export function endingOf(execution: ExecutionDetail | undefined): Ended {
  if (!execution) return { status: 'not started' };
  const { status, output, error, cause } = execution;
  if (status === 'succeeded') return { status, ...(output as { readonly result: string }) };
  return error?.startsWith('States.') ? { status, error } : { status, error, cause };
}

/** What {@link endingOf} is to be; where the twin says of the cause only what stands in it, the one that was found. */
export function expectedEnding({ ends }: Twin, found: Ended): Ended {
  if ('result' in ends) return { status: 'succeeded', ...ends };
  const { error, cause } = ends;
  const fits = cause === undefined || (cause instanceof RegExp && cause.test(found.cause ?? ''));
  return { status: 'failed', error, cause: fits ? found.cause : String(cause) };
}
