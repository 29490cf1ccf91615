import { appendFileSync } from 'node:fs';
import { lambda } from 'laneway/lambda';
import { treasury } from './agent.js';

export const handler = lambda(treasury, ({ bind }) => ({
  bank: { note: (line) => appendFileSync(bind('bank'), `${line}\n`) },
}));
