import { newId } from '../../../../shared/domain/base/ids.js';
import type { ChannelPause, PauseStore, WaitingMessage } from '../../../../shared/domain/pause/pause.js';

const START = Date.UTC(2026, 0, 1);
const at = (hour: number): string => new Date(START + hour * 3_600_000).toISOString();

/** Demands on every {@link PauseStore}. */
export function pauseStoreContract(make: () => Promise<PauseStore>): void {
  let store: PauseStore;
  beforeAll(async () => {
    store = await make();
  });
  const pause = (channel = `c.${newId()}-1`, since = at(1)): ChannelPause => ({
    channel,
    by: 'ana',
    why: 'it is wrong',
    since,
  });
  const find = async (channel: string) => (await store.all()).filter((one) => one.channel === channel);

  it('keeps who, why and since when; the first one stands', async () => {
    const one = pause();
    expect(await store.begin(one)).toEqual(one);
    expect(await store.begin({ ...one, by: 'ben', since: at(2) })).toEqual(one);
    expect(await find(one.channel)).toEqual([one]);
    expect((await store.recent()).filter(({ channel }) => channel === one.channel)).toEqual([one]);
  });

  it('has the pause of an emergency give way to that of an operator, and to none of an emergency', async () => {
    const own = pause();
    const measure = { ...own, by: 'eve', since: at(2), emergency: 'e1' };
    expect(await store.begin(measure)).toEqual(measure);
    expect(await store.begin({ ...measure, emergency: 'e2' })).toEqual(measure);
    expect(await store.begin(own)).toEqual(own);
    expect(await store.begin(measure)).toEqual(own);
    expect(await find(own.channel)).toEqual([own]);
  });

  it('ends once, for one channel alone, and may begin anew', async () => {
    const [one, other] = [pause(), pause()];
    expect(await store.end(one.channel, one.since)).toBe(false);
    await Promise.all([store.begin(one), store.begin(other)]);
    expect(await store.end(one.channel, at(4))).toBe(false);
    expect(await find(one.channel)).toEqual([one]);
    expect(await store.end(one.channel, one.since)).toBe(true);
    expect(await store.end(one.channel, one.since)).toBe(false);
    expect([await find(one.channel), await find(other.channel)]).toEqual([[], [other]]);
    const again = { ...one, since: at(5) };
    expect(await store.begin(again)).toEqual(again);
    expect(await find(one.channel)).toEqual([again]);
  });

  it('of many who pause it at once one stands, for all of them', async () => {
    const channel = newId();
    const begun = await Promise.all([1, 2, 3, 4].map((hour) => store.begin(pause(channel, at(hour)))));
    expect(await find(channel)).toHaveLength(1);
    const [standing] = await find(channel);
    expect(begun).toEqual(begun.map(() => standing));
  });

  it('keeps the message that expires first, of each agent and channel', async () => {
    const [agent, channel] = [`a-${newId()}`, newId()];
    const met = (expires: number, since = 1): WaitingMessage => ({
      ...{ agent, channel, since: at(since), expires: at(expires), sent: at(0) },
    });
    const now = START + 2 * 3_600_000;
    expect(await store.firstWaiting(agent, channel)).toBeUndefined();
    for (const expires of [8, 6, 7]) await store.noteWaiting(met(expires), now);
    expect(await store.firstWaiting(agent, channel)).toEqual(met(6));
    expect(await store.firstWaiting(agent, newId())).toBeUndefined();
    // The one that was noted is over, or of an earlier pause.
    await store.noteWaiting(met(9), START + 6 * 3_600_000);
    expect(await store.firstWaiting(agent, channel)).toEqual(met(9));
    await store.noteWaiting(met(10, 3), now);
    expect(await store.firstWaiting(agent, channel)).toEqual(met(10, 3));
  });
}
