import { invoke } from 'laneway/testing';
import { OrderPlaced } from '../messages.js';
import { pricing } from './agent.js';

test('an order gets its price', async () => {
  const { published } = await invoke(pricing, OrderPlaced, { order: 'A-1', pieces: 3 });
  expect(published).toMatchObject([{ data: { order: 'A-1', cents: 750 } }]);
});
