import { appendFileSync } from 'node:fs';
import { worker } from 'laneway/worker';
import { appraiser } from './agent.js';

export default worker(appraiser, ({ bind }) => ({
  notebook: { note: (line) => appendFileSync(bind('notebook'), `${line}\n`) },
}));
