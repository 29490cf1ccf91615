import type { LedgerEntry, LedgerReader } from '../../shared/domain/evidence/conversation.js';
import { viewConversation } from '../render/conversation-view.js';
import { span } from '../render/time.js';
import { conversationState, type ConversationState } from './conversation-state.js';
import type { DemoClock } from './demo-world.js';

/** A conversation that is watched. */
export interface Watched {
  readonly id: string;
  readonly vehicle: string;
}

/** Options of {@link watchConversations}. */
export interface WatchOptions {
  readonly clock: DemoClock;
  readonly reader: LedgerReader;
  readonly conversations: readonly Watched[];
  /** Called between two looks: the customer answers, people decide. */
  readonly between: () => Promise<unknown>;
  readonly giveUpAfterMs: number;
  readonly signal: AbortSignal;
  /** A line for each message, or only how many have ended. */
  readonly each: boolean;
  readonly progress: (line: string) => void;
}

/** Last look at a conversation: its state and its ledger entries. */
export interface WatchedConversation {
  readonly state: ConversationState;
  readonly entries: readonly LedgerEntry[];
}

const PAUSE_MS = 250;

/** Watches conversations in the ledger until all are at rest, the time is over, or the signal aborts. */
export async function watchConversations(options: WatchOptions): Promise<Map<string, WatchedConversation>> {
  const { clock, reader, conversations, between, signal, progress } = options;
  const seen = new Map<string, WatchedConversation>();
  const told = new Set<string>();
  const giveUp = clock.now() + options.giveUpAfterMs;
  let reported = clock.now();
  while (!signal.aborted) {
    const open = conversations.filter(({ id }) => seen.get(id)?.state.atRest !== true);
    if (open.length === 0) break;
    await inGroups(open, 16, async ({ id, vehicle }) => {
      const entries = await reader.conversation(id);
      seen.set(id, { entries, state: conversationState(id, vehicle, entries) });
      if (options.each) tellMessages(vehicle, entries, told, progress);
    });
    await between();
    const ended = [...seen.values()].filter(({ state }) => state.atRest).length;
    if (!options.each && (clock.now() - reported > 2_000 || ended === conversations.length)) {
      progress(`${ended} of ${conversations.length} conversations have ended`);
      reported = clock.now();
    }
    if (clock.now() > giveUp) break;
    await clock.pause(PAUSE_MS, signal);
  }
  return seen;
}

function tellMessages(
  vehicle: string,
  entries: readonly LedgerEntry[],
  told: Set<string>,
  progress: (line: string) => void,
): void {
  const { messages, began } = viewConversation(entries);
  for (const { id, type, publisher, priority, time } of messages) {
    if (told.has(id)) continue;
    told.add(id);
    progress(
      `  ${vehicle.padEnd(28)} +${span(Date.parse(time) - Date.parse(began)).padEnd(8)} ${type} from ${publisher} (${priority})`,
    );
  }
}

async function inGroups<Item>(
  items: readonly Item[],
  size: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  for (let at = 0; at < items.length; at += size) await Promise.all(items.slice(at, at + size).map(work));
}
