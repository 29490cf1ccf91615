import { appendFileSync } from 'node:fs';
import { lambda } from 'laneway/lambda';
import { mailer } from '../agents.js';

export const handler = lambda(mailer, ({ bind }) => ({
  tell: (line: string) => {
    appendFileSync(bind('mails'), `${line}\n`);
  },
}));
