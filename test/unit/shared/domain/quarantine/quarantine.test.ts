import {
  heldBy,
  heldWithin,
  recentQuarantines,
  RECENT_QUARANTINES_MS,
  CATCH_UP_MS,
  type Quarantine,
} from '../../../../../shared/domain/quarantine/quarantine.js';

const T0 = Date.UTC(2026, 0, 1);
const at = (ms: number): string => new Date(T0 + ms).toISOString();
const clerk: Quarantine = { kind: 'agent', name: 'clerk', by: 'ana', why: 'it lied', since: at(0) };

describe('held', () => {
  it('is whoever is in force by its own source, and an agent as a receiver', () => {
    const held = heldBy([clerk, { ...clerk, kind: 'client', name: 'web' }], T0);
    expect(held.source('laneway.shop.agent.clerk')).toBe(true);
    expect(held.source('laneway.shop.client.web')).toBe(true);
    expect(held.source('laneway.shop.client.clerk')).toBe(false);
    expect(held.source('laneway.shop.platform.clerk')).toBe(false);
    expect(held.source('com.example')).toBe(false);
    expect([held.receiver('clerk'), held.receiver('web'), held.receiver('workflow:clerk')]).toEqual([
      true,
      false,
      false,
    ]);
    expect([held.agent('clerk'), held.agent('web')]).toEqual([true, false]);
  });

  it('is a released agent as a receiver alone, until it has caught up', () => {
    const released = [{ ...clerk, released: at(1_000) }];
    const soon = heldBy(released, T0 + CATCH_UP_MS);
    expect([soon.receiver('clerk'), soon.agent('clerk'), soon.source('laneway.shop.agent.clerk')]).toEqual([
      ...[true, false, false],
    ]);
    expect(heldBy(released, T0 + 1_000 + CATCH_UP_MS)).toMatchObject({ isNobody: true });
    expect(heldBy([], T0).isNobody).toBe(true);
  });
});

it.each([
  ['before it', 0, 5, 0],
  ['over its beginning', 0, 15, 5],
  ['within it', 12, 14, 2],
  ['over its end, and the next one', 18, 40, 2 + 5],
  ['after it', 40, 50, 0],
])('a stretch %s', (_what, from, to, held) => {
  const times = [
    { since: at(10), until: at(20) },
    { since: at(30), until: at(35) },
  ];
  expect(heldWithin(times, T0 + from, T0 + to)).toBe(held);
});

describe('who asks at every message', () => {
  it('has it read every ten seconds, and anew after a failure', async () => {
    let now = T0;
    const answers: (readonly Quarantine[] | Error)[] = [[clerk], new Error('away'), []];
    let reads = 0;
    const store = {
      all: () => {
        const answer = answers[reads++] ?? [];
        return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
      },
    };
    const recent = recentQuarantines(store, () => now);
    expect(await recent.all()).toEqual([clerk]);
    now += RECENT_QUARANTINES_MS - 1;
    expect(await recent.all()).toEqual([clerk]);
    expect(reads).toBe(1);
    now += 1;
    await expect(recent.all()).rejects.toThrow('away');
    expect(await recent.all()).toEqual([]);
    expect(reads).toBe(3);
  });
});
