import { createAgent } from 'laneway/agent';
import { agentStand } from '../../../../kit/stands/agent-stand.js';
import { parcels, StampParcel, WeighParcel } from '../../../../kit/applications/parcel-topology.js';

test('what is published after the handler has returned is refused, and is not sent', async () => {
  let late: (() => unknown) | undefined;
  const desk = createAgent(parcels, 'desk').handle({
    ParcelArrived: (_message, { publish }) => {
      late = () => publish(StampParcel, { parcel: 'p' });
    },
    ParcelWeighed: () => undefined,
  });
  const stand = agentStand(desk.with({}));
  stand.deliver(stand.envelope('ParcelArrived', { parcel: 'p' }));
  await stand.receive();
  expect(late).toThrow(/after the handling had ended/);
  expect(stand.bus.published.map(({ type }) => type)).toEqual(['MessageAcknowledged']);
});

test.each(['a#b', 'a/b', '', 'x'.repeat(129), '\ud800'])('an envelope whose id is %j cannot be read', async (id) => {
  const auditor = createAgent(parcels, 'auditor').handle({ otherwise: () => undefined });
  const stand = agentStand(auditor.with({}));
  stand.deliver(stand.envelope('ParcelArrived', { parcel: 'p' }, { id }));
  expect(await stand.receive()).toEqual([]);
  expect(stand.letters()).toMatchObject([{ reason: 'unparseable' }]);
});

test('each part of a context works when it is taken off it', async () => {
  let seen: Readonly<Record<string, unknown>> = {};
  const desk = createAgent(parcels, 'desk')
    .needs<{ name: string }>()
    .handle({
      ParcelArrived: async (_message, context) => {
        const { publish, cancel, replyLater, progress, guard, deps, log } = context;
        const { deadline, signal, effectKey, tries } = context;
        const { requestId = '' } = publish(WeighParcel, { parcel: 'p' });
        cancel(requestId, 'not needed');
        log.info('taken off');
        await progress(0.5, 'half');
        seen = {
          ...{ requestId, deps, effectKey, tries, isAborted: signal.aborted, deadline: deadline.getTime() },
          ...{ later: replyLater({ key: 'k', within: '1 hour' }).key, guarded: await guard('shop', () => 'open') },
        };
      },
      ParcelWeighed: () => undefined,
    });
  const stand = agentStand(desk.with({ name: 'desk' }));
  stand.deliver(stand.envelope('ParcelArrived', { parcel: 'p' }));
  await stand.receive();
  expect(seen).toMatchObject({ deps: { name: 'desk' }, tries: 1, isAborted: false, later: 'k', guarded: 'open' });
  expect([seen['requestId'], seen['effectKey']]).toEqual([expect.stringMatching(/./), expect.stringMatching(/./)]);
  expect(seen['deadline']).toBeGreaterThan(0);
  expect(stand.bus.published.map(({ type }) => type)).toEqual(
    expect.arrayContaining(['WeighParcel', 'RequestCancelled']),
  );
});

test('an answer to a command that was put off works when it is taken off its context', async () => {
  let refused: unknown;
  const scales = createAgent(parcels, 'scales').handle({
    WeighParcel: async ({ data: { parcel } }, { replyTo }) => {
      refused = await replyTo(WeighParcel, 'nobody', { parcel, grams: 1 }).catch((error: unknown) => error);
      return { parcel, grams: 2 };
    },
  });
  const stand = agentStand(scales.with({}));
  stand.deliver(stand.envelope('WeighParcel', { parcel: 'p' }));
  await stand.receive();
  expect(refused).toMatchObject({ code: 'NOT_FOUND' });
});
