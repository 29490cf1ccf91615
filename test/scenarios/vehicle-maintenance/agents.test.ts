import { invoke } from 'laneway/testing';
import { customerEngagement } from '../../../functions/vehicle-maintenance/customer-engagement/agent.js';
import { sampleDirectory } from '../../../functions/vehicle-maintenance/customer-engagement/customer-directory.js';
import { memoryOutreach } from '../../../functions/vehicle-maintenance/customer-engagement/outreach-store.js';
import { parseReplyReference } from '../../../functions/vehicle-maintenance/customer-engagement/reply-reference.js';
import { memorySenders } from '../../../functions/vehicle-maintenance/customer-engagement/senders.js';
import { dataAnalysis } from '../../../functions/vehicle-maintenance/data-analysis/agent.js';
import { memoryHistory } from '../../../functions/vehicle-maintenance/data-analysis/history-store.js';
import { SAMPLE_PRICES } from '../../../functions/vehicle-maintenance/price-list.js';
import { masterOrchestrator } from '../../../functions/vehicle-maintenance/master-orchestrator/agent.js';
import { memoryCases } from '../../../functions/vehicle-maintenance/master-orchestrator/case-store.js';
import { memoryFeedback } from '../../../functions/vehicle-maintenance/master-orchestrator/feedback-store.js';
import {
  AnalyzeVehicle,
  CustomerResponded,
  EngageCustomer,
  FeedbackReceived,
  VehicleAnalyzed,
} from '../../../functions/vehicle-maintenance/messages.js';
import { sampleVin } from '../../../functions/vehicle-maintenance/vin.js';
import { vehicles } from '../../../functions/vehicle-maintenance/topology.js';
import { WorkflowCompleted } from '../../../shared/message/system-messages.js';

const vin = '1HGCM82633A004352';
const healthy = {
  rpm: 800,
  oilPressureBar: 3.3,
  fuelPressureBar: 6.5,
  coolantPressureBar: 2.3,
  oilTempC: 78,
  coolantTempC: 78,
};
const engagement = {
  vin,
  severity: 'warning' as const,
  recommendation: { component: 'lubrication' as const, action: 'Have the oil level checked', urgency: 'soon' as const },
  reasons: [],
};

test('a drop of the oil pressure is critical, and the reading is not kept as history', async () => {
  const history = memoryHistory();
  const agent = dataAnalysis.with({ history, prices: SAMPLE_PRICES });
  const first = await invoke(agent, AnalyzeVehicle, { vin, readings: [healthy] });
  expect(first.reply).toMatchObject({ severity: 'normal', priority: 'normal' });
  const second = await invoke(agent, AnalyzeVehicle, {
    vin,
    readings: [{ ...healthy, rpm: 2_500, oilPressureBar: 0.3 }],
  });
  expect(second.reply).toMatchObject({ severity: 'critical', priority: 'critical' });
  expect(second.reply?.reasons.length).toBeGreaterThan(0);
  expect(await history.recent(vin, 'somebody')).toHaveLength(1);
});

test('a customer is told, the reply waits, and the answer out of the mail is given to the request', async () => {
  const senders = memorySenders();
  const outreach = memoryOutreach();
  const agent = customerEngagement.with({ directory: sampleDirectory(), outreach, senders, approvers: {} });
  const told = await invoke(agent, EngageCustomer, engagement, { correlationid: 'conversation', requestid: 'request' });
  expect(told.reply).toBeUndefined();
  const [mail] = senders.mail.sent;
  expect(parseReplyReference(mail?.text ?? '')).toMatchObject({ correlationId: 'conversation', requestId: 'request' });
  expect(await outreach.get('request')).toMatchObject({ vin, severity: 'warning' });
});

test("a vehicle that is nobody's is unreachable, at once", async () => {
  const agent = customerEngagement.with({
    directory: { customerOf: () => Promise.resolve(undefined) },
    outreach: memoryOutreach(),
    senders: memorySenders(),
    approvers: {},
  });
  const { reply } = await invoke(agent, EngageCustomer, engagement);
  expect(reply).toEqual({ vin, outcome: 'unreachable', channels: [], severity: 'warning' });
});

test.each([
  ['hello', /is no reference/],
  ['LW-X1ABC-X1DEF-ABCD', /is no reference/],
])("the answer '%s' is a permanent error that says what it lacks", async (reference, message) => {
  const agent = customerEngagement.with({
    directory: sampleDirectory(),
    outreach: memoryOutreach(),
    senders: memorySenders(),
    approvers: {},
  });
  await expect(invoke(agent, CustomerResponded, { reference, answer: 'accept' })).rejects.toThrow(message);
});

test('what the workflow leaves open is decided once', async () => {
  const agent = masterOrchestrator.with({ cases: memoryCases(), feedback: memoryFeedback() });
  const at = { correlationid: 'conversation' };
  const analyzed = {
    vin,
    severity: 'warning' as const,
    priority: 'high' as const,
    score: 0.6,
    failure: { probability: 0.2, confidence: 0.5 },
    reasons: [],
    recommendation: engagement.recommendation,
  };
  expect((await invoke(agent, VehicleAnalyzed, analyzed, at)).published).toEqual([]);
  const completed = { workflow: 'maintenance', execution: 'x', status: 'succeeded' as const, result: 'unanswered' };
  const first = await invoke(agent, WorkflowCompleted, completed, { ...at, id: 'one' });
  expect(first.published).toMatchObject([{ type: 'FollowUpDue', data: { vin } }]);
  const again = await invoke(agent, WorkflowCompleted, completed, { ...at, id: 'one' });
  expect(again.published).toMatchObject([{ type: 'FollowUpDue' }]);
  const other = await invoke(agent, WorkflowCompleted, completed, { ...at, id: 'two' });
  expect(other.published).toEqual([]);
});

test('the end of a workflow that another one runs decides nothing', async () => {
  const agent = masterOrchestrator.with({ cases: memoryCases(), feedback: memoryFeedback() });
  const ended = { workflow: 'engagement', execution: 'x', status: 'failed' as const, result: 'RequestFailed' };
  expect((await invoke(agent, WorkflowCompleted, ended)).published).toEqual([]);
});

describe('forty feedbacks, one after the other', () => {
  /** Ten of forty are one component, symptom and plant; `plantOf` says which plant each comes from. */
  async function insights(plantOf: (index: number) => string): Promise<readonly unknown[]> {
    const agent = masterOrchestrator.with({ cases: memoryCases(), feedback: memoryFeedback() });
    const published: unknown[] = [];
    for (let index = 0; index < 40; index++) {
      const planted = index % 4 === 0;
      const feedback = {
        feedbackId: `f${index}`,
        vin: sampleVin(index),
        component: planted ? ('cooling' as const) : ((['fuel', 'brakes', 'electrical'] as const)[index % 3] ?? 'fuel'),
        symptom: planted ? 'coolant leak' : `noise ${index % 5}`,
        plant: plantOf(index),
        modelYear: 2018 + (index % 7),
        time: new Date().toISOString(),
      };
      const result = await invoke(agent, FeedbackReceived, feedback, { id: `m${index}` });
      published.push(...result.published.map(({ data }) => data));
    }
    return published;
  }
  const plantOf = (index: number): string =>
    index % 4 === 0 ? 'Leipzig' : (['Graz', 'Turin', 'Gent', 'Leipzig'][(index >> 2) % 4] ?? 'Graz');

  test('with a planted cluster give one insight, which names it', async () => {
    const found = await insights(plantOf);
    expect(found).toMatchObject([{ component: 'cooling', symptom: 'coolant leak', factor: 'plant', value: 'Leipzig' }]);
  });

  test('with the same plants in another order give none', async () => {
    // 40 and 7 have no common divisor, so that each plant is taken once.
    expect(await insights((index) => plantOf((index * 7 + 3) % 40))).toEqual([]);
  });
});

test('the workflow starts from telemetry and every agent of the topology hears something', () => {
  for (const agent of Object.values(vehicles.model.agents)) expect(agent.handles.length).toBeGreaterThan(0);
});
