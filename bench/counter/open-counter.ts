import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from 'laneway/client';
import { deployed } from '../../test/kit/stands/deployed.js';
import { readNotes, type Notes } from './notes.js';
import { counter, ErrandGiven, type Clerk } from './topology.js';
import { startWorkerProcess } from './worker-process.js';

/** The deployed counter with its book open: a client gives errands, and answers are noted. */
export interface Counter {
  readonly notes: () => Notes;
  /** Publishes an errand to one clerk. */
  give(clerk: Clerk, key: string, work: number): Promise<void>;
  /** True when all of these were answered within the time. */
  answered(keys: readonly string[], withinMs: number): Promise<boolean>;
  close(): Promise<void>;
}

const LOOK_EVERY_MS = 100;

/** Deploys the counter to the engine of the environment, noting in `file`, and opens its book. */
export async function openCounter(file: string): Promise<Counter> {
  await deployed('counter', {
    app: 'node --conditions=laneway-source --import tsx bench/counter/app.ts',
    context: { 'counter:notes': file },
  });
  const gate = await connect(counter, { as: 'gate' });
  const book = await startWorkerProcess('book');
  return {
    notes: () => readNotes(file),
    give: async (clerk, key, work) => {
      await gate.publish(ErrandGiven, { key, work, published: Date.now() }, { to: clerk });
    },
    answered: async (keys, withinMs) => {
      for (const giveUp = Date.now() + withinMs; ; await sleep(LOOK_EVERY_MS)) {
        const { answered } = readNotes(file);
        if (keys.every((key) => answered.has(key))) return true;
        if (Date.now() > giveUp) return false;
      }
    },
    close: () => book.end(),
  };
}
