import { countOpenWorkflows } from '../client/follow-conversation.js';
import { account, type LedgerEntry } from '../domain/evidence/conversation.js';
import type { Envelope } from '../domain/wire/envelope.js';
import { isSettled, type Emission } from '../domain/delivery/delivery.js';
import type { MemoryWorld } from '../testing/harness/memory-world.js';

/**
 * Forgets a conversation in which nothing more happens by itself, with its requests, payloads and executions. Not to be called
 * in the middle of a handling of the platform, which may be between two writes.
 * @returns whether it was over
 */
export function forgetConversation(world: MemoryWorld, correlationId: string): boolean {
  const entries = world.ledger.peekConversation(correlationId);
  const messages = messagesOf(entries);
  const requests = messages.flatMap(({ requestid }) => requestid ?? []);
  const { atRest, withoutLetter } = account(entries);
  const isOver =
    atRest &&
    withoutLetter.length === 0 &&
    countOpenWorkflows(entries) === 0 &&
    !requests.some((id) => world.pending.isOpen(id)) &&
    areStarted(messages, entries, world.starts);
  if (!isOver) return false;
  for (const id of requests) {
    const reply = world.payloads.texts.size === 0 ? undefined : world.pending.replyReference(id);
    if (reply !== undefined) world.payloads.texts.delete(reply);
    world.pending.forget(id);
  }
  for (const { dataref } of messages) if (dataref !== undefined) world.payloads.texts.delete(dataref);
  for (const entry of entries) forgetEntry(world, entry);
  world.deferredReplies.forget(correlationId);
  world.deliveries.forget(correlationId);
  world.ledger.forget(correlationId);
  return true;
}

type Message = Pick<Envelope, 'id' | 'type' | 'data' | 'dataref' | 'requestid'> | Emission;

/** All that was published in it: by clients and the platform, and by handlers. */
function messagesOf(entries: readonly LedgerEntry[]): readonly Message[] {
  return entries.flatMap((entry): readonly Message[] => {
    if (entry.kind === 'message') return [entry.intent.envelope];
    return entry.kind === 'delivery' ? entry.delivery.emissions : [];
  });
}

/**
 * True when each workflow that a message starts has settled its start. Publishers do not expect workflows, so that the account of the
 * conversation misses them.
 */
function areStarted(
  messages: readonly Message[],
  entries: readonly LedgerEntry[],
  starts: Readonly<Record<string, string>>,
): boolean {
  const wanted = Object.entries(starts).flatMap(([workflow, type]) =>
    messages.filter((message) => message.type === type).map(({ id }) => `${id} workflow:${workflow}`),
  );
  if (wanted.length === 0) return true;
  const settled = new Set(
    entries.flatMap((entry) =>
      entry.kind === 'delivery' && isSettled(entry.delivery.state)
        ? [`${entry.delivery.messageId} ${entry.delivery.receiver}`]
        : [],
    ),
  );
  return wanted.every((one) => settled.has(one));
}

function forgetEntry(world: MemoryWorld, entry: LedgerEntry): void {
  const { texts } = world.payloads;
  if (entry.kind === 'message') {
    const { data } = entry.intent.envelope;
    world.intents.forget(entry.intent.envelope);
    const execution = typeof data === 'object' && data !== null && 'execution' in data ? data.execution : undefined;
    if (typeof execution === 'string') {
      world.executions.forget(execution);
      world.sagas.forget(execution);
    }
  } else if (entry.kind === 'delivery') {
    if (entry.delivery.emissionsRef !== undefined) texts.delete(entry.delivery.emissionsRef);
  } else if (entry.kind === 'dead-letter') texts.delete(entry.deadLetter.bodyRef);
}
