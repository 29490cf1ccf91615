import { appendFileSync, readFileSync } from 'node:fs';

/** Notes of the depot's agents in the witness file, which nothing of Laneway reads or writes. */
export interface Effects {
  /** Packages stored: key -> id of the command by which it was stored -> how often. One id a package is one outcome. */
  readonly stored: ReadonlyMap<string, ReadonlyMap<string, number>>;
  /** Packages sorted: key -> each time, in order. */
  readonly sorted: ReadonlyMap<string, readonly Sorted[]>;
  /** Keys at whose handling the process was killed. */
  readonly killed: ReadonlySet<string>;
}

/** One run of the sorter's handler. */
export interface Sorted {
  /** From the client's publish to the start of the handler, milliseconds. */
  readonly waited: number;
  readonly release: string;
}

const MENDED = 'mended';

/** Notes by a handler, one line each: appended with one write, so that processes do not mix. */
export const note = {
  sorted: (file: string, key: string, sorted: Sorted) =>
    append(file, `sorted ${key} ${sorted.waited} ${sorted.release}`),
  stored: (file: string, key: string, messageId: string) => append(file, `stored ${key} ${messageId}`),
  killed: (file: string, key: string) => append(file, `killed ${key}`),
  /** From now on nothing leaks. */
  mended: (file: string) => append(file, MENDED),
};

/** True once a process was killed while it handled this key. */
export const wasKilled = (file: string, key: string): boolean => readEffects(file).killed.has(key);
/** True once the witness file says that the leak was mended. */
export const isMended = (file: string): boolean => lines(file).includes(MENDED);

/** Reads the witness file from byte `from` on. */
export function readEffects(file: string, from = 0): Effects {
  const stored = new Map<string, Map<string, number>>();
  const sorted = new Map<string, Sorted[]>();
  const killed = new Set<string>();
  for (const line of lines(file, from)) {
    const [what, key = '', third = '', fourth = ''] = line.split(' ');
    if (what === 'stored') {
      const ids = stored.get(key) ?? new Map<string, number>();
      stored.set(key, ids.set(third, (ids.get(third) ?? 0) + 1));
    } else if (what === 'sorted') {
      sorted.set(key, [...(sorted.get(key) ?? []), { waited: Number(third), release: fourth }]);
    } else if (what === 'killed') killed.add(key);
  }
  return { stored, sorted, killed };
}

function append(file: string, line: string): void {
  appendFileSync(file, `${line}\n`);
}

const lines = (file: string, from = 0): string[] =>
  readFileSync(file).subarray(from).toString().split('\n').filter(Boolean);
