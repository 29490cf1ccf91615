import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type Laneway } from 'laneway/client';
import { invokeFunction } from '../../cli/context/invoke-function.js';
import { openDeployed, type DeployedApplication } from '../../cli/context/open-deployed.js';
import { outputOf } from '../../shared/client/deployment.js';
import { account } from '../../shared/domain/evidence/conversation.js';
import { newId } from '../../shared/domain/base/ids.js';
import { generationOf } from '../../shared/operator/replay/replay-generation.js';
import { replayConversations } from '../../shared/operator/replay/replay-conversations.js';
import { replayWindow } from '../../shared/operator/replay/replay-window.js';
import { selectConversations } from '../../shared/operator/replay/select-conversations.js';
import { deployed, eventually, type Deployed } from '../kit/stands/deployed.js';
import { ParcelArrived, parcels, type WeighParcel } from '../kit/applications/parcel-topology.js';

const witnessFile = join(mkdtempSync(join(tmpdir(), 'laneway-')), 'witness');
const witnessed = (line: string): number =>
  readFileSync(witnessFile, 'utf8')
    .split('\n')
    .filter((one) => one.startsWith(line)).length;
const ADA = { by: 'ada', why: 'the scales were wrong' };
const parcel = `replayed-${newId().slice(-12)}`;
const began = Date.now() - 1_000;

let app: Deployed;
let gate: Laneway<typeof ParcelArrived | typeof WeighParcel>;
let replay: DeployedApplication;
let conversation = '';

beforeAll(async () => {
  writeFileSync(witnessFile, '');
  app = await deployed('parcels', {
    app: 'node --conditions=laneway-source --import tsx test/kit/applications/parcels/app.ts',
    context: { 'parcels:witness': witnessFile },
  });
  gate = await connect(parcels, { as: 'gate' });
  replay = await openDeployed(parcels);
});

/** Runs `laneway replay` with JSON output. */
function laneway(...args: readonly string[]): unknown {
  const command = ['--conditions=laneway-source', '--import', 'tsx', 'cli/main.ts', 'replay', ...args];
  const given = [
    '--why',
    ADA.why,
    '--by',
    ADA.by,
    '--json',
    '--topology',
    'test/kit/applications/parcel-topology.ts#parcels',
  ];
  return JSON.parse(execFileSync(process.execPath, [...command, ...given], { encoding: 'utf8' }));
}

/** Waits until the parcel of a conversation was stamped and all of it is at rest. */
const stamped = (id: string) =>
  app.until(
    id,
    (entries, { atRest, expected }) =>
      atRest &&
      expected > 0 &&
      entries.some(({ kind, ...entry }) => kind === 'delivery' && JSON.stringify(entry).includes('"stamper"')),
  );

test('a conversation at rest is replayed only as a new generation, once for each number', async () => {
  ({ correlationId: conversation } = await gate.publish(ParcelArrived, { parcel }));
  await stamped(conversation);
  expect([witnessed(`desk ${parcel} `), witnessed(`stamper ${parcel}`)]).toEqual([1, 1]);
  expect(laneway('conversation', conversation)).toMatchObject([{ conversation, messages: [] }]);

  const as = generationOf(conversation, 1);
  expect(laneway('conversation', conversation, '--new-generation')).toMatchObject([
    { as, messages: [{ type: 'ParcelArrived', result: 'sent' }] },
  ]);
  await stamped(as);
  const again = await replayConversations([{ conversation }], ADA, { generation: 1 }, replay);
  expect(again).toMatchObject([{ as, messages: [{ result: 'already' }] }]);
  const entries = await stamped(as);
  expect([witnessed(`desk ${parcel} `), witnessed(`stamper ${parcel}`)]).toEqual([2, 2]);
  expect(account(entries)).toMatchObject({ atRest: true, deadLettered: 0 });
  for (const id of [conversation, as]) {
    const noted = (await app.entries(id)).filter(({ kind }) => kind === 'operator');
    const by = expect.stringMatching(/^arn:aws:(iam|sts)::\d{12}:\S+ \(said to be ada\)$/) as string;
    expect(noted).toMatchObject([{ operator: { action: 'replay', by, why: ADA.why, replay: { generation: 1 } } }]);
  }
});

test('the archive of the ledger finds the conversations of a type and a time', async () => {
  const found = await eventually('the conversation to be in the archive', async () => {
    const selection = { type: 'ParcelArrived', agent: 'desk', from: began, to: Date.now() + 1_000 };
    const subjects = await selectConversations(replay.archive, selection, Date.now());
    return subjects.some((subject) => subject.conversation === conversation) ? subjects : undefined;
  });
  expect(new Set(found.map((subject) => subject.conversation)).size).toBe(found.length);
});

test('the deep sweep reads that archive in its function without a failure', async () => {
  const summary = await invokeFunction(outputOf(app.deployment, 'SweeperFunction'), { deep: true });
  expect(summary).toMatchObject({ failed: 0, complete: true });
  expect((summary as { days: number }).days).toBeGreaterThanOrEqual(1);
});

test("the bus's own archive replays a window, and nothing is handled twice", async () => {
  const archived = await replay.busArchive.find();
  if (!archived) throw new Error('the bus has no archive although the application declares one');
  const window = { from: began, to: Date.now() };
  const states: string[] = [];
  const progress = ({ state }: { readonly state: string }) => states.push(state);
  const report = await replayWindow(window, ADA, { progress }, replay);
  expect(report).toMatchObject({ state: 'COMPLETED', archive: archived.name });
  expect(states.at(-1)).toBe('COMPLETED');
  expect(await app.entries(report.name)).toMatchObject([{ operator: { action: 'replay', ...ADA } }]);
  // What follows the replayed events on the same lanes has been handled after them.
  const marker = `after-${parcel}`;
  const { correlationId } = await gate.publish(ParcelArrived, { parcel: marker });
  await stamped(correlationId);
  expect([witnessed(`desk ${parcel} `), witnessed(`stamper ${parcel}`)]).toEqual([2, 2]);
  expect(account(await app.entries(conversation))).toMatchObject({ atRest: true, deadLettered: 0 });
});
