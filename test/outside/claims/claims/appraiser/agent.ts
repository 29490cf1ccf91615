import { setTimeout as sleep } from 'node:timers/promises';
import { createAgent } from 'laneway/agent';
import { claims } from '../topology.js';

/** The file that stands for the shop's own records: one line for each photo that was looked at. */
export interface Notebook {
  note(line: string): void;
}

/** Looks at photos. A file named `slow-...` takes it some seconds, as a large picture would. */
export const appraiser = createAgent(claims, 'appraiser')
  .needs<{ readonly notebook: Notebook }>()
  .handle({
    AppraisePhoto: async ({ data: { claim, photo } }, { deps }) => {
      if (photo.startsWith('slow-')) await sleep(5_000);
      deps.notebook.note(`${claim} ${photo}`);
      const part = photo.replace(/^slow-/, '').replace(/\.jpg$/, '');
      return { part, cents: part.length * 10_000 };
    },
  });
