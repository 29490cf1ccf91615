import * as z from 'zod';
import { createAgent } from 'laneway/agent';
import { command, event } from 'laneway/message';
import { createHarness } from 'laneway/testing';
import { defineTopology } from 'laneway/topology';
import { defineWorkflow } from 'laneway/workflow';
import { account } from '../../../shared/domain/evidence/conversation.js';
import { idsOf } from '../../../shared/domain/execution/step-ids.js';
import { bankWorld, ChequeScanned, MoveMoney, RatesChanged } from '../../kit/attacks/bank-world.js';
import type { Envelope } from '../../../shared/domain/wire/envelope.js';

/** A message of the head office, and one that the till puts under its id before it. */
function forestalled() {
  const stand = bankWorld();
  const genuine = stand.envelope(RatesChanged, 'head', { data: { sum: 3 } });
  const forged: Envelope = { ...genuine, source: 'laneway.bank.client.till', data: { sum: 1_000_000 } };
  const clerkHeard = () => stand.heard.filter((line) => line.startsWith('clerk:'));
  return { ...stand, genuine, forged, clerkHeard };
}

const FORGED = 'clerk: rates 1000000 of laneway.bank.client.till';
const GENUINE = 'clerk: rates 3 of laneway.bank.client.head';

test('a message is handled although another publisher took its id first, and each is handled once', async () => {
  const { world, harness, genuine, forged, clerkHeard } = forestalled();
  await world.bus.publish([forged, forged]);
  await harness.advance('10 seconds');
  await world.bus.publish([genuine, genuine]);
  await harness.advance('10 seconds');
  expect(clerkHeard()).toEqual([FORGED, GENUINE]);
});

test('what fails of the one is no dead letter of the other', async () => {
  const { world, harness, genuine, forged, clerkHeard, letters } = forestalled();
  await world.bus.publish([{ ...forged, data: { sum: 'none' } }]);
  await harness.advance('10 seconds');
  const found = await letters();
  expect(found.map(({ receiver, error }) => `${receiver} ${error.code}`).sort()).toEqual([
    'clerk SCHEMA',
    'desk SCHEMA',
  ]);
  await world.bus.publish([genuine]);
  await harness.advance('10 seconds');
  expect(clerkHeard()).toEqual([GENUINE]);
  await world.bus.publish([{ ...genuine, id: genuine.id, source: 'laneway.bank.client.head', data: { sum: 'none' } }]);
  await harness.advance('10 seconds');
  expect(await letters()).toHaveLength(2);
});

test('a dead letter of the one does not stand in the way of that of the other', async () => {
  const { world, harness, genuine, forged, letters } = forestalled();
  for (const envelope of [forged, genuine]) {
    await world.bus.publish([{ ...envelope, data: { sum: 'none' } }]);
    await harness.advance('10 seconds');
  }
  const found = await letters();
  expect(
    found
      .filter(({ receiver }) => receiver === 'clerk')
      .map(({ facts }) => facts?.source)
      .sort(),
  ).toEqual([forged.source, genuine.source].sort());
});

test('a message that was lost is missing, and sent again, though one of its id arrived', async () => {
  const { world, harness, genuine, forged, clerkHeard } = forestalled();
  await world.bus.publish([forged]);
  await harness.advance('10 seconds');
  await world.intents.record([{ envelope: genuine, expected: ['clerk'] }], world.clock.now());
  const { missing } = account(await world.ledger.conversation(genuine.correlationid));
  expect(missing).toMatchObject([{ messageId: genuine.id, origin: 'client.head/rates', receiver: 'clerk' }]);
  await harness.advance('10 minutes');
  expect(clerkHeard()).toEqual([FORGED, GENUINE]);
});

test('a copy that AWS moved is no duplicate of what another publisher sent under its id', async () => {
  const { world, harness, genuine, forged, clerkHeard, bury } = forestalled();
  await world.bus.publish([forged]);
  await harness.advance('10 seconds');
  await world.intents.record([{ envelope: genuine, expected: [] }], world.clock.now() + 3_600_000);
  const event = { version: '0', id: 'e', source: genuine.source, 'detail-type': genuine.type, detail: genuine };
  bury('clerk', JSON.stringify(event));
  await harness.advance('1 minute');
  expect(clerkHeard()).toEqual([FORGED, GENUINE]);
});

test('a sender on a direct channel takes no id of a message that comes over the bus', async () => {
  const { envelope, harness, heard, world, letters } = bankWorld();
  const genuine = envelope(MoveMoney, 'head', { receiver: 'vault', data: { sum: 3 } });
  const lane = world.lanes.queue('vault', 'normal', true);
  lane?.send(JSON.stringify({ ...envelope(ChequeScanned, 'clerk', { data: { sum: 9 } }), ...idOf(genuine) }));
  lane?.send(JSON.stringify({ ...genuine, data: { sum: 1_000_000 } }));
  await harness.advance('10 seconds');
  await world.bus.publish([genuine]);
  await harness.advance('10 seconds');
  expect([...heard].sort()).toEqual([
    'vault: cheque 9 of laneway.bank.agent.clerk',
    'vault: move 3 for laneway.bank.client.head',
  ]);
  expect(await letters()).toMatchObject([{ error: { code: 'SENDER_MISMATCH' } }]);
});

const idOf = ({ id, correlationid }: Envelope) => ({ id, correlationid });

test('nobody sends a command for the request of somebody else', async () => {
  const { envelope, harness, heard, world, letters } = bankWorld();
  const request = { receiver: 'vault', requestid: 'agent.desk:m', replyto: 'MoneyMoved' };
  await world.bus.publish([envelope(MoveMoney, 'head', { ...request, data: { sum: 1_000_000 } })]);
  await harness.advance('10 seconds');
  expect(heard).toEqual([]);
  expect(await letters()).toMatchObject([{ error: { code: 'SENDER_MISMATCH' } }]);
  await world.bus.publish([envelope(MoveMoney, 'head', { ...request, requestid: 'client.head:m', data: { sum: 3 } })]);
  await harness.advance('10 seconds');
  expect(heard).toEqual(['vault: move 3 for laneway.bank.client.head']);
});

test('who takes a request back, takes back commands of its own alone', async () => {
  const { envelope, harness, heard, world } = bankWorld();
  const source = 'laneway.bank.agent.desk';
  const genuine = envelope(MoveMoney, 'head', { source, receiver: 'vault', data: { sum: 3 } });
  const requestId = 'client.head:robbery';
  const own = { attempt: 1, hops: 0, waiter: { kind: 'client' } as const, replyType: 'MoneyMoved' };
  await world.pending.open({
    ...{ ...own, requestId, correlationId: genuine.correlationid, messageId: genuine.id, type: MoveMoney.name },
    ...{ channel: genuine.channel, receiver: 'vault', deadline: genuine.expires },
  });
  const about = { requestid: requestId, correlationid: genuine.correlationid, channel: 'system.cancellations' };
  await world.bus.publish([
    envelope({ name: 'RequestCancelled' }, 'head', { ...about, data: { requestId, why: 'to harm' } }),
  ]);
  await harness.advance('10 seconds');
  expect((await world.pending.get(requestId))?.outcome).toMatchObject({ state: 'failed' });
  await world.bus.publish([genuine]);
  await harness.advance('10 seconds');
  expect(heard).toEqual([`vault: move 3 for ${source}`]);
});

const Ordered = event('Ordered', z.object({ order: z.string() }));
const Packed = event('Packed', z.object({ order: z.string() }));
const Pack = command('Pack', z.object({ order: z.string() }), { reply: Packed });
const Wanted = event('Wanted', z.object({ order: z.string() }));

const depot = defineTopology('taken-depot', {
  channels: { orders: { carries: [Ordered, Wanted] }, packing: { carries: [Pack] }, packed: { carries: [Packed] } },
  agents: { packer: { subscribes: ['packing'] } },
  clients: { desk: { publishes: [Wanted] }, robber: { publishes: [Ordered] } },
});

test('a workflow that a step runs is started although somebody started one with the id of the step', async () => {
  const packed: string[] = [];
  const packer = createAgent(depot, 'packer').handle({
    Pack: ({ data }) => {
      packed.push(data.order);
      return data;
    },
  });
  const fulfil = defineWorkflow(depot, 'fulfil', { startedBy: Ordered }, (flow, order) => {
    flow.request('pack', Pack, { order: order.order }, { timeout: '1 minute' });
    flow.complete('packed');
  });
  const shop = defineWorkflow(depot, 'shop', { startedBy: Wanted }, (flow, wanted) => {
    flow.wait('think', '1 minute');
    flow.run('inner', fulfil, { order: wanted.order }, { timeout: '5 minutes', results: ['packed'] });
    flow.complete('done');
  });
  const world = createHarness(depot, { agents: [packer], workflows: [fulfil, shop] });
  const { correlationId } = await world.publish(Wanted, { order: 'o1' }, { as: 'desk' });
  const [outer] = await world.executions();
  // Everything that the id of a step follows from stands in messages that others hear.
  const { messageId } = idsOf({ workflow: 'shop', execution: outer?.name ?? '', step: 'inner' });
  await world.publish(Ordered, { order: 'stolen' }, { as: 'robber', correlationId, id: messageId });
  await world.advance('10 minutes');
  expect([...packed].sort()).toEqual(['o1', 'stolen']);
  expect(world.conversation(correlationId).endings.map(({ status }) => status)).toEqual([
    ...['succeeded', 'succeeded', 'succeeded'],
  ]);
});
