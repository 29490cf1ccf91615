import { AIMS } from '../../../bench/cost/aims.js';
import { costTables } from '../../../tools/reference/cost-table.js';

const standing = {
  ...{ usdPerMonth: 18.4, usdPerHour: 0.03, parts: [] },
  resources: { queues: 24, polled: 14, alarms: 68, keys: 1 },
};
const cost = (name: string, usdPerMillion: number) => ({ name, usdPerMillion, parts: [] });

test('each aim stands beside what was measured, and how many are missed', () => {
  const text = costTables(
    Object.entries(AIMS).map(([name, aim], at) => cost(name, at === 0 ? aim + 0.01 : aim)),
    standing,
  );
  expect(text).toMatch(/\| USD .*\| aim +\|/);
  expect(text).toMatch(/over the bus, published by a handler +\| 3\.01 .*\| full batches 3\.00, one a second 4\.50 \|/);
  expect(text).toMatch(/healthy vehicles +\| 70\.00 .*\| 70\.00 +\|/);
  expect(text).toContain('Aims missed: 1 of 4.');
});
