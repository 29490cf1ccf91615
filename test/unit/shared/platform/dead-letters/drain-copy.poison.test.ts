import type { DeadCopy } from '../../../../../shared/platform/dead-letters/dead-copy.js';
import { drainCopy } from '../../../../../shared/platform/dead-letters/drain-copy.js';
import { LanewayError } from '../../../../../shared/domain/base/errors.js';
import { commandAt, envelopeAt, overTheBus, platformWorld } from '../../../../kit/stands/platform-world.js';

const dead = (body: string, own: Partial<DeadCopy> = {}): DeadCopy => ({
  ...{ copy: 'c1', body, attributes: {}, origin: { kind: 'mailbox', receiver: 'warehouse' }, returns: 0 },
  ...own,
});

describe('the drain ends with every copy: there is no queue behind it', () => {
  it('of a channel with the name of what every object has', async () => {
    const world = platformWorld();
    const order = envelopeAt(world.clock.now(), 'OrderPlaced', { order: '1' }, { channel: 'constructor' });
    await drainCopy(dead(overTheBus(order)), world);
    expect(await world.entries(order.correlationid, 'dead-letter')).toHaveLength(1);
  });

  it('of a publisher with such a name', async () => {
    const world = platformWorld();
    const source = 'laneway.fixture-shop.agent.constructor';
    const order = envelopeAt(world.clock.now(), 'OrderPlaced', { order: '1' }, { source, channel: 'nowhere' });
    await drainCopy(dead(overTheBus(order), { origin: { kind: 'unroutable' } }), world);
    expect(await world.entries(order.correlationid, 'dead-letter')).toMatchObject([
      { deadLetter: { reason: 'unroutable' } },
    ]);
  });

  it('that looks like a letter of ours but lacks what a letter has', async () => {
    const world = platformWorld();
    const body = JSON.stringify({ laneway: 'dead-letter', receiver: 'warehouse', body: 'x' });
    await drainCopy(dead(body), world);
    expect(await world.entries('unparsed#c1', 'dead-letter')).toMatchObject([
      { deadLetter: { reason: 'unparseable', receiver: 'warehouse' } },
    ]);
  });

  it('whose letter refers to a text that is gone', async () => {
    const world = platformWorld();
    const letter = {
      ...{ laneway: 'dead-letter', receiver: 'warehouse', copy: 'c0', reason: 'exhausted', tries: 5, body: '' },
      ...{ bodyRef: 'dead-letters/gone', at: new Date(world.clock.now()).toISOString() },
      error: { code: 'HANDLER', message: 'no', name: 'Error', retryable: true },
    };
    await drainCopy(dead(JSON.stringify(letter)), world);
    expect(await world.entries('unparsed#c0', 'dead-letter')).toMatchObject([
      { deadLetter: { reason: 'exhausted', bodyRef: 'dead-letters/gone' } },
    ]);
  });

  it('that could be tried again, but whose lane is not known', async () => {
    const world = platformWorld();
    const command = commandAt(world.clock.now());
    const put = () => Promise.reject(new LanewayError('UNKNOWN_RECEIVER', 'no lane of it is known'));
    await drainCopy(dead(overTheBus(command)), { ...world, returns: { put } });
    expect(await world.entries(command.correlationid, 'dead-letter')).toMatchObject([
      { deadLetter: { reason: 'crashed', receiver: 'warehouse' } },
    ]);
  });
});
