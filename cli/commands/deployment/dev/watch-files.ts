import { watch, type FSWatcher } from 'node:fs';
import { dirname, join } from 'node:path';

/** Tells of edits to a set of files that may be replaced as the project changes. */
export interface FileWatcher {
  /** The files to tell of from now on. */
  follow(files: Iterable<string>): void;
  close(): void;
}

const settleMs = 30;

/**
 * Watches folders rather than files, because editors replace a file rather than write into it. Edits within 30 ms are
 * reported together.
 */
export function watchFiles(changed: (files: ReadonlySet<string>) => void): FileWatcher {
  const folders = new Map<string, FSWatcher>();
  let followed: ReadonlySet<string> = new Set();
  let pending = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  const flush = () => {
    const edited = pending;
    pending = new Set();
    changed(edited);
  };
  const note = (file: string) => {
    if (!followed.has(file)) return;
    pending.add(file);
    clearTimeout(timer);
    timer = setTimeout(flush, settleMs);
  };
  return {
    follow: (files) => {
      followed = new Set(files);
      const wanted = new Set([...followed].map((file) => dirname(file)));
      for (const [folder, watcher] of folders) {
        if (wanted.has(folder)) continue;
        watcher.close();
        folders.delete(folder);
      }
      for (const folder of wanted) {
        if (folders.has(folder)) continue;
        const watcher = watch(folder, (_, name) => {
          if (name !== null) note(join(folder, name));
        });
        // A folder that is removed ends its watcher; the build then says what is missing.
        watcher.on('error', () => folders.delete(folder));
        folders.set(folder, watcher);
      }
    },
    close: () => {
      clearTimeout(timer);
      for (const watcher of folders.values()) watcher.close();
      folders.clear();
    },
  };
}
