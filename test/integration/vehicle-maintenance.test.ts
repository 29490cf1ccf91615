import { CloudFormationClient, paginateListStackResources } from '@aws-sdk/client-cloudformation';
import { PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import { connect } from 'laneway/client';
import { conversationState, payloadsOf } from '../../cli/demo/conversation-state.js';
import { demoCustomer } from '../../cli/demo/customer.js';
import { bystandersOf } from '../../cli/demo/demo-bystanders.js';
import { openWithWorkflows } from '../../cli/context/deployed-workflows.js';
import { threeVehicles } from '../../cli/demo/scenario.js';
import { demoServiceDesk } from '../../cli/demo/service-desk.js';
import {
  FeedbackReceived,
  ScheduleService,
  VehicleTelemetryReported,
} from '../../functions/vehicle-maintenance/messages.js';
import { vehicles } from '../../functions/vehicle-maintenance/topology.js';
import { sampleVin } from '../../functions/vehicle-maintenance/vin.js';
import { awsClients } from '../../shared/aws/base/clients/all-clients.js';
import { account, type LedgerEntry } from '../../shared/domain/evidence/conversation.js';
import { ingressConversation } from '../../shared/domain/base/ids.js';
import { sourceOf } from '../../shared/domain/wire/envelope.js';
import { executionName } from '../../shared/domain/wire/execution-name.js';
import { stopExecution } from '../../shared/operator/workflows/start-execution.js';
import { deployed, type Deployed } from '../kit/stands/deployed.js';
import { describeWith } from '../kit/stands/engine.js';

const describeWithMail = await describeWith(['ses-v2']);

describeWithMail('the vehicle application', () => {
  let app: Deployed;

  beforeAll(async () => {
    app = await deployed('vehicle-maintenance', { context: { 'vehicles:respond-within': '25 seconds' } });
  });

  const ended = (entries: readonly LedgerEntry[]): boolean => conversationState('', '', entries).atRest;

  test('three vehicles come to the ends they should, and each conversation is accounted for', async () => {
    const gateway = await connect(vehicles, { as: 'telemetry-gateway' });
    const started = await Promise.all(
      threeVehicles(false).map(async ({ telemetry, priority, expected }) => {
        const { correlationId } = await gateway.publish(VehicleTelemetryReported, telemetry, { priority });
        return { correlationId, expected };
      }),
    );
    const outside = await bystandersOf(app.target);
    const conversations = new Set(started.map(({ correlationId }) => correlationId));
    const customer = demoCustomer(outside, conversations, false);
    const desk = demoServiceDesk(outside, conversations);
    const states: string[] = [];
    for (const { correlationId } of started) {
      const entries = await app.until(correlationId, async (found) => {
        await Promise.all([customer.answer(), desk.decide()]);
        return ended(found);
      });
      const books = account(entries);
      expect(books).toMatchObject({ inFlight: [], deadLettered: 0, expired: 0, missing: [] });
      expect(books.completed).toBe(books.expected);
      const { severity, state, asked, approved, released } = conversationState(correlationId, '', entries);
      states.push(state);
      // Only what the critical case needs costs more than the limit; approved, its hold becomes the booking.
      const dear = severity === 'critical' ? 1 : 0;
      expect([asked, approved, released]).toEqual([dear, dear, 0]);
      const services = payloadsOf(entries, 'ServiceScheduled').map(({ status }) => status);
      expect(services).toEqual({ critical: ['held', 'booked'], warning: ['booked'] }[severity ?? ''] ?? []);
    }
    expect(states).toEqual(started.map(({ expected }) => expected[0]));
  });

  test('customers who say nothing: a warning is told twice and followed up, a held slot is free again', async () => {
    const gateway = await connect(vehicles, { as: 'telemetry-gateway' });
    const [hot, dry] = threeVehicles(true);
    if (!hot || !dry) throw new Error('the demonstration has three vehicles');
    const report = ({ telemetry, priority }: typeof hot, index: number) =>
      gateway.publish(VehicleTelemetryReported, { ...telemetry, vin: sampleVin(index) }, { priority });
    const [warned, silent, stopped] = await Promise.all([report(hot, 77), report(dry, 78), report(dry, 79)]);

    // An operator stops the third: the saga gives back what it holds.
    await app.until(stopped.correlationId, (found) => payloadsOf(found, 'ServiceScheduled').length > 0);
    const actor = { by: 'ann', why: 'the vehicle was sold' };
    const source = sourceOf(vehicles.name, 'client', 'telemetry-gateway');
    const execution = executionName('maintenance', { id: stopped.id, source });
    await stopExecution(execution, actor, await openWithWorkflows(vehicles));
    const undone = await app.until(
      stopped.correlationId,
      (found) => payloadsOf(found, 'WorkflowCompensated').length > 0,
    );
    expect(payloadsOf(undone, 'WorkflowCompensated')).toMatchObject([{ undone: ['hold'], notUndone: [] }]);
    expect(conversationState('', '', undone)).toMatchObject({ state: 'failed', released: 1 });

    const escalated = await app.until(silent.correlationId, ended);
    expect(conversationState('', '', escalated)).toMatchObject({ state: 'escalated', released: 1, asked: 0 });
    expect(payloadsOf(escalated, 'EngageCustomer')).toHaveLength(1);

    const entries = await app.until(
      warned.correlationId,
      (found) => ended(found) && payloadsOf(found, 'FollowUpDue').length > 0,
    );
    expect(conversationState('', '', entries).state).toBe('unanswered');
    expect(payloadsOf(entries, 'EngageCustomer')).toHaveLength(2);
    expect(payloadsOf(entries, 'FollowUpDue')).toHaveLength(1);
    expect(payloadsOf(entries, 'RequestTimedOut')).toHaveLength(2);

    const held = new Set([escalated, undone].flatMap(slotsIn));
    expect(held.size).toBeGreaterThan(0);
    expect((await scanSlots()).filter(({ id }) => held.has(id))).toEqual([]);
  });

  test('a plain EventBridge event of another system starts a conversation', async () => {
    const { Entries = [] } = await awsClients().eventBridge.send(
      new PutEventsCommand({
        Entries: [
          {
            EventBusName: app.deployment['Bus'],
            Source: 'com.acme.fleet',
            DetailType: 'EngineReading',
            Detail: JSON.stringify({ vin: sampleVin(5), readings: threeVehicles(false)[2]?.telemetry.readings }),
          },
        ],
      }),
    );
    const correlationId = ingressConversation('fleet', Entries[0]?.EventId ?? '');
    const entries = await app.until(correlationId, ended);
    expect(conversationState(correlationId, '', entries).state).toBe('healthy');
  });

  test('fifty concurrent requests for ten slots: ten booked, forty refused with later ones, none twice', async () => {
    const desk = await connect(vehicles, { as: 'service-desk' });
    const day = weekdayAfter(3);
    // Steering is done by one centre only, with two bays: five hours are ten slots.
    const window = { earliest: `${day}T07:00:00Z`, latest: `${day}T12:00:00Z` };
    const results = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        desk.request(
          ScheduleService,
          { vin: sampleVin(100 + index), component: 'steering', urgency: 'soon', ...window },
          { timeout: '3 minutes' },
        ),
      ),
    );
    const booked = results.filter(({ status }) => status === 'booked');
    const refused = results.filter(({ status }) => status === 'unavailable');
    expect([booked.length, refused.length]).toEqual([10, 40]);
    for (const { alternatives } of refused) expect(alternatives.length).toBeGreaterThan(0);
    const owned = (await scanSlots()).filter(
      ({ start }) => start >= window.earliest.replace('Z', '.000Z') && start < window.latest.replace('Z', '.000Z'),
    );
    expect(owned.map(({ id }) => id).sort()).toEqual(booked.map(({ slot }) => slot?.id ?? '').sort());
    expect(new Set(owned.map(({ id }) => id)).size).toBe(10);
  });

  test('forty feedbacks with a planted cluster give one insight that names it', async () => {
    const portal = await connect(vehicles, { as: 'customer-portal' });
    const conversations: string[] = [];
    const now = new Date().toISOString();
    // One after the other: an insight belongs to the feedback that completes it.
    for (let index = 0; index < 40; index++) {
      const planted = index % 4 === 0;
      const { correlationId } = await portal.publish(FeedbackReceived, {
        feedbackId: `feedback-${index}`,
        vin: sampleVin(1_000 + index),
        component: planted ? 'cooling' : ((['fuel', 'brakes', 'electrical'] as const)[index % 3] ?? 'fuel'),
        symptom: planted ? 'coolant loss' : (['noise', 'vibration', 'warning light'][index % 3] ?? 'noise'),
        plant: planted ? 'Leipzig' : (['Graz', 'Turin', 'Gent', 'Mladá Boleslav'][index % 4] ?? 'Graz'),
        modelYear: 2019 + (index % 5),
        time: now,
      });
      await app.until(correlationId, (_entries, books) => books.atRest && books.expected > 0);
      conversations.push(correlationId);
    }
    const all = (await Promise.all(conversations.map(app.entries))).flat();
    const insights = payloadsOf(all, 'ManufacturingInsightFound');
    expect(insights).toHaveLength(1);
    for (const insight of insights)
      expect(insight).toMatchObject({
        component: 'cooling',
        symptom: 'coolant loss',
        factor: 'plant',
        value: 'Leipzig',
      });
  });
});

/** Ids of the slots that a conversation was given. */
const slotsIn = (entries: readonly LedgerEntry[]): string[] =>
  payloadsOf(entries, 'ServiceScheduled').flatMap(({ slot }) => (slot as { id?: string } | undefined)?.id ?? []);

/** The first weekday at least so many days ahead, as YYYY-MM-DD. */
function weekdayAfter(days: number): string {
  const day = new Date(Date.now() + days * 86_400_000);
  while ([0, 6].includes(day.getUTCDay())) day.setUTCDate(day.getUTCDate() + 1);
  return day.toISOString().slice(0, 10);
}

/** Slots that have an owner, by a scan of the scheduling agent's table. */
async function scanSlots(): Promise<{ id: string; start: string }[]> {
  const table = await physicalId('VehiclesData', /^schedulingslots/);
  const items: Record<string, unknown>[] = [];
  let start: Record<string, unknown> | undefined;
  do {
    const page = await awsClients().documents.send(
      new ScanCommand({ TableName: table, ...(start ? { ExclusiveStartKey: start } : {}) }),
    );
    items.push(...(page.Items ?? []));
    start = page.LastEvaluatedKey;
  } while (start);
  return items.flatMap(({ pk }) => {
    const [, id] = /^slot#(.+)$/.exec(String(pk)) ?? [];
    return id === undefined ? [] : [{ id, start: id.split('/')[2] ?? '' }];
  });
}

async function physicalId(stack: string, logical: RegExp): Promise<string> {
  for await (const page of paginateListStackResources({ client: new CloudFormationClient({}) }, { StackName: stack })) {
    const found = page.StackResourceSummaries?.find(({ LogicalResourceId = '' }) => logical.test(LogicalResourceId));
    if (found?.PhysicalResourceId !== undefined) return found.PhysicalResourceId;
  }
  throw new Error(`${stack} has no resource ${String(logical)}`);
}
