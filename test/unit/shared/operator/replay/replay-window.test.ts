import { decodeCopy } from '../../../../../shared/agent/receive/decode-copy.js';
import type { OperatorEntry } from '../../../../../shared/domain/evidence/dead-letter-book.js';
import type { BusArchive, WindowProgress } from '../../../../../shared/domain/evidence/bus-archive.js';
import { replayWindow } from '../../../../../shared/operator/replay/replay-window.js';
import { envelopeAt, overTheBus } from '../../../../kit/stands/platform-world.js';
import { REPLAY_ACTOR } from '../../../../kit/stands/replay-stand.js';

const NOW = Date.UTC(2026, 10, 21, 12);
const HOUR = 3_600_000;
const WINDOW = { from: NOW - 2 * HOUR, to: NOW - HOUR };

function stand(states: readonly WindowProgress[] = [{ state: 'STARTING' }, { state: 'COMPLETED' }]) {
  const started: unknown[] = [];
  const recorded: OperatorEntry[] = [];
  let looks = 0;
  const busArchive: BusArchive = {
    find: () => Promise.resolve({ name: 'all' }),
    start: async (name, window) => Promise.resolve(void started.push([name, window])),
    look: () => Promise.resolve(states[Math.min(looks++, states.length - 1)] ?? { state: 'FAILED' }),
  };
  const book = { record: async (entry: OperatorEntry) => Promise.resolve(void recorded.push(entry)) };
  const services = { busArchive, book, clock: { now: () => NOW }, pause: () => Promise.resolve() };
  return { services, started, recorded };
}

test('a window is started, noted first, and waited for', async () => {
  const { services, started, recorded } = stand();
  const seen: string[] = [];
  const report = await replayWindow(WINDOW, REPLAY_ACTOR, { progress: ({ state }) => seen.push(state) }, services);
  expect(report).toMatchObject({ archive: 'all', state: 'COMPLETED' });
  expect(started).toEqual([[report.name, WINDOW]]);
  expect(report.name).toMatch(/^[.\-_A-Za-z0-9]{1,64}$/);
  expect(seen).toEqual(['STARTING', 'COMPLETED']);
  expect(recorded).toMatchObject([
    {
      action: 'replay',
      ...REPLAY_ACTOR,
      correlationId: report.name,
      replay: { window: { to: '2026-11-21T11:00:00.000Z' } },
    },
  ]);
});

test('a dry run starts and notes nothing', async () => {
  const { services, started, recorded } = stand();
  expect(await replayWindow(WINDOW, REPLAY_ACTOR, { dryRun: true }, services)).toMatchObject({ state: 'would-start' });
  expect([started, recorded]).toEqual([[], []]);
});

test('no archive, a window that receivers have forgotten or that lies ahead, and a replay that failed are said', async () => {
  const { services, started } = stand([{ state: 'FAILED', why: 'the bus is gone' }]);
  const bare = { ...services, busArchive: { ...services.busArchive, find: () => Promise.resolve(undefined) } };
  await expect(replayWindow(WINDOW, REPLAY_ACTOR, {}, bare)).rejects.toThrow(/keeps no archive[^]*busArchive/);
  for (const window of [
    { from: NOW - 22 * 24 * HOUR, to: NOW },
    { from: NOW - HOUR, to: NOW + 1 },
    { from: NOW, to: NOW },
  ])
    await expect(replayWindow(window, REPLAY_ACTOR, {}, services)).rejects.toMatchObject({ code: 'INVALID_OPTION' });
  expect(started).toEqual([]);
  await expect(replayWindow(WINDOW, REPLAY_ACTOR, {}, services)).rejects.toThrow('the bus is gone');
});

test('an event that was replayed is the message that it was', () => {
  const order = envelopeAt(NOW, 'OrderPlaced', { order: '1' });
  const body = overTheBus(order, { 'replay-name': 'laneway-1', region: 'us-east-1', resources: [] });
  expect(decodeCopy(body)).toEqual(decodeCopy(overTheBus(order)));
});
