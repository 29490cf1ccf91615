import { milliseconds, type Duration } from '../../../shared/domain/base/duration.js';
import { ParcelCame, troubledDepot } from '../../kit/stands/troubled-depot.js';

const LENGTHS: Duration[] = ['9 minutes', '2 hours', '2 days'];

async function arriveDuring(stand: ReturnType<typeof troubledDepot>, ...parts: ('bus' | 'reads' | 'writes')[]) {
  const { correlationId } = await stand.harness.publish(ParcelCame, { parcel: 'p-1' });
  for (const part of parts) stand.away[part] = true;
  return correlationId;
}

describe('the bus refuses after an outcome was stored', () => {
  it.each(LENGTHS)('for %s: what was stored is sent by itself, and every effect is there once', async (length) => {
    const stand = troubledDepot();
    const id = await arriveDuring(stand, 'bus');
    await stand.harness.advance(length);
    expect(stand.heard).toEqual([]);
    expect(stand.tries()).toBe(1);
    stand.away.bus = false;
    await stand.harness.settle();
    const { account, sequence } = stand.harness.conversation(id);
    expect({ ...account, sequence }).toMatchObject({ expected: 4, completed: 4, missing: [], inFlight: [] });
    expect([...stand.heard].sort()).toEqual(['p-1 on 1', 'p-1 weighs 3']);
    expect(stand.harness.conversation(id).entries.filter(({ kind }) => kind === 'dead-letter')).toEqual([]);
  });

  it('the pauses grow: two days of it are not asked as often as one of its hours once was', async () => {
    const stand = troubledDepot();
    await arriveDuring(stand, 'bus');
    // A sweep each four minutes looks on its own; what is counted is the copy.
    stand.world.sweep = () => Promise.resolve();
    await stand.harness.advance('2 days');
    expect(stand.asked()).toBeGreaterThan(50);
    expect(stand.asked()).toBeLessThan(3_600 / 5);
  });

  it('and its copy is lost meanwhile: the sweeper sends what was stored', async () => {
    const stand = troubledDepot();
    const id = await arriveDuring(stand, 'bus');
    await stand.harness.advance('20 minutes');
    expect(stand.purge('porter')).toBe(1);
    await stand.harness.advance('2 hours');
    stand.away.bus = false;
    await stand.harness.settle();
    const { account, sequence } = stand.harness.conversation(id);
    expect({ ...account, sequence }).toMatchObject({ expected: 4, completed: 4, missing: [], inFlight: [] });
    expect([...stand.heard].sort()).toEqual(['p-1 on 1', 'p-1 weighs 3']);
  });

  it('and its copy is worn out: the drain leaves what was stored to the sweeper, and writes no dead letter', async () => {
    const stand = troubledDepot();
    const id = await arriveDuring(stand, 'bus');
    const sweep = stand.world.sweep.bind(stand.world);
    stand.world.sweep = () => Promise.resolve();
    await stand.harness.advance('3 days');
    expect(stand.world.lanes.deadLetters('porter')?.size).toBe(0);
    expect([...stand.world.lanes.lanes('porter').values()].every(({ size }) => size === 0)).toBe(true);
    stand.world.sweep = sweep;
    stand.away.bus = false;
    await stand.harness.settle();
    const { account, entries } = stand.harness.conversation(id);
    expect(entries.filter(({ kind }) => kind === 'dead-letter')).toEqual([]);
    expect(account).toMatchObject({ missing: [], inFlight: [] });
    expect(stand.harness.published.map(({ type }) => type)).toEqual(
      expect.arrayContaining(['ParcelShelved', 'WeighParcel']),
    );
  });
});

describe('the bus denies what was stored, as a policy does that is still spreading', () => {
  it.each(['1 minute', '2 hours'] as Duration[])('for %s: no reply and no event is dropped', async (length) => {
    const stand = troubledDepot();
    const { correlationId: id } = await stand.harness.publish(ParcelCame, { parcel: 'p-1' });
    stand.harness.faults.outage({ port: 'bus', kind: 'denied', for: length });
    await stand.harness.settle();
    const { account, sequence } = stand.harness.conversation(id);
    expect({ ...account, sequence }).toMatchObject({ expected: 4, completed: 4, missing: [], deadLettered: 0 });
    expect([...stand.heard].sort()).toEqual(['p-1 on 1', 'p-1 weighs 3']);
  });
});

describe('the ledger is away before anything was tried', () => {
  const cases = (['10 minutes', '40 minutes', '2 hours', '2 days'] as Duration[]).flatMap((length) => [
    { length, what: 'all of it', parts: ['reads', 'writes'] as const },
    { length, what: 'for writes', parts: ['writes'] as const },
  ]);

  it.each(cases)(
    '$what, for $length: no dead letter, and the copy is handled when the ledger is back',
    async ({ length, parts }) => {
      const stand = troubledDepot();
      const id = await arriveDuring(stand, ...parts);
      await stand.harness.advance(length);
      expect(stand.tries()).toBe(0);
      Object.assign(stand.away, { reads: false, writes: false });
      const back = stand.harness.now().getTime();
      await stand.harness.settle();
      const { account, entries, sequence } = stand.harness.conversation(id);
      expect({ ...account, sequence }).toMatchObject({ expected: 4, completed: 4, missing: [], inFlight: [] });
      expect(entries.filter(({ kind }) => kind === 'dead-letter')).toEqual([]);
      expect([...stand.heard].sort()).toEqual(['p-1 on 1', 'p-1 weighs 3']);
      // It comes back no later than the outage was long, and than the longest pause.
      expect(stand.harness.now().getTime() - back).toBeLessThan(Math.min(milliseconds(length), 1_800_000) + 900_000);
    },
  );
});
