import { payloadPlace, putText } from '../../../../../shared/domain/delivery/claim-check.js';
import type { Climb } from '../../../../../shared/domain/request/ladder.js';
import { closeRequest } from '../../../../../shared/platform/requests/close-request.js';
import {
  commandAt,
  openRequest,
  overTheBus,
  platformWorld,
  replyTo,
  envelopeAt,
} from '../../../../kit/stands/platform-world.js';

async function waiting() {
  const world = platformWorld();
  const command = commandAt(world.clock.now());
  await openRequest(world, command, 'token-1');
  world.wait('token-1');
  return { world, command, now: world.clock.now() };
}

describe('closing a request', () => {
  it('resumes the workflow with the reply and writes the ledger', async () => {
    const { world, command, now } = await waiting();
    const reply = replyTo(command, now);
    await closeRequest({ copy: 'c1', body: overTheBus(reply) }, world);
    expect(world.answers).toEqual([{ ok: true, output: { data: { order: 'o-1', reserved: true } } }]);
    const [entry] = await world.entries(command.correlationid, 'request');
    expect(entry).toMatchObject({ request: { state: 'replied', by: reply.id, requestId: command.requestid } });
  });

  it('repeats the resumption when the winner comes again, and only then', async () => {
    const { world, command, now } = await waiting();
    const reply = { copy: 'c1', body: overTheBus(replyTo(command, now)) };
    world.workflows.forget('token-1');
    await closeRequest(reply, world);
    expect(world.answers).toHaveLength(0);
    world.wait('token-1');
    await closeRequest({ copy: 'c2', body: overTheBus(replyTo(command, now)) }, world);
    expect(world.answers).toHaveLength(0);
    await closeRequest(reply, world);
    expect(world.answers).toHaveLength(1);
    const states = (await world.entries(command.correlationid, 'request')).map((entry) =>
      entry.kind === 'request' ? entry.request.state : '',
    );
    expect(states.sort()).toEqual(['late', 'replied']);
  });

  it('fails the workflow on RequestFailed', async () => {
    const { world, command, now } = await waiting();
    const failed = envelopeAt(
      now,
      'RequestFailed',
      { requestId: command.requestid, type: 'ReserveStock', code: 'SCHEMA', message: 'no order' },
      {
        source: 'laneway.fixture-shop.platform.dead-letters',
        channel: 'system.timeouts',
        ...(command.requestid === undefined ? {} : { requestid: command.requestid }),
      },
    );
    await closeRequest({ copy: 'c1', body: overTheBus(failed) }, world);
    expect(world.answers).toEqual([{ ok: false, error: 'RequestFailed', cause: 'SCHEMA: no order' }]);
  });

  it('stores a reply that is as long as the command, whose record keeps a ladder and many parts besides', async () => {
    const world = platformWorld();
    const now = world.clock.now();
    const command = commandAt(now);
    await openRequest(world, command, 'token-1');
    const record = await world.pending.get(command.requestid ?? '');
    if (record?.waiter.kind !== 'workflow') throw new Error('a workflow waits');
    const keep = { read: ['order'], pass: Array.from({ length: 1_200 }, (_, index) => `parts.${index}.name`) };
    const data = { order: 'x'.repeat(199_000) };
    const climb: Climb = {
      ...{ channel: command.channel, until: record.deadline, rung: -1, used: 0, on: command.channel },
      phase: 'asked',
      ...{ time: 60_000, tried: [], command: { dataschema: command.dataschema, priority: command.priority, data } },
    };
    const requestId = 'long-1';
    await world.pending.open({ ...record, requestId, climb, waiter: { ...record.waiter, token: 'token-2', keep } });
    world.wait('token-2');
    const long = { order: 'y'.repeat(199_000), reserved: true };
    const reply = replyTo(command, now, { requestid: requestId, data: long });
    await closeRequest({ copy: 'c1', body: overTheBus(reply) }, world);
    const outcome = (await world.pending.get(requestId))?.outcome;
    expect(outcome).toMatchObject({ state: 'replied', by: reply.id });
    if (outcome?.state !== 'replied') throw new Error('it was answered');
    expect(JSON.parse(await world.payloads.get(outcome.dataref ?? ''))).toEqual(long);
    expect(world.answers).toHaveLength(1);
  });

  it('loads a reply that came by claim check, and names the limit when it is too big for a workflow', async () => {
    const { world, command, now } = await waiting();
    const { data: _data, ...reply } = replyTo(command, now);
    const text = JSON.stringify({ order: 'x'.repeat(300_000), reserved: true });
    const reference = await putText(payloadPlace(reply), text, world.payloads);
    await closeRequest({ copy: 'c1', body: overTheBus({ ...reply, ...reference }) }, world);
    expect(world.answers[0]).toMatchObject({ ok: false, error: 'RequestFailed' });
    expect(JSON.stringify(world.answers[0])).toContain('200000 bytes');
    expect(world.deadLetters.sent).toHaveLength(0);
  });

  it('keeps a long reply where its client may read it, and the reference of any other waiter', async () => {
    const { world, command, now } = await waiting();
    const mine = { ...command, requestid: `client.web-shop:${command.id}` };
    await openRequest(world, mine, 'none', { waiter: { kind: 'client' } });
    const { data: _data, ...reply } = replyTo(mine, now);
    const text = JSON.stringify({ order: 'x'.repeat(300_000), reserved: true });
    const reference = await putText(payloadPlace(reply), text, world.payloads);
    await closeRequest({ copy: 'c1', body: overTheBus({ ...reply, ...reference }) }, world);
    const { outcome } = (await world.pending.get(mine.requestid)) ?? {};
    expect(outcome).toMatchObject({ datadigest: reference.datadigest, datasize: reference.datasize });
    expect(outcome).toHaveProperty('dataref', expect.stringMatching(/^platform\/replies=client\.web-shop\//));
  });

  it.each([
    ['a reply that was swapped', 'swap'],
    ['a reply whose reference is of another place', 'place'],
  ])('dead-letters %s, and leaves the request open', async (_, how) => {
    const { world, command, now } = await waiting();
    const { data: _data, ...reply } = replyTo(command, now);
    const text = JSON.stringify({ order: 'o-1', reserved: true });
    const place = how === 'place' ? 'client.web-shop/channel=orders/c' : payloadPlace(reply);
    const reference = await putText(place, text, world.payloads);
    if (how === 'swap') await world.payloads.put(reference.dataref, text.replace('true', 'false'));
    await closeRequest({ copy: 'c1', body: overTheBus({ ...reply, ...reference }) }, world);
    expect(world.deadLetters.sent).toMatchObject([{ reason: 'not-allowed', error: { code: 'PAYLOAD_MISMATCH' } }]);
    expect(await world.pending.get(command.requestid ?? '')).not.toHaveProperty('outcome');
  });

  it.each([
    ['a forged sender', { source: 'laneway.fixture-shop.client.web-shop' }, {}, 'not-allowed'],
    ['a sender that differs from the bus', {}, { source: 'laneway.fixture-shop.agent.clerk' }, 'not-allowed'],
    ['a payload that does not fit', { data: { order: 1 } }, {}, 'schema'],
    ['another conversation', { correlationid: 'other' }, {}, 'not-allowed'],
    [
      'another type',
      { type: 'OrderPlaced', channel: 'orders', source: 'laneway.fixture-shop.client.web-shop', data: { order: '1' } },
      {},
      'not-allowed',
    ],
  ])('dead-letters %s and leaves the request open', async (_what, own, event, reason) => {
    const { world, command, now } = await waiting();
    await closeRequest({ copy: 'c1', body: overTheBus(replyTo(command, now, own), event) }, world);
    expect(world.deadLetters.sent).toMatchObject([{ reason, copy: 'c1' }]);
    const said = world.deadLetters.sent[0]?.error.message ?? '';
    if ('correlationid' in own) expect(said).not.toContain(command.correlationid);
    if ('type' in own) expect(said).not.toContain(command.type);
    expect(await world.pending.get(command.requestid ?? '')).not.toHaveProperty('outcome');
  });

  it.each([
    ['an agent that does not handle the command', {}, 'NOT_DECLARED'],
    ['another agent than the one that was asked', { receiver: 'clerk' }, 'SENDER_MISMATCH'],
  ])('takes no reply from %s', async (_who, asked, code) => {
    const world = platformWorld();
    const command = commandAt(world.clock.now());
    await openRequest(world, command, 'token-1', asked);
    const { model } = world.topology;
    const { warehouse } = model.agents;
    const unasked =
      code === 'NOT_DECLARED' ? { ...model.agents, warehouse: { ...warehouse, handles: [] } } : model.agents;
    const topology = { ...world.topology, model: { ...model, agents: unasked } } as typeof world.topology;
    const reply = { copy: 'c1', body: overTheBus(replyTo(command, world.clock.now())) };
    await closeRequest(reply, { ...world, topology });
    expect(world.deadLetters.sent).toMatchObject([{ reason: 'not-allowed', error: { code } }]);
    // Neither the command nor those who were asked.
    expect(world.deadLetters.sent[0]?.error.message).not.toMatch(/ReserveStock|clerk/);
    expect(await world.pending.get(command.requestid ?? '')).not.toHaveProperty('outcome');
  });

  it('takes the late reply of an agent that an earlier attempt asked', async () => {
    const { world, command, now } = await waiting();
    const record = await world.pending.get(command.requestid ?? '');
    if (!record) throw new Error('no request');
    const climb: Climb = {
      ...{ channel: command.channel, until: record.deadline, rung: 0, used: 1, on: command.channel, phase: 'asked' },
      ...{ time: 60_000, receiver: 'clerk', tried: ['warehouse'] },
      command: { dataschema: command.dataschema, priority: command.priority },
    };
    await world.pending.advance(record, { messageId: 'm2', attempt: 2, deadline: record.deadline, climb });
    await closeRequest({ copy: 'c1', body: overTheBus(replyTo(command, now)) }, world);
    expect((await world.pending.get(command.requestid ?? ''))?.outcome).toMatchObject({ state: 'replied' });
  });

  it('dead-letters what is not JSON', async () => {
    const { world } = await waiting();
    await closeRequest({ copy: 'c1', body: '<xml/>' }, world);
    expect(world.deadLetters.sent).toMatchObject([{ reason: 'unparseable', body: '<xml/>' }]);
  });

  it('acknowledges a reply nobody waits for', async () => {
    const { world, now } = await waiting();
    await closeRequest({ copy: 'c1', body: overTheBus(replyTo(commandAt(now), now)) }, world);
    expect([world.answers, world.deadLetters.sent]).toEqual([[], []]);
  });
});
