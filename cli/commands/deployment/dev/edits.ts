import { watchFiles } from './watch-files.js';

/** Edits of files, to be taken one lot after the other. */
export class Edits {
  readonly #edited = new Set<string>();
  #wake: () => void = () => undefined;
  readonly #watcher = watchFiles((files) => {
    for (const file of files) this.#edited.add(file);
    this.#wake();
  });

  /** The files to tell of from now on. */
  follow(files: Iterable<string>): void {
    this.#watcher.follow(files);
  }

  /** The files that were edited since the last call, at least one; none when the signal aborts first. */
  async next(signal: AbortSignal): Promise<readonly string[]> {
    if (this.#edited.size === 0 && !signal.aborted) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
    }
    const files = [...this.#edited];
    this.#edited.clear();
    return signal.aborted ? [] : files;
  }

  close(): void {
    this.#watcher.close();
  }
}
