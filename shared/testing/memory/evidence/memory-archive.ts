import { defined } from '../../../domain/base/defined.js';
import { UnreadableRows } from '../../../domain/form/passed-over.js';
import { readArchiveKey } from '../../../domain/evidence/archive-key.js';
import { digestsBefore, readLines, settledKeys, textLines } from '../../../domain/evidence/archive-objects.js';
import {
  comesAfter,
  type ArchiveLine,
  type ArchivePlace,
  type ArchiveStore,
} from '../../../domain/evidence/archive.js';

/** The archive in memory; `put` takes what the ledger's stream writes. */
export class MemoryArchive implements ArchiveStore {
  readonly objects = new Map<string, string>();
  /** Lines that could not be read and were passed over. */
  readonly unreadable = new UnreadableRows();

  async put(key: string, text: string): Promise<void> {
    this.objects.set(key, text);
    return Promise.resolve();
  }

  async days(): Promise<string[]> {
    const days = [...this.objects.keys()].flatMap((key) => readArchiveKey(key)?.day ?? []);
    return Promise.resolve([...new Set(days)].sort());
  }

  async *lines(day: string, kind?: string, after?: ArchivePlace): AsyncIterable<ArchiveLine> {
    for await (const texts of this.#objects(day)) {
      const lines = readLines(texts, { name: day, passedOver: this.unreadable, ...defined({ kind }) });
      yield* after === undefined ? lines : lines.filter((line) => comesAfter(line, after));
    }
  }

  async *chainLines(day: string, heads: readonly string[] = []): AsyncIterable<string> {
    for await (const text of this.#objects(day, heads)) yield* textLines(text);
  }

  async *#objects(day: string, heads: readonly string[] = []): AsyncIterable<string> {
    const later = [...this.objects.keys()].filter((key) => (readArchiveKey(key)?.day ?? '') > day);
    const keys = [...this.objects.keys()].filter((key) => readArchiveKey(key)?.day === day);
    for (const key of settledKeys(keys, [...heads, ...digestsBefore(later)]))
      yield await Promise.resolve(this.objects.get(key) ?? '');
  }
}
