import { account } from '../../../../../shared/domain/evidence/conversation.js';
import { generationOf } from '../../../../../shared/operator/replay/replay-generation.js';
import { replayConversations } from '../../../../../shared/operator/replay/replay-conversations.js';
import type { ReplayOptions } from '../../../../../shared/operator/replay/replay-services.js';
import { selectConversations } from '../../../../../shared/operator/replay/select-conversations.js';
import type { ArchiveLine, ArchiveReader } from '../../../../../shared/domain/evidence/archive.js';
import { OrderPlaced, ReserveStock } from '../../../../kit/applications/fixture-topology.js';
import { REPLAY_ACTOR, replayStand } from '../../../../kit/stands/replay-stand.js';

type Stand = ReturnType<typeof replayStand>;

const replay = (stand: Stand, order: string, options: ReplayOptions = {}) =>
  replayConversations([{ conversation: `c-${order}` }], REPLAY_ACTOR, options, stand.operator);
const results = async (stand: Stand, order: string, options: ReplayOptions = {}) =>
  (await replay(stand, order, options)).flatMap(({ messages }) => messages.map(({ type, result }) => [type, result]));
const operators = async (stand: Stand, conversation: string) =>
  (await stand.ledger.conversation(conversation)).flatMap((entry) =>
    entry.kind === 'operator' ? [entry.operator] : [],
  );

describe('a replay without a generation', () => {
  it('of a conversation at rest sends nothing and leaves no entry', async () => {
    const stand = replayStand();
    await stand.publish(OrderPlaced, 'o1');
    await stand.settle();
    const published = stand.world.bus.published.length;
    expect(await results(stand, 'o1')).toEqual([]);
    expect(stand.world.bus.published).toHaveLength(published);
    expect(await operators(stand, 'c-o1')).toEqual([]);
  });

  it('sends what was lost once more, under its id, and each is handled once', async () => {
    const stand = replayStand();
    stand.world.faults.drop({ type: 'OrderPlaced', receiver: 'clerk' });
    await stand.publish(OrderPlaced, 'o1');
    await stand.settle();
    expect(stand.witness).toEqual([]);
    expect(await results(stand, 'o1', { dryRun: true })).toEqual([['OrderPlaced', 'would-send']]);
    expect(await results(stand, 'o1')).toEqual([['OrderPlaced', 'sent']]);
    expect(await results(stand, 'o1')).toEqual([['OrderPlaced', 'sent']]);
    await stand.settle();
    expect(stand.witness.map((line) => line.split(' ')[0]).sort()).toEqual(['clerk', 'scanner', 'warehouse']);
    expect(account(await stand.ledger.conversation('c-o1'))).toMatchObject({ atRest: true, deadLettered: 0 });
    expect(await operators(stand, 'c-o1')).toMatchObject([
      { action: 'replay', ...REPLAY_ACTOR, replay: { messages: 1 } },
    ]);
  });

  it('sends an emission as its agent sent it, over the bus or into the lane', async () => {
    const stand = replayStand();
    stand.world.faults.drop({ type: 'ReserveStock' });
    await stand.publish(OrderPlaced, 'o1');
    const lane = stand.world.lanes.queue('scanner', 'low', true);
    for (const { queue, run } of stand.world.consumers) if (queue !== lane) await run();
    for (const { receipt } of lane?.receive(10, 1) ?? []) lane?.delete(receipt);
    await stand.settle();
    expect(stand.witness).toHaveLength(1);
    const before = stand.world.bus.published.find(({ type }) => type === 'ReserveStock');
    expect((await results(stand, 'o1')).sort()).toEqual([
      ['ReserveStock', 'sent'],
      ['ScanShelf', 'sent'],
    ]);
    expect(stand.world.bus.published.filter(({ type }) => type === 'ReserveStock')).toEqual([before, before]);
    await stand.settle();
    expect(stand.witness.slice(1).sort()).toEqual(['scanner o1', 'warehouse o1']);
    expect(account(await stand.ledger.conversation('c-o1'))).toMatchObject({ atRest: true });
  });

  it('says what it does not send, and why: expired, a payload that is gone', async () => {
    const stand = replayStand();
    stand.world.faults.drop({ type: 'OrderPlaced', receiver: 'clerk' });
    await stand.publish(OrderPlaced, 'o1', {}, { order: 'x'.repeat(40_000) });
    await stand.settle();
    stand.payloads.texts.clear();
    expect(await replay(stand, 'o1')).toMatchObject([
      { messages: [{ result: 'skipped', why: 'its payload is no longer kept', receivers: ['clerk'] }] },
    ]);
    stand.clock.advance(7_200_000);
    expect(await replay(stand, 'o1')).toMatchObject([
      { messages: [{ result: 'skipped', why: expect.stringContaining('it expired at') as unknown }] },
    ]);
  });
});

describe('a new generation', () => {
  it('has everything handled once more, in a conversation of its own; twice adds nothing', async () => {
    const stand = replayStand();
    await stand.publish(OrderPlaced, 'o1');
    await stand.settle();
    const once = [...stand.witness];
    expect(await results(stand, 'o1', { generation: 1, dryRun: true })).toEqual([['OrderPlaced', 'would-send']]);
    expect(await operators(stand, 'c-o1')).toEqual([]);
    expect(await results(stand, 'o1', { generation: 1 })).toEqual([['OrderPlaced', 'sent']]);
    await stand.settle();
    expect(await results(stand, 'o1', { generation: 1 })).toEqual([['OrderPlaced', 'already']]);
    await stand.settle();
    const second = stand.witness.slice(once.length);
    expect(second.map((line) => line.split(' ').slice(0, 2)).sort()).toEqual(
      once.map((line) => line.split(' ').slice(0, 2)).sort(),
    );
    // What is done outside may be done again: it is another effect, under another key.
    expect(new Set([...once, ...second].filter((line) => line.startsWith('clerk'))).size).toBe(2);

    const as = generationOf('c-o1', 1);
    const entries = await stand.ledger.conversation(as);
    expect(account(entries)).toMatchObject({ atRest: true, deadLettered: 0 });
    expect(await operators(stand, 'c-o1')).toMatchObject([
      { ...REPLAY_ACTOR, replay: { generation: 1, as, messages: 1 } },
    ]);
    expect(await operators(stand, as)).toMatchObject([{ ...REPLAY_ACTOR, replay: { generation: 1, of: 'c-o1' } }]);
    const [message] = entries.filter(({ kind }) => kind === 'message');
    expect(message).toMatchObject({ intent: { envelope: { causationid: 'm-o1', correlationid: as, hops: 0 } } });

    expect(await results(stand, 'o1', { generation: 2 })).toEqual([['OrderPlaced', 'sent']]);
    await stand.settle();
    expect(stand.witness).toHaveLength(3 * once.length);
  });

  it('by two operators at a time is one', async () => {
    const stand = replayStand();
    await stand.publish(OrderPlaced, 'o1');
    await stand.settle();
    const before = stand.witness.length;
    await Promise.all([replay(stand, 'o1', { generation: 1 }), replay(stand, 'o1', { generation: 1 })]);
    await stand.settle();
    expect(stand.witness).toHaveLength(2 * before);
  });

  it('keeps expiry and deadline as far ahead as they were, and makes the request anew', async () => {
    const stand = replayStand();
    await stand.publish(ReserveStock, 'o1', { channel: 'stock.request' });
    await stand.settle();
    // The channel of the command does not retain payloads, so that nothing is sent.
    expect(await replay(stand, 'o1', { generation: 1 })).toMatchObject([
      { messages: [{ result: 'skipped', why: expect.stringContaining('does not retain payloads') as unknown }] },
    ]);
    await stand.publish(OrderPlaced, 'o2', { expires: '10 minutes' });
    await stand.settle();
    stand.clock.advance(3_600_000);
    await replay(stand, 'o2', { generation: 1 });
    const sent = stand.world.bus.published.filter(({ type }) => type === 'OrderPlaced').at(-1);
    expect(Date.parse(sent?.expires ?? '') - stand.clock.now()).toBe(600_000);
  });

  it('of a conversation with one message that cannot be sent sends none, and says why of each', async () => {
    const stand = replayStand();
    await stand.publish(OrderPlaced, 'o1');
    await stand.publish(ReserveStock, 'o9');
    await stand.settle();
    const reserve = (await stand.ledger.conversation('c-o9')).filter(({ kind }) => kind === 'message');
    const entries = [...(await stand.ledger.conversation('c-o1')), ...reserve];
    const published = stand.world.bus.published.length;
    const [report] = await replayConversations(
      [{ conversation: 'gone', entries }],
      REPLAY_ACTOR,
      { generation: 1 },
      { ...stand.operator, conversations: { conversation: () => Promise.resolve([]) } },
    );
    expect(report?.messages.map(({ type, result, why }) => [type, result, why?.split(',')[0]])).toEqual([
      ['OrderPlaced', 'skipped', 'nothing of the conversation is sent'],
      ['ReserveStock', 'skipped', "channel 'stock.request' does not retain payloads (retainPayloads)"],
    ]);
    expect(stand.world.bus.published).toHaveLength(published);
  });

  it('after the payload was retained is refused; so is one without a reason, or of a conversation unknown', async () => {
    const stand = replayStand();
    await stand.publish(OrderPlaced, 'o1');
    await stand.settle();
    stand.clock.advance(30 * 86_400_000);
    expect(await replay(stand, 'o1', { generation: 1 })).toMatchObject([
      { messages: [{ result: 'skipped', why: expect.stringContaining('was retained until') as unknown }] },
    ]);
    const none = { by: 'ada', why: ' ' };
    await expect(replayConversations([], none, {}, stand.operator)).rejects.toMatchObject({ code: 'INVALID_OPTION' });
    await expect(replay(stand, 'nobody')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(replay(stand, 'o1', { generation: 0 })).rejects.toMatchObject({ code: 'INVALID_OPTION' });
  });
});

test('conversations are chosen by type, agent and time from the archive of the ledger', async () => {
  const stand = replayStand();
  for (const order of ['o1', 'o2']) {
    await stand.publish(OrderPlaced, order);
    stand.clock.advance(60_000);
  }
  await stand.publish(ReserveStock, 'o3');
  await stand.settle();
  const lines: ArchiveLine[] = [];
  for (const conversation of stand.ledger.conversationIds()) {
    for (const entry of await stand.ledger.conversation(conversation)) {
      const chain = { chain: 'c', number: lines.length + 1, digest: '' };
      lines.push({ sequence: String(lines.length), change: 'INSERT', at: entry.at, conversation, entry, ...chain });
    }
  }
  const archive: ArchiveReader = {
    days: () => Promise.resolve([...new Set(lines.map(({ at }) => at.slice(0, 10)))].sort()),
    async *lines(day) {
      yield* await Promise.resolve(lines.filter(({ at }) => at.startsWith(day)));
    },
  };
  const start = Date.UTC(2026, 0, 1);
  const chosen = async (own: { type?: string; agent?: string; from?: number; to?: number }) =>
    (await selectConversations(archive, { from: start, to: start + 86_400_000, ...own }, stand.clock.now())).map(
      ({ conversation }) => conversation,
    );
  expect(await chosen({ type: 'OrderPlaced' })).toEqual(['c-o1', 'c-o2']);
  expect(await chosen({ type: 'OrderPlaced', from: start + 60_000 })).toEqual(['c-o2']);
  expect(await chosen({ type: 'ReserveStock' })).toEqual(['c-o1', 'c-o2', 'c-o3']);
  expect(await chosen({ agent: 'scanner' })).toEqual(['c-o1', 'c-o2']);
  expect(await chosen({ agent: 'scanner', type: 'OrderPlaced' })).toEqual([]);
  await expect(chosen({ from: start, to: start })).rejects.toMatchObject({ code: 'INVALID_OPTION' });

  // What the table has forgotten is replayed from the archive.
  const late = await selectConversations(
    archive,
    { from: start, to: start + 60_000, type: 'OrderPlaced' },
    start + 25 * 86_400_000,
  );
  expect(late.map(({ entries }) => entries?.map(({ kind }) => kind))).toEqual([['message']]);
  stand.clock.advanceTo(start + 25 * 86_400_000);
  const forgetful = { ...stand.operator, conversations: { conversation: () => Promise.resolve([]) } };
  expect(await replayConversations(late, REPLAY_ACTOR, { generation: 1 }, forgetful)).toMatchObject([
    { conversation: 'c-o1', messages: [{ type: 'OrderPlaced', result: 'sent' }] },
  ]);
});
