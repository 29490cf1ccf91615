import { setAside } from '../../../../../shared/platform/supervision/set-aside.js';
import { sweep } from '../../../../../shared/platform/supervision/sweep.js';
import { INTENT_GRACE_MS } from '../../../../../shared/publishing/publish-message.js';
import { envelopeAt, platformWorld } from '../../../../kit/stands/platform-world.js';

const LATE = 120_000;

/** A world with three requests that are overdue, of which one is spoilt, and three intents likewise. */
async function spoiltWorld() {
  const world = platformWorld();
  const now = world.clock.now();
  const deadline = new Date(now + 30_000).toISOString();
  for (const requestId of ['one', 'spoilt', 'two']) {
    const facts = { messageId: '1', correlationId: 'c', type: 'Ask', replyType: 'Asked', hops: 0, attempt: 1 };
    await world.pending.open({ ...facts, requestId, deadline, waiter: { kind: 'client' } });
  }
  const intents = ['a', 'b', 'c'].map((id) => envelopeAt(now, 'OrderPlaced', { order: id }, { id }));
  await world.intents.record(
    intents.map((envelope) => ({ envelope, expected: ['warehouse'] })),
    now + INTENT_GRACE_MS,
  );
  world.pending.spoil('spoilt', { requestId: 'spoilt', deadline: 'never' });
  if (intents[1]) world.intents.spoil(intents[1], { envelope: { id: 'b' }, expected: 'everybody' });
  world.clock.advance(INTENT_GRACE_MS + LATE);
  return world;
}

test('what cannot be read holds up neither requests nor intents, and counts in one run', async () => {
  const world = await spoiltWorld();
  const said: unknown[] = [];
  const log = { ...world.log, error: (...given: unknown[]) => said.push(given), warn: () => undefined };
  const run = () => sweep({ ...world, log }, { stopAt: world.clock.now() + 60_000 });
  expect(await run()).toMatchObject({ timedOut: 2, looked: 2, resent: 2, failed: 0, unreadable: 1 });
  expect(world.bus.published.map(({ id }) => id)).toEqual(['a', 'c']);
  expect(said).toEqual([
    [
      'a request that cannot be read was set aside',
      { kind: 'request', where: 'spoilt', why: expect.stringContaining('the record of the request') as string },
    ],
  ]);
  expect(await run()).toMatchObject({ timedOut: 2, unreadable: 0 });
  expect(said).toHaveLength(1);
});

test('a row of the ledger is told, and is not set aside', async () => {
  const world = platformWorld();
  world.unreadable.add({ kind: 'ledger row', where: 'agent.clerk#c m#1', why: 'no' });
  for (let row = 0; row < 60; row++) world.unreadable.add({ kind: 'request', where: `gone-${row}`, why: 'no' });
  const said: unknown[] = [];
  const log = { ...world.log, warn: (...given: unknown[]) => said.push(given) };
  expect(await setAside({ ...world, log })).toBe(0);
  expect(said[0]).toEqual([expect.any(String), { kind: 'ledger row', where: 'agent.clerk#c m#1', why: 'no' }]);
  expect(said.at(-1)).toEqual([expect.any(String), { more: 11 }]);
});
