import { connect, type Laneway } from 'laneway/client';
import type { MessageType } from 'laneway/message';
import { openAnswers } from '../../cli/context/open-answers.js';
import { openWorkflows } from '../../cli/context/open-workflows.js';
import { lacksOf } from '../../infra/engines/engine-lacks.js';
import { deployed } from '../kit/stands/deployed.js';
import { engineHere } from '../kit/stands/engine.js';
import { allTwins } from '../kit/applications/twins/all-twins.js';
import { playOnEngine } from '../kit/applications/twins/engine-side.js';
import { playInHarness } from '../kit/applications/twins/harness-side.js';
import { expectedEnding, type Played } from '../kit/applications/twins/play.js';
import { twins } from '../kit/applications/twins/topology.js';
import type { Twin } from '../kit/applications/twins/twin.js';

// Every twin is played in the harness and on the engine. It is to end as it says on both, and the ledgers of both are to
// tell the same story: the same messages, to the same receivers, with the same content, by the same causes.

const engine = await engineHere();
const lackOf = ({ needs }: Twin): string | undefined =>
  needs === undefined || lacksOf[engine][needs] === undefined
    ? undefined
    : `it lacks ${needs}: ${lacksOf[engine][needs]}`;
const played = allTwins.filter((twin) => lackOf(twin) === undefined);
const left = allTwins.filter((twin) => lackOf(twin) !== undefined);

const inHarness = new Map<Twin, Played>();
let onEngine: ReadonlyMap<Twin, Played>;

beforeAll(async () => {
  const [app] = await Promise.all([
    deployed('twins', { app: 'node --conditions=laneway-source --import tsx test/kit/applications/twins/app.ts' }),
    (async () => {
      for (const twin of played) inHarness.set(twin, await playInHarness(twin));
    })(),
  ]);
  const street: Laneway<MessageType> = await connect(twins, { as: 'street' });
  const [{ executions }, answers] = [await openWorkflows(twins), await openAnswers(twins)];
  onEngine = await playOnEngine(inHarness, { street, executions, answers, entries: app.entries });
}, 600_000);

test.each(played.map((twin) => [twin.name, twin] as const))('%s', (name, twin) => {
  const [here, there] = [inHarness.get(twin), onEngine.get(twin)];
  if (!here || !there) throw new Error(`${name} was not played on both sides`);
  expect({ harness: here.ending }).toEqual({ harness: expectedEnding(twin, here.ending) });
  expect({ engine: there.ending }).toEqual({ engine: expectedEnding(twin, there.ending) });
  expect(there.lines).toEqual(here.lines);
});

for (const twin of left) test.skip(`${twin.name} (SKIPPED on ${engine}: ${lackOf(twin)})`, () => undefined);
