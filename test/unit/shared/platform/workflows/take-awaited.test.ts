import { awaitedId } from '../../../../../shared/domain/request/awaited.js';
import { LanewayError } from '../../../../../shared/domain/base/errors.js';
import { closeRequest } from '../../../../../shared/platform/requests/close-request.js';
import { envelopeAt, overTheBus, platformWorld } from '../../../../kit/stands/platform-world.js';

const STEP = { workflow: 'fulfil', step: 'paid', type: 'OrderPlaced', keyed: false };

test('a message that comes before its step is kept, also when the store failed at first', async () => {
  const world = platformWorld();
  const services = { ...world, awaited: [STEP] };
  const order = envelopeAt(world.clock.now(), 'OrderPlaced', { order: 'o-1' });
  const copy = { copy: 'c1', body: overTheBus(order) };
  const { open } = world.pending;
  world.pending.open = () => Promise.reject(new LanewayError('UNAVAILABLE', 'throttled'));
  await expect(closeRequest(copy, services)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  world.pending.open = open.bind(world.pending);
  await closeRequest(copy, services);
  const kept = await world.pending.get(awaitedId('fulfil', 'paid', order.correlationid, undefined));
  expect(kept?.outcome).toMatchObject({ state: 'replied', by: order.id });
  expect(world.deadLetters.sent).toEqual([]);
});

test('a step that opens its wait at the same moment is told', async () => {
  const world = platformWorld();
  const order = envelopeAt(world.clock.now(), 'OrderPlaced', { order: 'o-1' });
  const id = awaitedId('fulfil', 'paid', order.correlationid, undefined);
  const { open } = world.pending;
  world.pending.open = async (record) => {
    const waiter = { kind: 'workflow', token: 'token-1', execution: 'run', step: 'paid' } as const;
    const { outcome: _early, ...rest } = record;
    await open.call(world.pending, { ...rest, requestId: id, waiter });
    return open.call(world.pending, record);
  };
  world.wait('token-1');
  await closeRequest({ copy: 'c1', body: overTheBus(order) }, { ...world, awaited: [STEP] });
  expect(world.answers).toMatchObject([{ ok: true }]);
});
