import { account, type LedgerEntry, type LedgerReader } from '../domain/conversation.js';

/** Reads without a change after which a conversation that has nothing in flight is taken for ended. */
const QUIET_READS = 3;

/**
 * Yields every entry of a conversation, and again when it changes, until nothing is in flight for three reads or the
 * signal aborts. It polls the ledger: every 200 ms, growing to 2 s while nothing changes. A workflow that waits for
 * something outside may add entries after this has ended.
 */
export async function* followConversation(
  reader: LedgerReader,
  correlationId: string,
  signal?: AbortSignal,
): AsyncGenerator<LedgerEntry> {
  const seen = new Map<string, string>();
  let quiet = 0;
  let pause = 200;
  while (!signal?.aborted) {
    const entries = await reader.conversation(correlationId);
    let changed = false;
    for (const entry of entries) {
      const text = JSON.stringify(entry);
      const id = identityOf(entry);
      if (seen.get(id) === text) continue;
      seen.set(id, text);
      changed = true;
      yield entry;
    }
    quiet = changed || account(entries).inFlight.length > 0 ? 0 : quiet + 1;
    if (quiet >= QUIET_READS && entries.length > 0) return;
    pause = changed ? 200 : Math.min(2_000, pause * 1.3);
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

function identityOf(entry: LedgerEntry): string {
  switch (entry.kind) {
    case 'message':
      return `m ${entry.intent.envelope.id}`;
    case 'delivery':
      return `d ${entry.delivery.messageId} ${entry.delivery.receiver}`;
    case 'dead-letter':
      return `x ${entry.deadLetter.id}`;
    case 'request':
      return `r ${entry.request.requestId} ${entry.request.state} ${entry.request.by}`;
  }
}
