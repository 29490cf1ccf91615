import { TestEnvironment } from 'jest-environment-node';

/**
 * The surroundings of a test file that runs on an engine: each worker of jest has an engine of its own where `npm test` starts
 * several, so that files run side by side and none meets what another has deployed. Set in the worker itself, so that processes
 * which a test starts have it too.
 */
export default class OwnEngine extends TestEnvironment {
  constructor(config, context) {
    const { LANEWAY_ENGINES: engines, JEST_WORKER_ID: worker = '1' } = process.env;
    if (engines !== undefined) {
      const all = JSON.parse(engines);
      const own = all[Number(worker) - 1];
      if (own === undefined) throw new Error(`worker ${worker} of jest has no engine: there are ${all.length}`);
      Object.assign(process.env, own);
    }
    super(config, context);
  }
}
