import type { DeadCopy, Origin } from '../../../../../shared/platform/dead-letters/dead-copy.js';
import { drainCopy, MOST_RETURNS } from '../../../../../shared/platform/dead-letters/drain-copy.js';
import { contentKey } from '../../../../../shared/domain/delivery/claim-check.js';
import type { DeadLetter } from '../../../../../shared/domain/delivery/dead-letter.js';
import { deliveryKeyOf, factsOf } from '../../../../../shared/domain/delivery/delivery.js';
import { behindHandling } from '../../../../../shared/domain/delivery/lineage.js';
import type { Envelope } from '../../../../../shared/domain/wire/envelope.js';
import type { ErrorCode } from '../../../../../shared/domain/base/errors.js';
import { anEmission } from '../../../../kit/generators/sample-messages.js';
import {
  commandAt,
  envelopeAt,
  openRequest,
  overTheBus,
  platformWorld,
  type PlatformStand,
} from '../../../../kit/stands/platform-world.js';

const MAILBOX: Origin = { kind: 'mailbox', receiver: 'warehouse' };

const dead = (body: string, own: Partial<DeadCopy> = {}): DeadCopy => ({
  ...{ copy: 'c1', body, attributes: {}, origin: MAILBOX, returns: 0, moved: 'bus' as const },
  ...own,
});

function letter(
  world: PlatformStand,
  body: string,
  own: Partial<DeadLetter> = {},
  code: ErrorCode = 'HANDLER',
): DeadCopy {
  const at = new Date(world.clock.now()).toISOString();
  const error = { code, message: 'order 17 is gone', name: 'Error', retryable: false };
  const text: DeadLetter = {
    ...{ laneway: 'dead-letter', receiver: 'warehouse', copy: 'c0', reason: 'exhausted', tries: 5 },
    ...{ error, at, body },
    ...own,
  };
  return dead(JSON.stringify(text));
}

const keyOf = (envelope: Envelope) => deliveryKeyOf(envelope, 'warehouse');

async function deadLetterIn(world: PlatformStand, correlationId: string) {
  const [entry] = await world.entries(correlationId, 'dead-letter');
  return entry?.kind === 'dead-letter' ? entry.deadLetter : undefined;
}

describe('a dead letter that a receiver wrote', () => {
  it('is stored with its body, reported, and ends the request of its command, once', async () => {
    const world = platformWorld();
    const command = commandAt(world.clock.now());
    await openRequest(world, command);
    const body = overTheBus(command);
    await drainCopy(letter(world, body), world);
    await drainCopy(letter(world, body), world);
    const entry = await deadLetterIn(world, command.correlationid);
    expect(entry).toMatchObject({
      ...{ messageId: command.id, receiver: 'warehouse', reason: 'exhausted', tries: 5 },
      signature: 'HANDLER|Error|order <n> is gone',
      facts: factsOf(command),
    });
    expect(await world.payloads.get(entry?.bodyRef ?? '')).toBe(body);
    const [told] = world.ofType('ErrorReported');
    expect(told).toMatchObject({
      ...{ channel: 'system.errors', correlationid: command.correlationid, causationid: command.id, hops: 1 },
      data: {
        type: 'ReserveStock',
        id: command.id,
        receiver: 'warehouse',
        reason: 'exhausted',
        code: 'HANDLER',
        tries: 5,
      },
    });
    const failed = world.ofType('RequestFailed');
    expect(failed[0]).toMatchObject({ requestid: command.requestid, channel: 'system.timeouts' });
    expect(new Set(world.bus.published.map(({ id }) => id)).size).toBe(2);
    expect(world.counted).toEqual(['warehouse', 'warehouse']);
  });

  it('too big for a queue is read from where it is', async () => {
    const world = platformWorld();
    const command = commandAt(world.clock.now());
    const body = overTheBus(command);
    const bodyRef = contentKey('agent.warehouse/kept=letters/copy', body);
    await world.payloads.put(bodyRef, body);
    await drainCopy(letter(world, '', { bodyRef }), world);
    expect(await deadLetterIn(world, command.correlationid)).toMatchObject({ bodyRef, messageId: command.id });
  });

  it.each([
    ['what another agent wrote', 'agent.clerk/kept=letters/copy', undefined],
    ['a payload', 'client.web-shop/channel=orders/c', undefined],
    ['a text that was swapped', 'agent.warehouse/kept=letters/copy', '{}'],
  ])('that refers to %s is kept without a text', async (_, place, before) => {
    const world = platformWorld();
    const command = commandAt(world.clock.now());
    const body = overTheBus(command);
    const bodyRef = contentKey(place, before ?? body);
    await world.payloads.put(bodyRef, body);
    await drainCopy(letter(world, '', { bodyRef }), world);
    expect(await deadLetterIn(world, command.correlationid)).toBeUndefined();
    expect(await deadLetterIn(world, 'unparsed#c0')).toMatchObject({ bodyRef, receiver: 'warehouse' });
  });

  it('of a system channel is told to nobody', async () => {
    const world = platformWorld();
    const system = envelopeAt(world.clock.now(), 'ErrorReported', {}, { channel: 'system.errors' });
    await drainCopy(letter(world, overTheBus(system)), world);
    expect(await deadLetterIn(world, system.correlationid)).toBeDefined();
    expect(world.bus.published).toEqual([]);
  });

  it.each([
    ['an event', (now: number) => overTheBus(envelopeAt(now, 'OrderPlaced', { order: '1' })), 'HANDLER'],
    [
      'a forged command',
      (now: number) => overTheBus(commandAt(now), { source: 'laneway.fixture-shop.client.x' }),
      'SENDER_MISMATCH',
    ],
    [
      'a command of an undeclared sender',
      (now: number) => overTheBus(commandAt(now, { source: 'laneway.fixture-shop.agent.scanner' })),
      'NOT_DECLARED',
    ],
    ['a command that claims to be direct', (now: number) => JSON.stringify(commandAt(now)), 'SENDER_MISMATCH'],
  ] as const)('of %s ends no request', async (_what, body, code) => {
    const world = platformWorld();
    await drainCopy(letter(world, body(world.clock.now()), {}, code), world);
    expect([world.ofType('ErrorReported').length, world.ofType('RequestFailed').length]).toEqual([1, 0]);
  });

  it('of a command that its agent could not send ends the request', async () => {
    const world = platformWorld();
    const own = { source: 'laneway.fixture-shop.agent.clerk', requestid: 'agent.clerk:m-1' };
    const command = commandAt(world.clock.now(), own);
    const about = { receiver: 'warehouse', sender: 'clerk', reason: 'refused' } as const;
    const one = letter(world, JSON.stringify(command), about, 'REFUSED');
    await drainCopy({ ...one, origin: { kind: 'mailbox', receiver: 'clerk' } }, world);
    expect(world.ofType('RequestFailed')).toMatchObject([{ requestid: command.requestid, data: { code: 'REFUSED' } }]);
  });

  it.each([
    ['of the request of another agent', { requestid: 'agent.warehouse:m-1' }],
    ['of a request that names nobody', { requestid: 'm-1' }],
  ])('of a command that its agent could not send, %s, ends no request', async (_what, about) => {
    const world = platformWorld();
    const command = commandAt(world.clock.now(), { source: 'laneway.fixture-shop.agent.clerk', ...about });
    await openRequest(world, command);
    const one = letter(world, JSON.stringify(command), { sender: 'clerk', reason: 'refused' }, 'REFUSED');
    await drainCopy({ ...one, origin: { kind: 'mailbox', receiver: 'clerk' } }, world);
    expect([world.ofType('ErrorReported').length, world.ofType('RequestFailed').length]).toEqual([1, 0]);
  });

  it.each([{ type: 'OtherCommand' }, { correlationId: 'another' }, { receiver: 'clerk' }])(
    'of a command ends no request that is not its own: %j',
    async (other) => {
      const world = platformWorld();
      const command = commandAt(world.clock.now());
      await openRequest(world, command, undefined, other);
      await drainCopy(letter(world, overTheBus(command)), world);
      expect(world.ofType('RequestFailed')).toEqual([]);
    },
  );

  it.each([{ kind: 'unroutable' }, { kind: 'undelivered' }] as const)(
    'in a queue that EventBridge alone writes is forged: %j',
    async (origin) => {
      const world = platformWorld();
      const command = commandAt(world.clock.now());
      await openRequest(world, command);
      await drainCopy({ ...letter(world, overTheBus(command)), origin }, world);
      expect(await deadLetterIn(world, 'unparsed#c1')).toMatchObject({ receiver: origin.kind, reason: 'not-allowed' });
      expect(world.bus.published).toEqual([]);
    },
  );

  it('that cannot be reported yet comes again', async () => {
    const world = platformWorld();
    world.bus.refuse(() => ({ ok: false, retryable: true, code: 'Throttled', message: 'later' }));
    const one = letter(world, overTheBus(commandAt(world.clock.now())));
    await expect(drainCopy(one, world)).rejects.toMatchObject({ code: 'PUBLISH' });
    expect(world.counted).toEqual([]);
  });
});

describe('a copy that SQS gave up on', () => {
  it('with tries left goes back into its lane, three times, then is a crash', async () => {
    const world = platformWorld();
    const command = commandAt(world.clock.now());
    await openRequest(world, command);
    const body = overTheBus(command);
    for (let returns = 0; returns <= MOST_RETURNS; returns++) await drainCopy(dead(body, { returns }), world);
    expect(world.returns.copies).toEqual(
      [1, 2, 3].map((returns) => ({ receiver: 'warehouse', lane: 'high', direct: false, body, returns })),
    );
    expect(await deadLetterIn(world, command.correlationid)).toMatchObject({
      reason: 'crashed',
      error: { code: 'CRASHED' },
    });
    expect(await world.deliveries.get(keyOf(command))).toMatchObject({ state: 'dead-lettered', copy: 'c1' });
    expect(world.ofType('RequestFailed')).toHaveLength(1);
  });

  it('that no try of has begun before it expired says so: no handler is to blame', async () => {
    const world = platformWorld();
    const command = commandAt(world.clock.now());
    world.clock.advanceTo(Date.parse(command.expires) + 1);
    await drainCopy(dead(overTheBus(command), { returns: MOST_RETURNS }), world);
    expect(await deadLetterIn(world, command.correlationid)).toMatchObject({
      ...{ reason: 'expired', tries: 0, error: { code: 'EXPIRED' } },
    });
  });

  it('without tries left is a crash at once', async () => {
    const world = platformWorld();
    const command = commandAt(world.clock.now());
    for (let tries = 1; tries <= 5; tries++) {
      const now = world.clock.now();
      await world.deliveries.lease(keyOf(command), factsOf(command), {
        ...{ owner: `o${tries}`, now, until: now + 1_000, alone: true },
      });
      world.clock.advance(2_000);
    }
    await drainCopy(dead(overTheBus(command)), world);
    expect(world.returns.copies).toEqual([]);
    expect(await deadLetterIn(world, command.correlationid)).toMatchObject({ reason: 'crashed', tries: 5 });
  });

  it('whose delivery somebody works on is judged later', async () => {
    const world = platformWorld();
    const command = commandAt(world.clock.now());
    const now = world.clock.now();
    await world.deliveries.lease(keyOf(command), factsOf(command), {
      owner: 'o',
      now,
      until: now + 9_000,
      alone: true,
    });
    await expect(drainCopy(dead(overTheBus(command), { returns: 3 }), world)).rejects.toMatchObject({
      code: 'LEASE_LOST',
    });
    expect(await deadLetterIn(world, command.correlationid)).toBeUndefined();
  });

  it('and that wrote an outcome is no dead letter: what the outcome stored is left to the sweeper', async () => {
    const world = platformWorld();
    const command = commandAt(world.clock.now(), { tenant: 'north', path: 'abcd' });
    const emissions = [anEmission()];
    await world.deliveries.settleUnleased(keyOf(command), factsOf(command), {
      ...{ state: 'completed', copy: 'c1', at: world.clock.now(), emissions },
    });
    await drainCopy(dead(overTheBus(command)), world);
    expect([world.returns.copies, world.bus.published, world.counted]).toEqual([[], [], []]);
    const record = await world.deliveries.get(keyOf(command));
    expect(record?.unsent).toEqual({
      lineage: behindHandling(command, 'warehouse'),
      due: new Date(world.clock.now()).toISOString(),
    });
    await world.deliveries.noteSent(keyOf(command), world.clock.now());
    await drainCopy(dead(overTheBus(command)), world);
    expect((await world.deliveries.get(keyOf(command)))?.unsent).toBeUndefined();
  });

  it('with an outcome by another copy is only a duplicate', async () => {
    const world = platformWorld();
    const command = commandAt(world.clock.now());
    await world.deliveries.settleUnleased(keyOf(command), factsOf(command), {
      ...{ state: 'completed', copy: 'other', at: world.clock.now(), emissions: [] },
    });
    await drainCopy(dead(overTheBus(command)), world);
    expect([world.returns.copies, world.bus.published, world.counted]).toEqual([[], [], []]);
  });

  it('that cannot be read is unparseable, in a partition of its own', async () => {
    const world = platformWorld();
    await drainCopy(dead('{"Records":[]}'), world);
    expect(await deadLetterIn(world, 'unparsed#c1')).toMatchObject({ reason: 'unparseable', receiver: 'warehouse' });
    expect(world.ofType('ErrorReported')).toMatchObject([
      { correlationid: 'unparsed#c1', data: { code: 'UNPARSEABLE' } },
    ]);
  });
});

describe('what the bus could not place', () => {
  it('is unroutable, and ends its request', async () => {
    const world = platformWorld();
    const command = commandAt(world.clock.now(), { receiver: 'wharehouse' });
    await drainCopy(dead(overTheBus(command), { origin: { kind: 'unroutable' } }), world);
    const entry = await deadLetterIn(world, command.correlationid);
    expect(entry).toMatchObject({ reason: 'unroutable', receiver: 'wharehouse' });
    expect(entry?.error.message).toContain("receiver 'wharehouse'");
    expect(world.ofType('RequestFailed')).toHaveLength(1);
  });

  it('ends no request when the bus names another sender than the envelope', async () => {
    const world = platformWorld();
    const body = overTheBus(commandAt(world.clock.now(), { priority: 'low' }), {
      source: 'laneway.fixture-shop.client.x',
    });
    await drainCopy(dead(body, { origin: { kind: 'unroutable' } }), world);
    expect([world.ofType('ErrorReported').length, world.ofType('RequestFailed').length]).toEqual([1, 0]);
  });

  it('is undeliverable, with what EventBridge says, and its delivery is settled', async () => {
    const world = platformWorld();
    const { receiver: _receiver, ...event } = envelopeAt(world.clock.now(), 'OrderPlaced', { order: '1' });
    const attributes = {
      RULE_ARN: 'arn:aws:events:eu-west-1:1:rule/bus/r',
      TARGET_ARN: 'arn:aws:sqs:eu-west-1:1:warehouse-high',
      ERROR_CODE: 'NO_PERMISSIONS',
      ERROR_MESSAGE: 'not allowed',
    };
    await drainCopy(dead(overTheBus(event), { origin: { kind: 'undelivered' }, attributes }), world);
    const entry = await deadLetterIn(world, event.correlationid);
    expect(entry).toMatchObject({ reason: 'undeliverable', receiver: 'warehouse' });
    expect(entry?.error.message).toContain('NO_PERMISSIONS: not allowed');
    expect(await world.deliveries.get(keyOf(event))).toMatchObject({ state: 'dead-lettered' });
  });

  it('and what a platform function crashed on is kept', async () => {
    const world = platformWorld();
    await drainCopy(dead('{"requestId":"r","at":1,"hop":0}', { origin: { kind: 'platform' } }), world);
    expect(await deadLetterIn(world, 'unparsed#c1')).toMatchObject({ reason: 'crashed', receiver: 'platform' });
  });
});
