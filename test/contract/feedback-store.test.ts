import { dynamoFeedback } from '../../functions/vehicle-maintenance/master-orchestrator/dynamo-feedback.js';
import {
  memoryFeedback,
  type FeedbackStore,
} from '../../functions/vehicle-maintenance/master-orchestrator/feedback-store.js';
import type { Feedback, Insight } from '../../functions/vehicle-maintenance/schemas.js';
import { sampleVin } from '../../functions/vehicle-maintenance/vin.js';
import { createTable, describeOnEngine, type TestTable } from './suites/vehicle-maintenance-engine.js';

const feedback = (id: string, time: string): Feedback => ({
  feedbackId: id,
  vin: sampleVin(1),
  component: 'brakes',
  symptom: 'noise',
  time,
});
const insight: Insight = {
  component: 'brakes',
  symptom: 'noise',
  factor: 'plant',
  value: 'Pune',
  support: 8,
  expected: 2,
  adjustedP: 0.001,
  from: '2026-01-01T00:00:00.000Z',
  until: '2026-03-01T00:00:00.000Z',
  feedbackIds: ['a'],
  text: 'brakes',
};

/** Demands on every {@link FeedbackStore}. */
function feedbackStoreContract(open: () => Promise<FeedbackStore>): void {
  it('returns the feedback of a window across months, oldest first, each once', async () => {
    const store = await open();
    const [a, b, c, d] = [
      feedback('a', '2025-12-31T23:59:59.999Z'),
      feedback('b', '2026-01-01T00:00:00.000Z'),
      feedback('c', '2026-02-15T12:00:00.000Z'),
      feedback('d', '2026-03-01T00:00:00.000Z'),
    ];
    for (const one of [d, b, a, c, b]) await store.append(one);
    expect(await store.between(new Date('2026-01-01T00:00:00Z'), new Date('2026-03-01T00:00:00Z'))).toEqual([b, c, d]);
    expect(await store.between(new Date('2025-12-31T00:00:00Z'), new Date('2026-02-28T23:00:00Z'))).toEqual([a, b, c]);
    expect(await store.between(new Date('2026-03-01T00:00:00.001Z'), new Date('2026-04-01T00:00:00Z'))).toEqual([]);
  });

  it('lets one of many concurrent callers tell an insight, and that one again', async () => {
    const store = await open();
    const keys = Array.from({ length: 10 }, (_, at) => `effect-${String(at)}`);
    const told = await Promise.all(keys.map((key) => store.remember(insight, key)));
    expect(told.filter(Boolean)).toHaveLength(1);
    expect(await store.remember(insight, keys[told.indexOf(true)] ?? '')).toBe(true);
    expect(await store.remember({ ...insight, support: 12 }, 'later')).toBe(true);
    expect((await store.told()).map(({ support }) => support).toSorted((a, b) => a - b)).toEqual([8, 12]);
  });
}

describe('feedback store in memory', () => {
  feedbackStoreContract(() => Promise.resolve(memoryFeedback()));
});

describeOnEngine('feedback store on DynamoDB', () => {
  const tables: TestTable[] = [];
  afterAll(async () => {
    await Promise.all(tables.map((table) => table.drop()));
  });
  feedbackStoreContract(async () => {
    const table = await createTable();
    tables.push(table);
    return dynamoFeedback({ client: table.client, tableName: table.tableName });
  });
});
