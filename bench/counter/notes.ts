import { appendFileSync, readFileSync } from 'node:fs';

/** An answer that arrived. */
export interface NotedAnswer {
  /** Id of the message that brought it: a second id for a key is a second outcome. */
  readonly id: string;
  /** From the client's publish to here, milliseconds. */
  readonly took: number;
}

/** Lines that the agents of the counter noted in their file, which nothing of Laneway reads or writes. */
export interface Notes {
  /** Key -> how often its handler began. */
  readonly begun: ReadonlyMap<string, number>;
  /** Key -> its answers, in order. */
  readonly answered: ReadonlyMap<string, readonly NotedAnswer[]>;
}

/** Notes by a handler, one line each: appended with one write, so that processes do not mix. */
export const note = {
  begun: (file: string, key: string) => appendFileSync(file, `begun ${key}\n`),
  answered: (file: string, key: string, id: string, took: number) =>
    appendFileSync(file, `answered ${key} ${id} ${took}\n`),
};

/** All that stands in the file. */
export function readNotes(file: string): Notes {
  const begun = new Map<string, number>();
  const answered = new Map<string, NotedAnswer[]>();
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    const [what, key = '', id = '', took = ''] = line.split(' ');
    if (what === 'begun') begun.set(key, (begun.get(key) ?? 0) + 1);
    if (what === 'answered') answered.set(key, [...(answered.get(key) ?? []), { id, took: Number(took) }]);
  }
  return { begun, answered };
}
