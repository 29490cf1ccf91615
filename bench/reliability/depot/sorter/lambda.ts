import { setTimeout as sleep } from 'node:timers/promises';
import { createAgent } from 'laneway/agent';
import { lambda } from 'laneway/lambda';
import { isMended, note, wasKilled } from '../effects.js';
import { depot, StorePackage } from '../topology.js';

/** Has each package stored, unless something is wrong with it. */
const sorter = createAgent(depot, 'sorter')
  .needs<{ readonly witness: string; readonly release: string }>()
  .handle({
    PackageArrived: async ({ data: { key, published, trouble, work } }, { deps: { witness, release }, publish }) => {
      const waited = Date.now() - published;
      const end = (): void => {
        if (wasKilled(witness, key)) return;
        note.killed(witness, key);
        process.kill(process.pid, 'SIGKILL');
      };
      if (trouble === 'leaks' && !isMended(witness)) throw new Error(`package ${key} leaks`);
      if (trouble === 'killed before its effect') end();
      note.sorted(witness, key, { waited, release });
      if (trouble === 'killed after its effect') end();
      if (work > 0) await sleep(work);
      publish(StorePackage, { key });
    },
  });

export const handler = lambda(sorter, ({ bind }) => ({ witness: bind('witness'), release: bind('release') }));
