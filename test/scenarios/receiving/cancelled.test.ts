import { createAgent } from 'laneway/agent';
import { account } from '../../../shared/domain/evidence/conversation.js';
import { agentStand } from '../../kit/stands/agent-stand.js';
import { guarded, LiftItem } from '../../kit/applications/guard-topology.js';

const KEY = {
  correlationId: 'conversation-1',
  messageId: 'SortItem-1',
  origin: 'platform/sort.request',
  receiver: 'sorter',
};

function sorter(handle: () => void | Promise<void> = () => undefined) {
  const started: string[] = [];
  const agent = createAgent(guarded, 'sorter').handle({
    SortItem: async ({ data }, context) => {
      started.push(data.item);
      await handle();
      await context.progress(0.5);
      return { item: data.item };
    },
    Lifted: (_message, { cancel }) => cancel('r-9', 'it is done'),
  });
  const stand = agentStand(agent.with({}));
  const request = () =>
    stand.envelope('SortItem', { item: 'a' }, { requestid: 'r-1', replyto: 'Sorted', receiver: 'sorter' });
  const cancel = () =>
    stand.deliveries.cancel(KEY, { by: 'c-1', why: 'nobody waits', at: new Date(stand.clock.now()).toISOString() });
  return { started, stand, request, cancel };
}

test('a cancellation that overtakes its command is met by the tombstone: nothing is started', async () => {
  const { started, stand, request, cancel } = sorter();
  expect(await cancel()).toEqual({ kind: 'marked' });
  expect(await stand.ledger.conversation('conversation-1')).toEqual([]);
  stand.deliver(request());
  expect(await stand.receive()).toEqual([]);
  expect(started).toEqual([]);
  expect(await stand.record('SortItem-1')).toMatchObject({
    ...{ state: 'expired', tries: 0, emissions: [] },
    facts: { type: 'SortItem', requestId: 'r-1' },
    error: { code: 'CANCELLED', message: 'its request was taken back: nobody waits' },
    cancelled: { by: 'c-1', why: 'nobody waits' },
  });
  expect(stand.letters()).toEqual([]);
  expect(account(await stand.ledger.conversation('conversation-1'))).toMatchObject({ expected: 1, expired: 1 });
});

test('a command that waits for its next try is not started again', async () => {
  const { started, stand, request, cancel } = sorter(() => {
    throw new Error('not now');
  });
  stand.deliver(request());
  expect(await stand.receive()).toHaveLength(1);
  await cancel();
  stand.clock.advance(60_000);
  expect(await stand.receive()).toEqual([]);
  expect(started).toEqual(['a']);
  expect(await stand.record('SortItem-1')).toMatchObject({ state: 'expired', tries: 1, error: { code: 'CANCELLED' } });
});

test('one that runs hears of it when it notes progress, and what it would have said is not said', async () => {
  const { started, stand, request, cancel } = sorter(async () => void (await cancel()));
  stand.deliver(request());
  expect(await stand.receive()).toEqual([]);
  expect(started).toEqual(['a']);
  expect(await stand.record('SortItem-1')).toMatchObject({ state: 'expired', error: { code: 'CANCELLED' } });
  expect(stand.bus.published).toEqual([]);
});

test('one that has ended stands', async () => {
  const { stand, request, cancel } = sorter();
  stand.deliver(request());
  await stand.receive();
  expect(await cancel()).toMatchObject({ kind: 'settled', record: { state: 'completed' } });
  expect(await stand.record('SortItem-1')).toMatchObject({ state: 'completed' });
});

test('an agent takes its own request back as part of an outcome', async () => {
  const { stand } = sorter();
  stand.deliver(stand.envelope('Lifted', { item: 'a' }, { source: 'laneway.guarded.agent.lifter' }));
  await stand.receive();
  expect(stand.bus.published).toMatchObject([
    { type: 'RequestCancelled', requestid: 'r-9', channel: 'system.cancellations', data: { requestId: 'r-9' } },
  ]);
});

test('an agent that makes no requests has none to take back', async () => {
  const agent = createAgent(guarded, 'lifter').handle({
    LiftItem: ({ data }, { cancel }) => {
      cancel('r', 'why');
      return { item: data.item };
    },
  });
  const stand = agentStand(agent.with({}));
  stand.deliver(stand.envelope('LiftItem', { item: 'a' }, { source: 'laneway.guarded.agent.sorter' }));
  await stand.receive();
  expect(stand.letters()).toMatchObject([{ error: { code: 'NOT_DECLARED' } }]);
  expect(LiftItem.name).toBe('LiftItem');
});
