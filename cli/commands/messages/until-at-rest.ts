import { setTimeout as sleep } from 'node:timers/promises';
import { countOpenWorkflows } from '../../../shared/client/follow-conversation.js';
import { account, type Account, type LedgerReader } from '../../../shared/domain/evidence/conversation.js';

/** End of the waiting for a conversation. */
export interface Rest {
  readonly account: Account;
  /** False: the time was over first. */
  readonly atRest: boolean;
}

/** Clock and pauses of the waiting, in milliseconds; tests replace it. */
export interface Waiting {
  now(): number;
  sleep(ms: number): Promise<unknown>;
}

const restForMs = 2_000;
/** Quiet milliseconds when no agent is expected to receive anything: a workflow may be about to start. */
const restWithoutReceiversMs = 5_000;
const pauseMs = 200;

/**
 * Reads a conversation until neither a delivery nor a workflow of it has been in flight for two seconds, or the time is
 * over.
 */
export async function untilAtRest(
  ledger: LedgerReader,
  correlationId: string,
  timeoutMs: number,
  waiting: Waiting = { now: Date.now, sleep },
): Promise<Rest> {
  const end = waiting.now() + timeoutMs;
  let seen: { at: number; text: string } | undefined;
  for (;;) {
    const entries = await ledger.conversation(correlationId);
    const counted = account(entries);
    const text = JSON.stringify(entries);
    const now = waiting.now();
    if (!counted.atRest || entries.length === 0 || countOpenWorkflows(entries) > 0) seen = undefined;
    else if (seen?.text !== text) seen = { at: now, text };
    else if (now - seen.at >= (counted.expected === 0 ? restWithoutReceiversMs : restForMs))
      return { account: counted, atRest: true };
    if (now >= end) return { account: counted, atRest: false };
    await waiting.sleep(Math.min(pauseMs, Math.max(1, end - now)));
  }
}
