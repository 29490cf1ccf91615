import { createAgent } from 'laneway/agent';
import { isWorkerEntry, worker } from '../../../../shared/worker/worker-entry.js';
import { parcels } from '../../../kit/applications/parcel-topology.js';

const desk = createAgent(parcels, 'desk')
  .needs<{ readonly shelf: string; readonly door: string }>()
  .handle({ ParcelArrived: () => undefined, ParcelWeighed: () => undefined });
const entry = worker(desk, ({ bind }) => ({ shelf: bind('shelf'), door: bind('door') }));
const deployment = { BindingsDesk: JSON.stringify({ shelf: 'deployed shelf', door: 'deployed door' }) };

afterEach(() => {
  delete process.env['LANEWAY_BINDINGS'];
});

test('an entry names its agent and application, and is known as one', () => {
  expect(entry).toMatchObject({ agent: 'desk', application: 'parcels' });
  expect([entry, { ...entry }, {}, undefined].map(isWorkerEntry)).toEqual([true, true, false, false]);
});

test('names are bound by the deployment, and by the environment where it has them', async () => {
  expect((await entry.prepare(deployment)).deps).toEqual({ shelf: 'deployed shelf', door: 'deployed door' });
  process.env['LANEWAY_BINDINGS'] = JSON.stringify({ door: 'my door' });
  expect((await entry.prepare(deployment)).deps).toEqual({ shelf: 'deployed shelf', door: 'my door' });
});

test('a name that nobody bound is said', async () => {
  await expect(entry.prepare({})).rejects.toThrow(/nothing is bound under 'shelf'/);
});
