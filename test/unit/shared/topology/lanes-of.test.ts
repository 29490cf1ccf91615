import { lanesOfAgent } from '../../../../shared/topology/lanes-of.js';
import { laneKeysOf, laneUrl } from '../../../../shared/topology/mailbox-names.js';
import { shop } from '../../../kit/applications/fixture-topology.js';
import { bank } from '../../../kit/attacks/bank-world.js';

test('an agent has lanes of each kind, by the channels that lead there', () => {
  expect(lanesOfAgent(shop.model, 'scanner')).toEqual({ bus: [], direct: ['low'] });
  expect(lanesOfAgent(shop.model, 'clerk').direct).toEqual([]);
  expect(laneKeysOf(bank.model, 'vault').map((key) => key.startsWith('direct-'))).toEqual(
    expect.arrayContaining([true, false]),
  );
  expect(lanesOfAgent(shop.model, 'toString')).toEqual({ bus: [], direct: [] });
});

test('a message finds its lane or the next higher one of the same kind, and none of the other', () => {
  const lanes = { worker: { critical: 'bus', 'direct-high': 'direct' } };
  expect(laneUrl(lanes, 'worker', 'low', false)).toBe('bus');
  expect(laneUrl(lanes, 'worker', 'low', true)).toBe('direct');
  expect(laneUrl(lanes, 'worker', 'critical', true)).toBe('direct');
  expect(laneUrl({ worker: { low: 'bus' } }, 'worker', 'low', true)).toBeUndefined();
  expect(laneUrl(lanes, 'toString', 'low', true)).toBeUndefined();
});
