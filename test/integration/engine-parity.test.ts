import { connect, type Laneway } from 'laneway/client';
import type { MessageType } from 'laneway/message';
import { openDeployed } from '../../cli/context/open-deployed.js';
import { openWithWorkflows } from '../../cli/context/deployed-workflows.js';
import { lacksOf } from '../../infra/engines/engine-lacks.js';
import { deployed } from '../kit/stands/deployed.js';
import { engineHere } from '../kit/stands/engine.js';
import { parityCases } from '../kit/applications/engine-parity/parity-cases.js';
import { playCasesOnEngine } from '../kit/applications/engine-parity/engine-side.js';
import { playInHarness } from '../kit/applications/engine-parity/harness-side.js';
import { expectedEnding, type PlayedCase } from '../kit/applications/engine-parity/play.js';
import { parity } from '../kit/applications/engine-parity/topology.js';
import type { ParityCase } from '../kit/applications/engine-parity/parity-case.js';

// Every case is played in the harness and on the engine. It is to end as it says on both, and the ledgers of both are to
// tell of the same: the same messages, to the same receivers, with the same content, by the same causes.

const engine = await engineHere();
const lackOf = ({ needs }: ParityCase): string | undefined =>
  needs === undefined || lacksOf[engine][needs] === undefined
    ? undefined
    : `it lacks ${needs}: ${lacksOf[engine][needs]}`;
const played = parityCases.filter((parityCase) => lackOf(parityCase) === undefined);
const left = parityCases.filter((parityCase) => lackOf(parityCase) !== undefined);

const inHarness = new Map<ParityCase, PlayedCase>();
let onEngine: ReadonlyMap<ParityCase, PlayedCase>;

beforeAll(async () => {
  const [app] = await Promise.all([
    deployed('engine-parity', {
      app: 'node --conditions=laneway-source --import tsx test/kit/applications/engine-parity/app.ts',
    }),
    (async () => {
      for (const parityCase of played) inHarness.set(parityCase, await playInHarness(parityCase));
    })(),
  ]);
  const street: Laneway<MessageType> = await connect(parity, { as: 'street' });
  const [{ executions }, answers] = [await openWithWorkflows(parity), await openDeployed(parity)];
  onEngine = await playCasesOnEngine(inHarness, { street, executions, answers, entries: app.entries });
}, 600_000);

test.each(played.map((parityCase) => [parityCase.name, parityCase] as const))('%s', (name, parityCase) => {
  const [here, there] = [inHarness.get(parityCase), onEngine.get(parityCase)];
  if (!here || !there) throw new Error(`${name} was not played on both sides`);
  expect({ harness: here.ending }).toEqual({ harness: expectedEnding(parityCase, here.ending) });
  expect({ engine: there.ending }).toEqual({ engine: expectedEnding(parityCase, there.ending) });
  expect(there.lines).toEqual(here.lines);
});

for (const parityCase of left)
  test.skip(`${parityCase.name} (SKIPPED on ${engine}: ${lackOf(parityCase)})`, () => undefined);
