import { createAgent } from 'laneway/agent';
import { agentStand } from '../../../../kit/stands/agent-stand.js';
import { parcels, StampParcel } from '../../../../kit/applications/parcel-topology.js';

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
