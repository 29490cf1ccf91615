import { comesAfter, type ArchiveLine, type ArchiveReader } from '../../../shared/domain/evidence/archive.js';
import type { MemoryLedger } from '../../../shared/testing/memory/memory-ledger.js';

/**
 * A ledger in memory as its archive: a line for each entry as it now stands, in one chain.
 * @param read called with each day that is read
 */
export function ledgerArchive(ledger: MemoryLedger, read: (day: string) => void = () => undefined): ArchiveReader {
  const lines = async (): Promise<ArchiveLine[]> => {
    const found: ArchiveLine[] = [];
    for (const conversation of ledger.conversationIds()) {
      for (const entry of await ledger.conversation(conversation)) {
        const chain = { chain: 'c', number: found.length + 1, digest: '' };
        found.push({ sequence: String(found.length), change: 'INSERT', at: entry.at, conversation, entry, ...chain });
      }
    }
    return found;
  };
  return {
    days: async () => [...new Set((await lines()).map(({ at }) => at.slice(0, 10)))].sort(),
    async *lines(day, kind, after) {
      read(day);
      const ofDay = (await lines()).filter(({ at, entry }) => at.startsWith(day) && entry.kind === kind);
      yield* after === undefined ? ofDay : ofDay.filter((line) => comesAfter(line, after));
    },
  };
}
