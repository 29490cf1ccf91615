import { attempts } from './attempts.js';
import { breaker } from '../lasting-rows/breaker.js';
import { broadcast } from '../crowd-rows/broadcast.js';
import { changingEmissions } from './changing-emissions.js';
import { duplicates } from './duplicates.js';
import { emergency } from '../crowd-rows/emergency.js';
import { failureSubsets } from './failure-subsets.js';
import { flood } from './flood.js';
import { fuzz } from './fuzz.js';
import { kills } from './kills.js';
import { lateMessages } from './late-messages.js';
import { load } from './load.js';
import { lostEvents } from '../lasting-rows/lost-events.js';
import { outages } from '../lasting-rows/outages.js';
import { races } from './races.js';
import { randomPrograms } from './random-programs.js';
import { redrive } from './redrive.js';
import { killedInstances } from './killed-instances.js';
import { replay } from './replay.js';
import { requests } from './requests.js';
import { retention } from '../lasting-rows/retention.js';
import type { Row } from '../driver/row.js';
import { skew } from '../lasting-rows/skew.js';
import { storeFaults } from './store-faults.js';
import { templateInvariants } from './template-invariants.js';
import { workerLanes } from './worker-lanes.js';
import { workflows } from './workflows.js';

/** Rows that need no engine, in the order of docs/reference/reliability.md; those of engine-rows.ts follow. */
export const ROWS: readonly Row[] = [
  load,
  duplicates,
  kills,
  changingEmissions,
  storeFaults,
  failureSubsets,
  fuzz,
  lateMessages,
  requests,
  races,
  attempts,
  randomPrograms,
  workflows,
  outages,
  lostEvents,
  skew,
  retention,
  breaker,
  workerLanes,
  killedInstances,
  broadcast,
  emergency,
  flood,
  redrive,
  replay,
  templateInvariants,
];
