import { closeRequest } from '../../../../shared/platform/requests/close-request.js';
import {
  commandAt,
  openRequest,
  overTheBus,
  platformWorld,
  replyTo,
  envelopeAt,
} from '../../../kit/stands/platform-world.js';

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

  it('loads a reply that came by claim check, and names the limit when it is too big for a workflow', async () => {
    const { world, command, now } = await waiting();
    await world.payloads.put('k', JSON.stringify({ order: 'x'.repeat(300_000), reserved: true }));
    const { data: _data, ...reply } = replyTo(command, now, { dataref: 'k' });
    await closeRequest({ copy: 'c1', body: overTheBus(reply) }, world);
    expect(world.answers[0]).toMatchObject({ ok: false, error: 'RequestFailed' });
    expect(JSON.stringify(world.answers[0])).toContain('200000 bytes');
    expect(world.deadLetters.sent).toHaveLength(0);
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
    expect(await world.pending.get(command.requestid ?? '')).not.toHaveProperty('outcome');
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
