import { createAgent } from 'laneway/agent';
import { startInProcess } from 'laneway/in-process';
import { OrderPlaced, ReserveStock, shop } from '../../../kit/applications/fixture-topology.js';
import { keepingLog } from '../../../kit/stands/barrier.js';

const ANA = { by: 'ana', why: 'it lied' };

/** A shop whose warehouse notes what it is asked, in the order of asking. */
async function open() {
  const reserved: string[] = [];
  const placed: string[] = [];
  const warehouse = createAgent(shop, 'warehouse').handle({
    ReserveStock: ({ data: { order } }) => {
      reserved.push(order);
      return { order, reserved: true };
    },
    OrderPlaced: ({ data }) => void placed.push(data.order),
  });
  const clerk = createAgent(shop, 'clerk').handle({
    OrderPlaced: ({ data }, { publish }) => void publish(ReserveStock, data),
    otherwise: () => undefined,
  });
  const app = await startInProcess(shop, { log: keepingLog(), agents: [warehouse.with({}), clerk.with({})] });
  return { app, reserved, placed };
}

test('what comes for an agent in quarantine waits, holds nobody up, and is handled after the release', async () => {
  const { app, reserved, placed } = await open();
  try {
    await app.quarantine('clerk', ANA);
    await app.publish(OrderPlaced, { order: 'o-1' });
    await app.settled({ timeout: '20 seconds' });
    expect([placed, reserved]).toEqual([['o-1'], []]);
    await app.release('clerk', ANA);
    await app.settled({ timeout: '20 seconds' });
    expect(reserved).toEqual(['o-1']);
  } finally {
    await app.stop({ timeout: '1 second' });
  }
});

test('a client in quarantine publishes nothing', async () => {
  const { app, placed } = await open();
  try {
    await app.quarantine('web-shop', ANA);
    await expect(app.publish(OrderPlaced, { order: 'o-1' }, { as: 'web-shop' })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
    });
    expect(app.conversations()).toEqual(['quarantine:client.web-shop']);
    await app.release('web-shop', ANA);
    await app.publish(OrderPlaced, { order: 'o-2' }, { as: 'web-shop' });
    await app.settled({ timeout: '20 seconds' });
    expect(placed).toEqual(['o-2']);
  } finally {
    await app.stop({ timeout: '1 second' });
  }
});
