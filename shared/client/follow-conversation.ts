import { account, type LedgerEntry, type LedgerReader } from '../domain/evidence/conversation.js';
import { writtenId } from '../domain/evidence/ledger-writers.js';
import { WorkflowCompleted, WorkflowStarted } from '../message/system-messages.js';

/** Time without a change after which a conversation that has nothing in flight is taken for ended. */
export const REST_MS = 2_000;
/** The same while no agent was expected to receive anything: a workflow may be about to start. */
export const REST_WITHOUT_RECEIVERS_MS = 5_000;
const SHORTEST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 2_000;

/** Time for the following of a conversation; replaced in tests. */
export interface FollowClock {
  now(): number;
  sleep(ms: number): Promise<unknown>;
}

const realClock: FollowClock = {
  now: Date.now,
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};

/**
 * Yields every entry of a conversation, and again when it changes, until neither a delivery nor a workflow of it has been in
 * flight for two seconds, or the signal aborts. It polls the ledger: every 200 ms, growing to 2 s while nothing changes.
 */
export async function* followConversation(
  reader: LedgerReader,
  correlationId: string,
  signal?: AbortSignal,
  clock: FollowClock = realClock,
): AsyncGenerator<LedgerEntry> {
  const seen = new Map<string, string>();
  let pause = SHORTEST_PAUSE_MS;
  let changedAt = clock.now();
  while (!signal?.aborted) {
    const entries = await reader.conversation(correlationId);
    let changed = false;
    for (const entry of entries) {
      const text = JSON.stringify(entry);
      const id = writtenId(entry);
      if (seen.get(id) === text) continue;
      seen.set(id, text);
      changed = true;
      yield entry;
    }
    // Where conversations are forgotten, one that was there has ended.
    if (entries.length === 0 && seen.size > 0) return;
    const { expected, atRest } = account(entries);
    const open = entries.length === 0 || !atRest || countOpenWorkflows(entries) > 0;
    if (changed || open) changedAt = clock.now();
    else if (clock.now() - changedAt >= (expected === 0 ? REST_WITHOUT_RECEIVERS_MS : REST_MS)) return;
    pause = changed ? SHORTEST_PAUSE_MS : Math.min(LONGEST_PAUSE_MS, pause * 1.3);
    await clock.sleep(pause);
  }
}

/** Workflow executions that have begun and not ended. */
export function countOpenWorkflows(entries: readonly LedgerEntry[]): number {
  const begun = new Set<unknown>();
  const ended = new Set<unknown>();
  for (const entry of entries) {
    if (entry.kind !== 'message') continue;
    const { type, data } = entry.intent.envelope;
    if (type === WorkflowStarted.name) begun.add(executionOf(data));
    else if (type === WorkflowCompleted.name) ended.add(executionOf(data));
  }
  return [...begun].filter((execution) => !ended.has(execution)).length;
}

function executionOf(data: unknown): unknown {
  return typeof data === 'object' && data !== null && 'execution' in data ? data.execution : undefined;
}
