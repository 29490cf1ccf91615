import { invoke } from 'laneway/testing';
import { dataAnalysis } from '../../../../../functions/vehicle-maintenance/data-analysis/agent.js';
import { memoryHistory } from '../../../../../functions/vehicle-maintenance/data-analysis/history-store.js';
import {
  estimateCost,
  needsApproval,
} from '../../../../../functions/vehicle-maintenance/data-analysis/estimate-cost.js';
import { recommend } from '../../../../../functions/vehicle-maintenance/data-analysis/recommend.js';
import { AnalyzeVehicle } from '../../../../../functions/vehicle-maintenance/messages.js';
import { PriceList, SAMPLE_PRICES } from '../../../../../functions/vehicle-maintenance/price-list.js';
import { ReasonCode, type Reason } from '../../../../../functions/vehicle-maintenance/schemas.js';
import { reading, VIN } from '../../../../kit/generators/readings.js';

const reason = (code: ReasonCode): Reason => ({
  ...{ code, severity: 'warning', signal: 'oilPressureBar', value: 1, expected: 2, basis: 'limit', text: '' },
});
const prices: PriceList = {
  currency: 'CHF',
  labourPerHour: 133,
  jobs: { OIL_HOT: { parts: 71.5, hours: 1.5 }, OIL_PRESSURE_CRITICAL: { parts: 0, hours: 0 } },
};

test('a cost is parts and hours of work, rounded up to tens, in the currency of the list', () => {
  // 71.5 + 1.5 * 133 = 271
  expect(estimateCost([reason('OIL_HOT')], prices)).toEqual({ amount: 280, currency: 'CHF' });
  expect(estimateCost([reason('OIL_PRESSURE_CRITICAL')], prices)).toEqual({ amount: 0, currency: 'CHF' });
});

test('it is the cost of the work that is recommended, whatever else was found', () => {
  const both = [reason('OIL_HOT'), reason('OIL_PRESSURE_CRITICAL')];
  expect(recommend(both).action).toBe(recommend([reason('OIL_PRESSURE_CRITICAL')]).action);
  expect(estimateCost(both, prices)?.amount).toBe(0);
});

test('without a finding, or a price, there is no estimate', () => {
  expect(estimateCost([], prices)).toBeUndefined();
  expect(estimateCost([reason('COOLANT_HOT')], prices)).toBeUndefined();
});

test.each([
  ['nothing found', [], undefined, 0, false],
  ['below the limit', [reason('OIL_HOT')], 280, 281, false],
  ['the limit itself', [reason('OIL_HOT')], 280, 280, false],
  ['above it', [reason('OIL_HOT')], 280, 279, true],
  ['work of unknown price', [reason('OIL_HOT')], undefined, 1_000_000, true],
])('approval: %s', (_, reasons, amount, limit, needed) => {
  const estimate = amount === undefined ? undefined : { amount, currency: 'CHF' };
  expect(needsApproval(reasons, estimate, limit)).toBe(needed);
});

test('the sample list has every work; some costs more than the default limit, most does not', () => {
  expect(PriceList.parse(JSON.parse(JSON.stringify(SAMPLE_PRICES)))).toEqual(SAMPLE_PRICES);
  const costs = ReasonCode.options.map((code) => estimateCost([reason(code)], SAMPLE_PRICES)?.amount ?? NaN);
  expect(costs.every((amount) => amount > 0)).toBe(true);
  const dear = costs.filter((amount) => amount > 1_500).length;
  expect(dear).toBeGreaterThan(0);
  expect(dear).toBeLessThan(costs.length / 2);
});

test.each([
  [{ ...SAMPLE_PRICES, currency: 'euro' }],
  [{ ...SAMPLE_PRICES, labourPerHour: -1 }],
  [{ ...SAMPLE_PRICES, jobs: { OIL_HOTT: { parts: 1, hours: 1 } } }],
  [{ ...SAMPLE_PRICES, jobs: { OIL_HOT: { parts: '1', hours: 1 } } }],
])('a list that is none is refused: %j', (list) => {
  expect(PriceList.safeParse(list).success).toBe(false);
});

test('the analysis says what the work costs, and whether people decide, when it is asked with a limit', async () => {
  const agent = dataAnalysis.with({ history: memoryHistory(), prices: SAMPLE_PRICES });
  const dry = { vin: VIN, readings: [reading({ rpm: 2_400, oilPressureBar: 0.4 })] };
  const { reply } = await invoke(agent, AnalyzeVehicle, { ...dry, approveAbove: 1_500 });
  expect(reply).toMatchObject({ estimate: { amount: 1_780, currency: 'EUR' }, needsApproval: true });
  const asked = await invoke(agent, AnalyzeVehicle, dry);
  expect(asked.reply?.estimate).toEqual({ amount: 1_780, currency: 'EUR' });
  expect(asked.reply?.needsApproval).toBeUndefined();
  const healthy = await invoke(agent, AnalyzeVehicle, { vin: VIN, readings: [reading()], approveAbove: 1_500 });
  expect(healthy.reply).toMatchObject({ severity: 'normal', needsApproval: false });
  expect(healthy.reply?.estimate).toBeUndefined();
});
