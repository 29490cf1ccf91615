import { ApprovalDecided, PermanentError, WorkflowCompensated } from 'laneway/message';
import { harnessMatchers } from 'laneway/testing';
import { approvalIn } from '../../../functions/vehicle-maintenance/customer-engagement/render-approval.js';
import type { SlotBook } from '../../../functions/vehicle-maintenance/scheduling/slot-book.js';
import { dry, fleet, hot, VehicleTelemetryReported, type Fleet } from '../../kit/applications/vehicle-fleet.js';
import { reading, VIN } from '../../kit/generators/readings.js';

expect.extend(harnessMatchers);

const healthy = { vin: VIN, readings: [reading()] };
const ann = { by: 'ann', why: 'worth it' };

/** Says that a conversation has come to this end, and what every end has in common: no hold is left. */
function ended({ world, bookings }: Fleet, correlationId: string, result: string): void {
  const conversation = world.conversation(correlationId);
  const { account, sequence } = conversation;
  const endings = conversation.endings.filter(({ workflow }) => workflow === 'maintenance');
  if (endings.length !== 1 || endings[0]?.result !== result) throw new Error(sequence);
  expect({ ...account, sequence }).toMatchObject({ inFlight: [], expired: 0, missing: [] });
  expect(bookings().filter(({ state }) => state === 'held')).toEqual([]);
}

const messages = ({ world }: Fleet, correlationId: string, name: string) =>
  world
    .conversation(correlationId)
    .messages({ name })
    .map(({ data }) => data);

/** A critical case whose customer has agreed: it costs more than the limit, and people are asked. */
async function asked(options: Parameters<typeof fleet>[0] = {}) {
  const the = fleet(options);
  const { correlationId } = await the.world.publish(VehicleTelemetryReported, dry, { priority: 'critical' });
  await the.world.advance('1 minute');
  await the.answer('accept');
  await the.world.advance('1 minute');
  const [approval] = await the.world.approvals();
  return { the, correlationId, approval, id: approval?.requestId ?? '' };
}

test('a healthy vehicle is left alone', async () => {
  const the = fleet();
  const { correlationId } = await the.world.publish(VehicleTelemetryReported, healthy);
  await the.world.settle();
  ended(the, correlationId, 'healthy');
  expect(the.senders.mail.sent).toHaveLength(0);
});

describe('a warning', () => {
  async function told(options: Parameters<typeof fleet>[0] = {}) {
    const the = fleet(options);
    const { correlationId } = await the.world.publish(VehicleTelemetryReported, hot);
    await the.world.advance('5 minutes');
    expect(the.world.conversation(correlationId).endings).toHaveLength(0);
    return { the, correlationId };
  }

  test('is booked when the customer accepts; it costs less than the limit, and nobody is asked', async () => {
    const { the, correlationId } = await told();
    await the.answer('accept');
    await the.world.settle();
    ended(the, correlationId, 'scheduled');
    expect(messages(the, correlationId, 'ApprovalRequested')).toEqual([]);
    expect(the.bookings()).toMatchObject([{ state: 'booked' }]);
  });

  test('is left when the customer declines, and followed up', async () => {
    const { the, correlationId } = await told();
    await the.answer('decline');
    await the.world.settle();
    ended(the, correlationId, 'declined');
    expect(messages(the, correlationId, 'FollowUpDue')).toEqual([{ vin: VIN, why: 'the customer declined' }]);
  });

  test('is told a second time, an hour later, and booked when that is accepted', async () => {
    const { the, correlationId } = await told();
    await the.world.advance('1 hour');
    expect(messages(the, correlationId, 'EngageCustomer')).toHaveLength(2);
    await the.answer('accept');
    await the.world.settle();
    ended(the, correlationId, 'scheduled');
  });

  test('ends unanswered after two hours, once for the conversation, and is followed up', async () => {
    const { the, correlationId } = await told();
    await the.world.settle();
    ended(the, correlationId, 'unanswered');
    expect(messages(the, correlationId, 'EngageCustomer')).toHaveLength(2);
    expect(the.world.now().getTime() - Date.UTC(2026, 5, 3, 11)).toBeGreaterThanOrEqual(2 * 3_600_000);
    // The engagement ends before: the orchestrator decides about the whole, and once.
    expect(messages(the, correlationId, 'FollowUpDue')).toEqual([{ vin: VIN, why: 'the customer did not answer' }]);
  });

  test('above the limit is approved first; rejected, nothing is booked and the customer is followed up', async () => {
    const { the, correlationId } = await told({ approveAbove: 100 });
    await the.answer('accept');
    await the.world.advance('1 minute');
    const [approval] = await the.world.approvals();
    expect(approval?.approval.details).toMatchObject({ cost: 300, currency: 'EUR', limit: 100 });
    await the.world.decide(approval?.requestId ?? '', 'rejected', ann);
    await the.world.settle();
    ended(the, correlationId, 'rejected');
    expect(the.bookings()).toEqual([]);
    expect(messages(the, correlationId, 'FollowUpDue')).toEqual([
      { vin: VIN, why: 'the cost of the repair was not approved' },
    ]);
  });
});

describe('a critical case', () => {
  test('holds a slot while the customer is asked; declined, the slot is free at once and a person takes over', async () => {
    const the = fleet();
    const { correlationId } = await the.world.publish(VehicleTelemetryReported, dry, { priority: 'critical' });
    await the.world.advance('1 minute');
    expect(messages(the, correlationId, 'ServiceScheduled')).toMatchObject([{ status: 'held' }]);
    await the.answer('decline');
    await the.world.settle();
    ended(the, correlationId, 'escalated');
    expect(messages(the, correlationId, 'ServiceReleased')).toMatchObject([{ vin: VIN, status: 'released' }]);
    expect(messages(the, correlationId, 'CaseEscalated')).toHaveLength(1);
    // What people chose is no failure: nothing is compensated.
    expect(messages(the, correlationId, 'WorkflowCompensated')).toEqual([]);
  });

  test('is not written about twice: silence goes to a person after one time', async () => {
    const the = fleet();
    const { correlationId } = await the.world.publish(VehicleTelemetryReported, dry, { priority: 'critical' });
    await the.world.settle();
    ended(the, correlationId, 'escalated');
    expect(messages(the, correlationId, 'EngageCustomer')).toHaveLength(1);
    expect(messages(the, correlationId, 'ServiceReleased')).toMatchObject([{ status: 'released' }]);
  });

  test('below the limit takes the held slot without asking', async () => {
    const the = fleet({ approveAbove: 5_000 });
    const { correlationId } = await the.world.publish(VehicleTelemetryReported, dry, { priority: 'critical' });
    await the.world.advance('1 minute');
    const [held] = the.bookings();
    await the.answer('accept');
    await the.world.settle();
    ended(the, correlationId, 'scheduled');
    expect(the.bookings().map(({ state, slot }) => [state, slot.id])).toEqual([
      ['converted', held?.slot.id],
      ['booked', held?.slot.id],
    ]);
  });

  test('above the limit is booked when the service desk, which gets a mail, approves', async () => {
    const { the, correlationId, approval, id } = await asked();
    expect(approval?.approval).toMatchObject({
      approvers: 'service desk',
      details: { vin: VIN, severity: 'critical', component: 'lubrication', cost: 1_780, currency: 'EUR', limit: 1_500 },
    });
    const mails = the.senders.mail.sent.filter(({ to }) => to === 'desk@fleet.example');
    expect(mails.map(({ text }) => approvalIn(text))).toEqual([id]);
    expect(the.bookings()).toMatchObject([{ state: 'held' }]);
    await the.world.decide(id, 'approved', ann);
    await the.world.settle();
    ended(the, correlationId, 'scheduled');
    expect(the.bookings().filter(({ state }) => state === 'booked')).toHaveLength(1);
    expect(messages(the, correlationId, ApprovalDecided.name)).toMatchObject([{ decision: 'approved', by: 'ann' }]);
  });

  test('rejected, gives the slot back; a person is to tell the customer, who had agreed', async () => {
    const { the, correlationId, id } = await asked();
    await the.world.decide(id, 'rejected', { by: 'ann', why: 'the vehicle is to be sold' });
    await the.world.settle();
    ended(the, correlationId, 'rejected');
    expect(messages(the, correlationId, 'ServiceReleased')).toMatchObject([{ status: 'released' }]);
    expect(messages(the, correlationId, 'CaseEscalated')).toEqual([
      { vin: VIN, severity: 'critical', why: 'the cost of the repair was not approved' },
    ]);
  });

  test('nobody decides: fleet management is asked by mail as well, then the case is escalated and the slot free', async () => {
    const { the, correlationId, id } = await asked();
    await the.world.settle();
    ended(the, correlationId, 'escalated');
    const asking = the.senders.mail.sent.filter(({ text }) => approvalIn(text) === id);
    expect(asking.map(({ to }) => to)).toEqual(['desk@fleet.example', 'management@fleet.example']);
    expect(messages(the, correlationId, 'ServiceReleased')).toMatchObject([{ status: 'released' }]);
    expect(messages(the, correlationId, 'CaseEscalated')).toMatchObject([
      { why: 'nobody decided about the cost of the repair' },
    ]);
  });
});

describe('what fails for good is undone', () => {
  const noBooking = (book: SlotBook): SlotBook => ({
    ...book,
    book: (request, effectKey) => {
      if (request.mode === 'book') throw new PermanentError('the calendar of the centre is closed');
      return book.book(request, effectKey);
    },
  });
  const compensated = (the: Fleet, correlationId: string) =>
    messages(the, correlationId, WorkflowCompensated.name) as { undone: string[]; notUndone: string[] }[];

  test('the booking, after it was approved: the hold is released', async () => {
    const { the, correlationId, id } = await asked({ slots: noBooking });
    await the.world.decide(id, 'approved', ann);
    await the.world.settle();
    ended(the, correlationId, 'RequestFailed');
    expect(compensated(the, correlationId)).toMatchObject([{ undone: ['hold'], notUndone: [] }]);
    expect(messages(the, correlationId, 'ServiceReleased')).toMatchObject([{ status: 'released' }]);
    expect(messages(the, correlationId, 'CaseEscalated')).toMatchObject([{ severity: 'critical' }]);
  });

  test('the engagement beside the hold: the hold is released', async () => {
    const the = fleet({ sendMail: () => Promise.reject(new PermanentError('no such sender')) });
    the.senders.text.send = () => Promise.reject(new PermanentError('no text messages'));
    const { correlationId } = await the.world.publish(VehicleTelemetryReported, dry, { priority: 'critical' });
    await the.world.settle();
    ended(the, correlationId, 'RequestFailed');
    expect(compensated(the, correlationId)).toMatchObject([{ undone: ['hold'] }]);
    expect(the.bookings()).toMatchObject([{ state: 'released' }]);
  });

  test('a booking that was made, but not told in time: it goes with the hold that it took over', async () => {
    const { the, correlationId, id } = await asked();
    the.world.faults.delay('15 minutes', { type: 'ServiceScheduled', times: 100 });
    await the.world.decide(id, 'approved', ann);
    await the.world.settle();
    ended(the, correlationId, 'RequestTimedOut');
    expect(compensated(the, correlationId)).toMatchObject([{ undone: ['hold'] }]);
    expect(the.bookings().map(({ state }) => state)).toEqual(['converted', 'released']);
  });
});

describe.each([1, 2, 3, 4, 5, 6, 7, 8])('under faults everywhere it ends all the same, seed %i', (seed) => {
  function faulty(): Fleet {
    const the = fleet({ seed });
    const { faults } = the.world;
    faults.duplicate({ probability: 0.3 });
    faults.reorder('3 seconds');
    faults.storeErrors(0.05);
    for (const who of ['dispatcher', 'starter', 'replies', 'workflow-events']) {
      faults.crash(who, 'after-emit', { probability: 0.2, times: 1 });
    }
    return the;
  }

  test.each([
    ['a warning', hot, ['scheduled', 'unanswered']],
    ['a critical case', dry, ['scheduled', 'escalated', 'RequestTimedOut']],
  ])('%s', async (_, telemetry, results) => {
    const the = faulty();
    const { world } = the;
    const correlationId = `case-${seed}`;
    const told = await world.publish(VehicleTelemetryReported, telemetry, { correlationId }).catch(() => undefined);
    await world.advance('20 minutes');
    // A store that failed before the intent was written took nothing, and said so.
    if (!told && world.conversations().length === 0) return;
    await the.answer('accept').catch(() => undefined);
    await world.advance('10 minutes');
    for (const { requestId } of await world.approvals().catch(() => []))
      await world.decide(requestId, 'approved', ann).catch(() => undefined);
    await world.settle();
    const { endings, account, sequence } = world.conversation(correlationId);
    expect({ ...account, endings, sequence }).toMatchObject({ inFlight: [], withoutLetter: [], deadLettered: 0 });
    const own = endings.filter(({ workflow }) => workflow === 'maintenance');
    if (own.length !== 1) throw new Error(sequence);
    if (!results.includes(own[0]?.result ?? '')) throw new Error(sequence);
    expect(the.bookings().filter(({ state }) => state === 'held')).toEqual([]);
  });
});
