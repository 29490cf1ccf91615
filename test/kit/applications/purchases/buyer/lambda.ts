import { appendFileSync } from 'node:fs';
import { lambda } from 'laneway/lambda';
import { buyer } from '../agents.js';

export const handler = lambda(buyer, ({ bind }) => ({
  tell: (line: string) => {
    appendFileSync(bind('witness'), `${line}\n`);
  },
}));
