import { appendFileSync } from 'node:fs';
import { lambda } from 'laneway/lambda';
import { appraiser } from './agent.js';

export const handler = lambda(appraiser, ({ bind }) => ({
  notebook: { note: (line) => appendFileSync(bind('notebook'), `${line}\n`) },
}));
