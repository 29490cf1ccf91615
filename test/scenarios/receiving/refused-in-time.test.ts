import { createAgent } from 'laneway/agent';
import { account } from '../../../shared/domain/evidence/conversation.js';
import { decodeData } from '../../../shared/message/message-type.js';
import { MessageExpired, RequestFailed } from '../../../shared/message/system-messages.js';
import { agentStand } from '../../kit/stands/agent-stand.js';
import { guarded } from '../../kit/applications/guard-topology.js';

function sorter() {
  const started: string[] = [];
  const agent = createAgent(guarded, 'sorter').handle({
    SortItem: ({ data }) => {
      started.push(data.item);
      return { item: data.item };
    },
    Lifted: () => undefined,
  });
  return { started, stand: agentStand(agent.with({})) };
}

function watcher() {
  const agent = createAgent(guarded, 'watcher').handle({ ItemSeen: () => undefined, MessageExpired: () => undefined });
  return agentStand(agent.with({}));
}

const request = (stand: ReturnType<typeof agentStand>, ms: number) =>
  stand.envelope(
    'SortItem',
    { item: 'a' },
    {
      ...{ requestid: 'r-1', replyto: 'Sorted', receiver: 'sorter' },
      deadline: new Date(stand.clock.now() + ms).toISOString(),
    },
  );

test('a command that cannot be done by its deadline is answered at once, and not started', async () => {
  const { started, stand } = sorter();
  stand.deliver(request(stand, 1_900));
  expect(await stand.receive()).toEqual([]);
  expect(started).toEqual([]);
  const [failed] = stand.bus.published;
  expect(failed).toMatchObject({
    type: 'RequestFailed',
    source: 'laneway.guarded.agent.sorter',
    requestid: 'r-1',
    channel: 'system.timeouts',
  });
  expect(decodeData(RequestFailed, failed?.data, failed?.dataschema ?? '')).toMatchObject({
    ...{ requestId: 'r-1', type: 'SortItem', code: 'TOO_LATE', attempt: 1 },
  });
  expect(await stand.record('SortItem-1')).toMatchObject({ state: 'expired', tries: 0, error: { code: 'TOO_LATE' } });
  expect(stand.letters()).toEqual([]);
});

test('one that still can be is started', async () => {
  const { started, stand } = sorter();
  stand.deliver(request(stand, 2_100));
  expect(await stand.receive()).toEqual([]);
  expect(started).toEqual(['a']);
  expect(await stand.record('SortItem-1')).toMatchObject({ state: 'completed' });
});

test('a deadline that has passed is an expiry: whoever waits has been told', async () => {
  const { stand } = sorter();
  stand.deliver(request(stand, 1_000));
  stand.clock.advance(1_000);
  await stand.receive();
  expect(stand.bus.published).toEqual([]);
  expect(await stand.record('SortItem-1')).toMatchObject({ state: 'expired', error: { code: 'EXPIRED' } });
});

test('a process that lacks the time gives the command back untried, for another one', async () => {
  const { started, stand } = sorter();
  stand.deliver(request(stand, 60_000));
  expect(await stand.receive(10, 3_500)).toHaveLength(1);
  expect(started).toEqual([]);
  expect(await stand.record('SortItem-1')).toBeUndefined();
  expect(await stand.receive()).toEqual([]);
  expect(started).toEqual(['a']);
});

test('the refusal is stored before it is sent: the copy that wrote it sends it again, and no other', async () => {
  const { stand } = sorter();
  const late = request(stand, 1_000);
  stand.bus.refuse(() => ({ ok: false, retryable: true, code: 'Throttled', message: 'later' }));
  stand.deliver(late);
  expect(await stand.receive()).toHaveLength(1);
  expect(await stand.record('SortItem-1')).toMatchObject({ state: 'expired', emissions: [{ type: 'RequestFailed' }] });
  stand.bus.refuse();
  stand.deliver(late);
  stand.clock.advance(500);
  expect(await stand.receive()).toEqual([]);
  expect(stand.bus.published).toEqual([]);
  stand.clock.advance(5_000);
  expect(await stand.receive()).toEqual([]);
  expect(stand.bus.published.map(({ type }) => type)).toEqual(['RequestFailed']);
});

test('an expiry that is escalated is recorded and told of, with where, who and how old', async () => {
  const stand = watcher();
  stand.deliver(
    stand.envelope('ItemSeen', { item: 'a' }, { expires: new Date(stand.clock.now() + 60_000).toISOString() }),
  );
  stand.clock.advance(90_000);
  expect(await stand.receive()).toEqual([]);
  expect(await stand.record('ItemSeen-1')).toMatchObject({
    state: 'expired',
    error: { code: 'EXPIRED' },
    emissions: [{ type: 'MessageExpired' }],
  });
  const [told] = stand.bus.published;
  expect(told).toMatchObject({
    ...{ type: 'MessageExpired', channel: 'system.expiries', correlationid: 'conversation-1' },
    ...{ causationid: 'ItemSeen-1', source: 'laneway.guarded.agent.watcher' },
  });
  expect(decodeData(MessageExpired, told?.data, told?.dataschema ?? '')).toEqual({
    ...{ type: 'ItemSeen', id: 'ItemSeen-1', channel: 'sightings', receiver: 'watcher', ageSeconds: 90 },
    expires: new Date(stand.clock.now() - 30_000).toISOString(),
  });
  expect(account(await stand.ledger.conversation('conversation-1'))).toMatchObject({ expired: 1, atRest: true });
  // A duplicate is another copy: it tells nothing.
  stand.deliver(stand.envelope('ItemSeen', { item: 'a' }, { expires: new Date(stand.clock.now() - 1).toISOString() }));
  await stand.receive();
  expect(stand.bus.published).toHaveLength(1);
});

test('an expired system message is told of to nobody, so that this ends', async () => {
  const stand = watcher();
  const data = { type: 'X', id: 'x', channel: 'c', receiver: 'r', expires: 'e', ageSeconds: 1 };
  const source = 'laneway.guarded.platform.sweeper';
  stand.deliver(
    stand.envelope('MessageExpired', data, { source, expires: new Date(stand.clock.now() - 1).toISOString() }),
  );
  expect(await stand.receive()).toEqual([]);
  expect(await stand.record('MessageExpired-1')).toMatchObject({ state: 'expired', emissions: [] });
  expect(stand.bus.published).toEqual([]);
});

test('the right to say so follows from the topology, and from nothing else', () => {
  const { agents, clients } = guarded.model;
  expect(agents['sorter']?.publishes).toEqual(['LiftItem', 'Sorted', 'RequestFailed', 'RequestCancelled']);
  expect(agents['lifter']?.publishes).toEqual(['Lifted']);
  expect(agents['watcher']?.publishes).toEqual(['MessageExpired']);
  expect(clients['gate']?.publishes).toEqual(['SortItem', 'Ping', 'ItemSeen', 'RequestCancelled']);
});
