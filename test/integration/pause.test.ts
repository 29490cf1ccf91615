import { execFileSync } from 'node:child_process';
import { connect } from 'laneway/client';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDeployed } from '../../cli/context/open-deployed.js';
import { ParcelArrived, parcels } from '../kit/applications/parcel-topology.js';
import { deployed, eventually } from '../kit/stands/deployed.js';

const witnessFile = join(mkdtempSync(join(tmpdir(), 'laneway-')), 'witness');
const witnessed = (parcel: string): boolean => readFileSync(witnessFile, 'utf8').includes(parcel);

const deploy = (tag: string) =>
  deployed('parcels', {
    app: 'node --conditions=laneway-source --import tsx test/kit/applications/parcels/app.ts',
    context: { 'parcels:witness': witnessFile, 'parcels:tag': tag },
  });

/** Runs `laneway channels` with JSON output. */
function channels(...args: readonly string[]): unknown {
  const command = ['--conditions=laneway-source', '--import', 'tsx', 'cli/main.ts', '--json', '--app', 'parcels'];
  return JSON.parse(execFileSync(process.execPath, [...command, 'channels', ...args], { encoding: 'utf8' }));
}

interface Shown {
  readonly channel: string;
  readonly pause?: { readonly why: string; readonly by: string };
  readonly countdown?: { readonly expiresInMs: number; readonly droppedInMs: number };
}

test('a pause survives a deployment: what waits is seen, is not handled, and is handled once the channel is resumed', async () => {
  writeFileSync(witnessFile, '');
  const app = await deploy('first');
  const gate = await connect(parcels, { as: 'gate' });
  const before = await gate.publish(ParcelArrived, { parcel: 'before-pause', note: 'do not weigh' });
  await app.until(before.correlationId, (_entries, { atRest, completed }) => atRest && completed > 0);

  expect(channels('pause', 'parcel.arrivals', '--why', 'the desk moves', '--by', 'ana')).toMatchObject({
    channel: 'parcel.arrivals',
    why: 'the desk moves',
    by: expect.stringContaining('ana') as unknown,
  });
  // Every process knows of it after five seconds.
  await new Promise((resolve) => setTimeout(resolve, 5_500));
  const { correlationId } = await gate.publish(ParcelArrived, { parcel: 'while-paused', note: 'do not weigh' });
  const shown = await eventually('what waits', () =>
    Promise.resolve((channels('list') as Shown[]).find(({ countdown }) => countdown)),
  );
  expect(shown).toMatchObject({ channel: 'parcel.arrivals', pause: { why: 'the desk moves' } });
  const life = Date.parse((await app.entries(correlationId)).flatMap((one) => expiryOf(one))[0] ?? '') - Date.now();
  expect(Math.abs((shown.countdown?.expiresInMs ?? 0) - life)).toBeLessThan(60_000);
  expect(shown.countdown?.droppedInMs).toBeGreaterThan(3.9 * 86_400_000);

  const again = await deploy('second');
  expect((channels('list') as Shown[]).filter(({ pause }) => pause).map(({ channel }) => channel)).toEqual([
    'parcel.arrivals',
  ]);
  const meanwhile = await gate.publish(ParcelArrived, { parcel: 'after-deployment', note: 'do not weigh' });
  await new Promise((resolve) => setTimeout(resolve, 10_000));
  expect(['before-pause', 'while-paused', 'after-deployment'].filter(witnessed)).toEqual(['before-pause']);
  for (const { correlationId: id } of [{ correlationId }, meanwhile])
    expect((await again.entries(id)).filter(({ kind }) => kind === 'delivery')).toEqual([]);

  channels('resume', 'parcel.arrivals', '--why', 'it has moved');
  for (const { correlationId: id } of [{ correlationId }, meanwhile]) {
    const entries = await again.until(id, (_found, { atRest, completed }) => atRest && completed === 2, 120_000);
    const handled = entries.flatMap((entry) => (entry.kind === 'delivery' ? [entry.delivery] : []));
    expect(handled.map(({ state, tries }) => `${state} ${tries}`)).toEqual(['completed 1', 'completed 1']);
  }
  expect(['while-paused', 'after-deployment'].filter(witnessed)).toEqual(['while-paused', 'after-deployment']);
  const notes = await openDeployed(parcels).then(({ conversations }) =>
    conversations.conversation('channel:parcel.arrivals'),
  );
  expect(notes.map((entry) => entry.kind === 'operator' && entry.operator.action)).toEqual(['pause', 'resume']);
}, 600_000);

function expiryOf(entry: { readonly kind: string }): string[] {
  const { intent } = entry as { readonly intent?: { readonly envelope: { readonly expires: string } } };
  return intent === undefined ? [] : [intent.envelope.expires];
}
