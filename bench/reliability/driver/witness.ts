import { closeSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';

/**
 * Counts effects outside Laneway: a file to which handlers append a business key, one a line, and which neither ledger
 * nor dedupe ever touch. A handler in another process appends to {@link Witness.path} by itself (O_APPEND, one write).
 */
export class Witness {
  readonly #file: number;

  constructor(
    /** Absolute path of the file. */
    readonly path: string,
  ) {
    rmSync(path, { force: true });
    this.#file = openSync(path, 'a');
  }

  /** Notes one effect. */
  note(key: string): void {
    writeSync(this.#file, `${key}\n`);
  }

  /** Notes of each key, counted. */
  counts(): ReadonlyMap<string, number> {
    const counts = new Map<string, number>();
    for (const key of readFileSync(this.path, 'utf8').split('\n')) {
      if (key !== '') counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    return counts;
  }

  close(): void {
    closeSync(this.#file);
  }
}
