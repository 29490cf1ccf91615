import { newId } from '../../../shared/domain/base/ids.js';
import { heldWithin, type HeldTimes, type QuarantineStore } from '../../../shared/domain/quarantine/quarantine.js';

const at = (hour: number): string => new Date(Date.UTC(2026, 0, 1, hour)).toISOString();
const HOUR = 3_600_000;

/** Stores that know the same quarantines: the operator's, and what agents read of it. */
export interface QuarantineStores {
  readonly quarantines: QuarantineStore;
  readonly heldTimes: HeldTimes;
}

/** Demands on every {@link QuarantineStore}, and on the {@link HeldTimes} beside it. */
export function quarantineStoreContract(make: () => Promise<QuarantineStores>): void {
  let stores: QuarantineStores;
  beforeAll(async () => {
    stores = await make();
  });
  const agent = (name = `a-${newId()}`, since = at(1)) =>
    ({ kind: 'agent', name, by: 'ana', why: 'it lied', since }) as const;
  const find = async (name: string) => (await stores.quarantines.all()).filter((one) => one.name === name);

  it('keeps who, why and since when; the first one in force stands', async () => {
    const one = agent();
    expect(await stores.quarantines.begin(one)).toEqual(one);
    expect(await stores.quarantines.begin({ ...one, by: 'ben', since: at(2) })).toEqual(one);
    expect(await find(one.name)).toEqual([one]);
  });

  it('keeps kinds apart, and names with dots and dashes', async () => {
    const name = `n.${newId()}-1`;
    const [first, second] = [agent(name), { ...agent(name), kind: 'client' as const }];
    await Promise.all([stores.quarantines.begin(first), stores.quarantines.begin(second)]);
    expect(await find(name)).toEqual(expect.arrayContaining([first, second]));
  });

  it('is released once, and may begin anew', async () => {
    const one = agent();
    expect(await stores.quarantines.end(one, at(2))).toBeUndefined();
    await stores.quarantines.begin(one);
    expect(await stores.quarantines.end(one, at(3))).toEqual({ ...one, released: at(3) });
    expect(await stores.quarantines.end(one, at(4))).toBeUndefined();
    expect(await find(one.name)).toEqual([{ ...one, released: at(3) }]);
    const again = { ...one, since: at(5) };
    expect(await stores.quarantines.begin(again)).toEqual(again);
    expect(await find(one.name)).toEqual([again]);
  });

  it("tells an agent the times that are over, and nobody else's", async () => {
    const [one, other] = [agent(), agent()];
    for (const [since, until] of [
      [1, 3],
      [6, 7],
    ] as const) {
      await stores.quarantines.begin({ ...one, since: at(since) });
      await stores.quarantines.end(one, at(until));
    }
    await stores.quarantines.begin(other);
    expect(await stores.heldTimes.of(other.name)).toEqual([]);
    const times = await stores.heldTimes.of(one.name);
    expect([...times].sort((a, b) => (a.since < b.since ? -1 : 1))).toEqual([
      { since: at(1), until: at(3) },
      { since: at(6), until: at(7) },
    ]);
    expect(heldWithin(times, Date.parse(at(2)), Date.parse(at(8)))).toBe(2 * HOUR);
  });
}
