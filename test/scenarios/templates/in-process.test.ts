import { startInProcess, type InProcessOptions } from 'laneway/in-process';
import * as approval from '../../../cli/templates/approval/src/in-process.js';
import { topology as approvals } from '../../../cli/templates/approval/src/topology.js';
import * as blank from '../../../cli/templates/blank/src/in-process.js';
import { topology as blanks } from '../../../cli/templates/blank/src/topology.js';
import * as pipeline from '../../../cli/templates/pipeline/src/in-process.js';
import { topology as pipelines } from '../../../cli/templates/pipeline/src/topology.js';
import * as request from '../../../cli/templates/request/src/in-process.js';
import { topology as requests } from '../../../cli/templates/request/src/topology.js';
import type { Topology } from '../../../shared/topology/topology.js';
import { keepingLog } from '../../kit/stands/barrier.js';

const templates: readonly [string, Topology, InProcessOptions][] = [
  ['approval', approvals, approval],
  ['blank', blanks, blank],
  ['pipeline', pipelines, pipeline],
  ['request', requests, request],
];

test.each(templates)(
  'the template %s runs in process with all of its agents',
  async (_name, topology, { ...parts }) => {
    const log = keepingLog();
    const app = await startInProcess(topology, { ...parts, log });
    await app.stop();
    // The notice, and nothing of an agent that is not given.
    expect(log.lines).toEqual([expect.stringContaining('nothing of it survives')]);
  },
);
