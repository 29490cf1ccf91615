import type { LedgerEntry } from '../../../../../shared/domain/evidence/conversation.js';
import { untilAtRest } from '../../../../../cli/commands/messages/until-at-rest.js';
import { conversation, delivery, message } from '../../../../kit/generators/constructed-ledger.js';

const sent = message({ id: 'm1', type: 'OrderPlaced', ms: 0, expected: ['clerk'] });
const times = { messageId: 'm1', receiver: 'clerk', published: 0, received: 1, updated: 2 };
const working = delivery({ ...times, state: 'leased' });
const done = delivery(times);

/** A ledger that shows what is due at the time of a clock that only sleeping moves. */
function world(history: readonly (readonly [from: number, entries: readonly LedgerEntry[]])[]) {
  let now = 0;
  const ledger = {
    conversation: () => Promise.resolve(history.filter(([from]) => from <= now).at(-1)?.[1] ?? []),
  };
  const waiting = {
    now: () => now,
    sleep: (ms: number) => {
      now += ms;
      return Promise.resolve();
    },
  };
  return { run: (timeout: number) => untilAtRest(ledger, conversation, timeout, waiting), now: () => now };
}

describe('waiting for a conversation', () => {
  it('ends when nothing has been in flight for two seconds', async () => {
    const { run, now } = world([
      [0, [sent]],
      [400, [sent, working]],
      [2_000, [sent, done]],
    ]);
    expect(await run(30_000)).toMatchObject({ atRest: true, account: { expected: 1, completed: 1 } });
    expect(now()).toBeGreaterThanOrEqual(4_000);
  });

  it('goes on when something is published after a short rest', async () => {
    const more = message({ id: 'm2', type: 'OrderPlaced', ms: 900, expected: ['clerk'] });
    const { run } = world([
      [0, [sent, done]],
      [800, [sent, done, more]],
    ]);
    expect(await run(5_000)).toMatchObject({ atRest: false, account: { expected: 2, completed: 1 } });
  });

  it('does not take a ledger that knows nothing yet for one at rest', async () => {
    const { run, now } = world([[3_000, [sent, done]]]);
    expect((await run(10_000)).atRest).toBe(true);
    expect(now()).toBeGreaterThanOrEqual(5_000);
  });

  it('waits longer where no agent was expected, as a workflow may start', async () => {
    const { run, now } = world([[0, [message({ id: 'm1', type: 'OrderPlaced', ms: 0 })]]]);
    expect(await run(30_000)).toMatchObject({ atRest: true, account: { expected: 0 } });
    expect(now()).toBeGreaterThanOrEqual(5_000);
  });

  it('ends at the timeout', async () => {
    const { run, now } = world([[0, [sent, working]]]);
    expect((await run(1_500)).atRest).toBe(false);
    expect(now()).toBe(1_500);
  });
});
