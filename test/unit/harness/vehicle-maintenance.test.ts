import { createHarness, harnessMatchers, type Harness } from 'laneway/testing';
import { customerEngagement } from '../../../functions/vehicle-maintenance/customer-engagement/agent.js';
import { sampleDirectory } from '../../../functions/vehicle-maintenance/customer-engagement/customer-directory.js';
import { memoryOutreach } from '../../../functions/vehicle-maintenance/customer-engagement/outreach-store.js';
import { parseReplyReference } from '../../../functions/vehicle-maintenance/customer-engagement/reply-reference.js';
import { memorySenders } from '../../../functions/vehicle-maintenance/customer-engagement/senders.js';
import { dataAnalysis } from '../../../functions/vehicle-maintenance/data-analysis/agent.js';
import { memoryHistory } from '../../../functions/vehicle-maintenance/data-analysis/history-store.js';
import { masterOrchestrator } from '../../../functions/vehicle-maintenance/master-orchestrator/agent.js';
import { memoryCases } from '../../../functions/vehicle-maintenance/master-orchestrator/case-store.js';
import { memoryFeedback } from '../../../functions/vehicle-maintenance/master-orchestrator/feedback-store.js';
import { CustomerResponded, VehicleTelemetryReported } from '../../../functions/vehicle-maintenance/messages.js';
import { scheduling } from '../../../functions/vehicle-maintenance/scheduling/agent.js';
import { memorySlots } from '../../../functions/vehicle-maintenance/scheduling/memory-slots.js';
import { SAMPLE_CENTRES } from '../../../functions/vehicle-maintenance/scheduling/service-centre.js';
import { vehicles } from '../../../functions/vehicle-maintenance/topology.js';
import { maintenance } from '../../../functions/vehicle-maintenance/workflows/maintenance.js';
import { reading, VIN } from '../vehicle-maintenance/readings.js';

expect.extend(harnessMatchers);

const NOON = Date.UTC(2026, 5, 3, 11);
const healthy = { vin: VIN, readings: [reading()] };
const hot = { vin: VIN, readings: [reading({ rpm: 1_500, oilPressureBar: 3.6, coolantTempC: 108, oilTempC: 96 })] };
const dry = { vin: VIN, readings: [reading({ rpm: 2_400, oilPressureBar: 0.4 })] };

function fleet(seed = 1) {
  const senders = memorySenders();
  const world: Harness = createHarness(vehicles, {
    ...{ seed, start: NOON },
    agents: [
      masterOrchestrator.with({ cases: memoryCases(), feedback: memoryFeedback() }),
      dataAnalysis.with({ history: memoryHistory() }),
      customerEngagement.with({ directory: sampleDirectory(), outreach: memoryOutreach(), senders }),
      scheduling.with({ slots: memorySlots({ centres: SAMPLE_CENTRES, now: () => world.now() }) }),
    ],
    workflows: [maintenance({ respondWithin: '1 hour' })],
  });
  /** Answers what the customer was told last. */
  const answer = async (choice: 'accept' | 'decline') => {
    const notice = [...senders.mail.sent, ...senders.text.sent].at(-1)?.text ?? '';
    const { reference } = parseReplyReference(notice) ?? {};
    if (reference === undefined) throw new Error(`no reference in ${JSON.stringify(notice)}`);
    return world.publish(CustomerResponded, { reference, answer: choice });
  };
  return { world, answer, senders };
}

function ended(world: Harness, correlationId: string, result: string): void {
  const conversation = world.conversation(correlationId);
  const { pass, message } = harnessMatchers.toHaveEnded(conversation, result);
  if (!pass) throw new Error(message());
  expect(conversation.account).toMatchObject({ inFlight: [], deadLettered: 0, expired: 0 });
  expect(conversation.endings).toHaveLength(1);
}

test('a healthy vehicle is left alone', async () => {
  const { world, senders } = fleet();
  const { correlationId } = await world.publish(VehicleTelemetryReported, healthy);
  await world.settle();
  ended(world, correlationId, 'healthy');
  expect(senders.mail.sent).toHaveLength(0);
});

test('a warning is booked when the customer accepts', async () => {
  const { world, answer } = fleet();
  const { correlationId } = await world.publish(VehicleTelemetryReported, hot);
  await world.advance('5 minutes');
  expect(world.conversation(correlationId).endings).toHaveLength(0);
  await answer('accept');
  await world.settle();
  ended(world, correlationId, 'scheduled');
});

test('a customer who stays silent is asked twice, over two hours', async () => {
  const { world } = fleet();
  const { correlationId } = await world.publish(VehicleTelemetryReported, hot);
  await world.settle();
  ended(world, correlationId, 'unanswered');
  expect(world.conversation(correlationId).messages({ name: 'EngageCustomer' })).toHaveLength(2);
  expect(world.now().getTime() - NOON).toBeGreaterThanOrEqual(2 * 3_600_000);
});

test('a critical case holds a slot while the customer is asked, and goes to a person when declined', async () => {
  const { world, answer } = fleet();
  const { correlationId } = await world.publish(VehicleTelemetryReported, dry, { priority: 'critical' });
  await world.advance('1 minute');
  expect(world.conversation(correlationId).messages({ name: 'ServiceScheduled' })).toMatchObject([
    { data: { status: 'held' }, from: 'agent.scheduling' },
  ]);
  await answer('decline');
  await world.settle();
  ended(world, correlationId, 'escalated');
});

test.each([1, 2, 3, 4, 5, 6, 7, 8])('under faults everywhere it ends all the same, seed %i', async (seed) => {
  const { world, answer } = fleet(seed);
  world.faults.duplicate({ probability: 0.3 });
  world.faults.reorder('3 seconds');
  world.faults.storeErrors(0.05);
  for (const who of ['dispatcher', 'starter', 'replies', 'workflow-events']) {
    world.faults.crash(who, 'after-emit', { probability: 0.2, times: 1 });
  }
  const correlationId = `case-${seed}`;
  const told = await world.publish(VehicleTelemetryReported, hot, { correlationId }).catch(() => undefined);
  await world.advance('20 minutes');
  // A store that failed before the intent was written took nothing, and said so.
  if (!told && world.conversations().length === 0) return;
  await answer('accept').catch(() => undefined);
  await world.settle();
  const conversation = world.conversation(correlationId);
  const { endings, account, sequence } = conversation;
  expect({ ...account, endings, sequence }).toMatchObject({ inFlight: [], withoutLetter: [], deadLettered: 0 });
  if (endings.length !== 1) throw new Error(sequence);
  expect(['scheduled', 'unanswered']).toContain(endings[0]?.result);
  expect(endings).toHaveLength(1);
});
