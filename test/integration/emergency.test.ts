import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type Laneway } from 'laneway/client';
import { startWorker, type Worker } from 'laneway/worker';
import type { EmergencyStatus } from '../../shared/operator/emergency/roll-call.js';
import { deployed, eventually, type Deployed } from '../kit/stands/deployed.js';
import { harbour, ShipSighted } from '../kit/applications/harbour-topology.js';
import boat from '../kit/applications/harbour/boat/worker.js';

/** An emergency as operators have it: on the engine, by the command, with one agent that is down when it is declared. */
const witnessFile = join(mkdtempSync(join(tmpdir(), 'laneway-')), 'witness');
const witnessed = (): string[] => readFileSync(witnessFile, 'utf8').split('\n').filter(Boolean).sort();
const deployHarbour = (): Promise<Deployed> =>
  deployed('harbour', {
    app: 'node --conditions=laneway-source --import tsx test/kit/applications/harbour/app.ts',
    context: { 'harbour:witness': witnessFile },
  });

let app: Deployed;
let tower: Laneway<typeof ShipSighted>;
let worker: Worker | undefined;

beforeAll(async () => {
  writeFileSync(witnessFile, '');
  app = await deployHarbour();
  tower = await connect(harbour, { as: 'tower' });
}, 180_000);

afterAll(() => worker?.stop());

/** Runs `laneway` with JSON output, in a process of its own: the worker's log goes to the output of this one. */
async function laneway(...args: readonly string[]): Promise<{ readonly code: number; readonly told: unknown }> {
  const topology = ['--topology', 'test/kit/applications/harbour-topology.ts#harbour', '--json', '--quiet'];
  const command = ['--conditions=laneway-source', '--import', 'tsx', 'cli/main.ts', ...topology, ...args];
  const child = spawn(process.execPath, command, { stdio: ['ignore', 'pipe', 'inherit'] });
  let out = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number];
  return { code, told: out === '' ? undefined : (JSON.parse(out) as unknown) };
}

const status = async () => (await laneway('emergency', 'status')).told as EmergencyStatus;
const saw = (what: string, lines: readonly string[]) =>
  eventually(what, () => Promise.resolve(lines.every((line) => witnessed().includes(line)) || undefined));

test('who is down is named, who is there has heard, and the intake is shut', async () => {
  await tower.publish(ShipSighted, { ship: 'early' });
  await saw('the ship', ['crane early', 'keeper early']);
  // Drained before: it stays so, whatever the emergency does.
  expect((await laneway('agents', 'drain', 'crane', '--force', '--why', 'a new rope')).code).toBe(0);
  // A release gives it back no more than the lane by which it hears of emergencies.
  expect(await laneway('quarantine', 'crane', '--why', 'it lied')).toMatchObject({ code: 0 });
  expect(await laneway('quarantine', 'release', 'crane', '--why', 'it did not')).toMatchObject({ code: 0 });
  const started = await laneway(
    ...[
      'emergency',
      'start',
      '--stop-intake',
      '--drain-agent',
      'keeper',
      'crane',
      '--pause-channel',
      'sightings',
      '--why',
      'fire',
      '--wait',
      '20 seconds',
    ],
  );
  expect(started.code).toBe(1);
  expect(started.told).toMatchObject({ inForce: true, missing: ['boat'], isQuiet: false });
  expect(witnessed()).toEqual(
    expect.arrayContaining(['crane EmergencyDeclared fire', 'keeper EmergencyDeclared fire']),
  );
  const late = await connect(harbour, { as: 'tower' });
  await expect(late.publish(ShipSighted, { ship: 'late' })).rejects.toMatchObject({ code: 'INTAKE_STOPPED' });
  expect((await laneway('channels', 'list')).told).toContainEqual(
    expect.objectContaining({
      channel: 'sightings',
      pause: expect.objectContaining({ by: expect.any(String) as unknown }) as unknown,
    }),
  );
}, 240_000);

test('the one that was down hears when it is back, and all is quiet', async () => {
  worker = await startWorker([await boat.prepare(app.deployment)]);
  await saw('the boat', ['boat EmergencyDeclared fire']);
  const quiet = await eventually('quiet', async () => {
    const found = await status();
    return found.isQuiet ? found : undefined;
  });
  expect(quiet).toMatchObject({ inForce: true, missing: [] });
  expect(quiet.quietAfter).toBeGreaterThan(0);
}, 120_000);

test('a deployment leaves it in force', async () => {
  await deployHarbour();
  expect(await status()).toMatchObject({ inForce: true });
  const late = await connect(harbour, { as: 'tower' });
  await expect(late.publish(ShipSighted, { ship: 'late' })).rejects.toMatchObject({ code: 'INTAKE_STOPPED' });
}, 120_000);

test('the end leaves what was before: the intake open, one at work, one drained', async () => {
  const ended = await laneway('emergency', 'end', '--why', 'out');
  expect(ended.code).toBe(0);
  expect(ended.told).toHaveProperty('emergency.ended.told', true);
  const { told } = await laneway('agents', 'get', 'crane');
  expect(told).toMatchObject({ drains: [{ agent: 'crane', why: 'a new rope' }] });
  expect((await laneway('agents', 'get', 'keeper')).told).toMatchObject({ drains: [] });
  const paused = (await laneway('channels', 'list')).told as readonly { readonly pause?: unknown }[];
  expect(paused.filter(({ pause }) => pause !== undefined)).toEqual([]);
  await saw('the end', ['boat EmergencyEnded out', 'crane EmergencyEnded out', 'keeper EmergencyEnded out']);
  const open = await connect(harbour, { as: 'tower' });
  await open.publish(ShipSighted, { ship: 'late' });
  await saw('the next ship', ['boat late', 'keeper late']);
  expect(witnessed()).not.toContain('crane late');
  expect((await laneway('agents', 'resume', 'crane', '--why', 'the rope holds')).code).toBe(0);
  await saw('the crane', ['crane late']);
  expect(witnessed().filter((line) => line.endsWith('EmergencyDeclared fire'))).toHaveLength(3);
}, 180_000);
