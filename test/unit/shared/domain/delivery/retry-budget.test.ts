import { createAgent } from 'laneway/agent';
import { RetryMeter } from '../../../../../shared/domain/delivery/retry-budget.js';
import { agentStand } from '../../../../kit/stands/agent-stand.js';
import { guarded } from '../../../../kit/applications/guard-topology.js';

const SECOND = 1_000;

test('a window allows the minimum and the share of its first tries, and forgets what is older', () => {
  const meter = new RetryMeter({ share: 0.2, minimum: 3, window: '10 seconds' });
  const taken = (times: number, now: number) => Array.from({ length: times }, () => meter.take(now)).filter(Boolean);
  const start = Date.UTC(2026, 0, 1);
  expect(taken(10, start)).toHaveLength(3);
  for (let count = 0; count < 20; count++) meter.first(start + SECOND);
  // 3 + 20 × 0.2 = 7, of which 3 are used.
  expect(taken(10, start + 2 * SECOND)).toHaveLength(4);
  // The first three have left the window, the twenty first tries and the last four retries have not.
  expect(taken(10, start + 10 * SECOND)).toHaveLength(3);
  expect(taken(10, start + 60 * SECOND)).toHaveLength(3);
});

/** A watcher of a sick dependency: every handling fails until it is mended. */
function sickWatcher() {
  const state = { sick: true, started: 0 };
  const agent = createAgent(guarded, 'watcher').handle({
    ItemSeen: () => {
      state.started++;
      if (state.sick) throw new Error('the database is down');
    },
    MessageExpired: () => undefined,
  });
  return { state, stand: agentStand(agent.with({})) };
}

test('beyond the budget a retry waits for the longest backoff: no try and no message is lost', async () => {
  const { state, stand } = sickWatcher();
  for (let index = 0; index < 8; index++) {
    const expires = new Date(stand.clock.now() + 3_600_000).toISOString();
    stand.deliver(stand.envelope('ItemSeen', { item: String(index) }, { id: `seen-${index}`, expires }));
  }
  await stand.receive();
  expect(state.started).toBe(8);
  // 2 + 8 × 0.5 = 6 come back after the first backoff (random = 1: the whole second), two after the longest, a minute.
  stand.clock.advance(SECOND);
  expect(stand.lane.depth).toBe(6);
  stand.clock.advance(30 * SECOND);
  expect(stand.lane.depth).toBe(6);
  stand.clock.advance(30 * SECOND);
  expect(stand.lane.depth).toBe(8);
  state.sick = false;
  expect(await stand.receive()).toEqual([]);
  expect(state.started).toBe(16);
  for (let index = 0; index < 8; index++)
    expect(await stand.record(`seen-${index}`)).toMatchObject({ state: 'completed', tries: 2 });
});
