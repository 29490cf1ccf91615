import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import { dynamoSlots } from '../../functions/vehicle-maintenance/scheduling/dynamo-slots.js';
import { memorySlots } from '../../functions/vehicle-maintenance/scheduling/memory-slots.js';
import type { ServiceCentre } from '../../functions/vehicle-maintenance/scheduling/service-centre.js';
import { HOLD_MINUTES, type SlotBook } from '../../functions/vehicle-maintenance/scheduling/slot-book.js';
import type { ServiceRequest } from '../../functions/vehicle-maintenance/schemas.js';
import { sampleVin } from '../../functions/vehicle-maintenance/vin.js';
import { createTable, describeOnEngine, type TestTable } from './suites/vehicle-maintenance-engine.js';

const NOW = new Date('2026-03-02T00:00:00Z');
/** Five hours of two bays: ten slots in the first day. */
const centre: ServiceCentre = {
  id: 'centre',
  name: 'Centre',
  location: { lat: 48, lon: 11 },
  bays: 2,
  opens: 8,
  closes: 13,
  days: [0, 1, 2, 3, 4, 5, 6],
  skills: ['lubrication'],
  partsLeadHours: { lubrication: 0 },
};
const request = (index: number, changes: Partial<ServiceRequest> = {}): ServiceRequest => ({
  vin: sampleVin(index),
  component: 'lubrication',
  urgency: 'soon',
  latest: '2026-03-03T00:00:00Z',
  ...changes,
});

interface World {
  readonly book: SlotBook;
  readonly pass: (minutes: number) => void;
  /** Slot ids that have an owner in the storage itself, one for each owner. */
  readonly owned: () => Promise<string[]>;
}

/** Demands on every {@link SlotBook}. */
function slotBookContract(open: () => Promise<World>): void {
  it('books 10 of 50 concurrent requests for 10 slots and offers the others later ones', async () => {
    const { book, owned } = await open();
    const results = await Promise.all(
      Array.from({ length: 50 }, (_, at) => book.book(request(at), `effect-${String(at)}`)),
    );
    const booked = results.filter(({ status }) => status === 'booked');
    const others = results.filter(({ status }) => status === 'unavailable');
    expect([booked.length, others.length]).toEqual([10, 40]);
    expect(new Set(booked.map(({ slot }) => slot?.id)).size).toBe(10);
    expect(
      others.every(
        ({ alternatives }) => alternatives.length > 0 && alternatives.every(({ start }) => start >= '2026-03-03'),
      ),
    ).toBe(true);
    expect((await owned()).toSorted()).toEqual(booked.map(({ slot }) => slot?.id ?? '').toSorted());
  });

  it('answers 50 concurrent requests without latest with 50 different slots', async () => {
    const { book } = await open();
    const ask = (at: number): ServiceRequest => {
      const { latest: _latest, ...whenever } = request(at);
      return whenever;
    };
    const results = await Promise.all(
      Array.from({ length: 50 }, (_, at) => book.book(ask(at), `effect-${String(at)}`)),
    );
    expect(new Set(results.map(({ slot }) => slot?.id)).size).toBe(50);
  });

  it('gives the same effect key the same booking, one after the other and at the same time', async () => {
    const { book, owned } = await open();
    const [first, ...rest] = await Promise.all(Array.from({ length: 8 }, () => book.book(request(1), 'same')));
    const again = await book.book(request(1, { urgency: 'immediate' }), 'same');
    expect(first?.status).toBe('booked');
    for (const other of [...rest, again]) expect(other).toEqual(first);
    expect(await owned()).toHaveLength(1);
  });

  it('displaces nothing confirmed, however urgent', async () => {
    const { book } = await open();
    const routine = await Promise.all(Array.from({ length: 10 }, (_, at) => book.book(request(at), `r-${String(at)}`)));
    expect(routine.every(({ status }) => status === 'booked')).toBe(true);
    expect(await book.book(request(99, { urgency: 'immediate' }), 'urgent')).toMatchObject({ status: 'unavailable' });
    expect(await book.book(request(3), 'r-3')).toEqual(routine[3]);
  });

  it('keeps a held slot until the hold expires, then gives it to another', async () => {
    const { book, pass } = await open();
    const held = await book.hold(request(1), 'hold');
    expect(held).toMatchObject({
      status: 'held',
      holdExpires: new Date(NOW.getTime() + HOLD_MINUTES * 60_000).toISOString(),
    });
    const other = await book.book(request(2), 'other');
    expect(other.slot?.id).not.toBe(held.slot?.id);
    pass(HOLD_MINUTES + 1);
    expect((await book.book(request(3), 'third')).slot).toEqual(held.slot);
  });

  it('turns a hold into a booking of the same slot, also when asked twice', async () => {
    const { book, pass, owned } = await open();
    const held = await book.book(request(1, { mode: 'hold' }), 'hold');
    const booked = await book.book(request(1, { holdId: held.bookingId ?? '' }), 'book');
    expect(booked).toMatchObject({ status: 'booked', slot: held.slot });
    expect(booked.holdExpires).toBeUndefined();
    expect(await book.book(request(1, { holdId: held.bookingId ?? '' }), 'book')).toEqual(booked);
    pass(HOLD_MINUTES + 1);
    expect((await book.book(request(2), 'late')).slot?.id).not.toBe(held.slot?.id);
    expect(await owned()).toHaveLength(2);
  });

  it('looks for another slot when the hold is lost or belongs to another vehicle', async () => {
    const { book, pass } = await open();
    const held = await book.hold(request(1), 'hold');
    const foreign = await book.book(request(2, { holdId: held.bookingId ?? '' }), 'foreign');
    expect(foreign.slot?.id).not.toBe(held.slot?.id);
    pass(HOLD_MINUTES + 1);
    const thief = await book.book(request(3), 'thief');
    expect(thief.slot).toEqual(held.slot);
    const late = await book.book(request(1, { holdId: held.bookingId ?? '' }), 'late');
    expect(late.status).toBe('booked');
    expect(late.slot?.id).not.toBe(held.slot?.id);
  });

  it('frees a released slot once, and does not repeat the released effect', async () => {
    const { book, owned } = await open();
    const booked = await book.book(request(1), 'a');
    expect(await book.release(booked.bookingId ?? '', 'undo')).toBe(true);
    expect(await book.release('bk-unknown', 'undo')).toBe(false);
    expect(await owned()).toEqual([]);
    expect(await book.book(request(1), 'a')).toMatchObject({ status: 'unavailable' });
    expect((await book.book(request(2), 'b')).slot).toEqual(booked.slot);
  });

  it('answers a release that comes again as the first time, and another one with no; the new owner keeps the slot', async () => {
    const { book, owned } = await open();
    const held = await book.hold(request(1), 'hold');
    const id = held.bookingId ?? '';
    expect(await Promise.all([book.release(id, 'undo'), book.release(id, 'undo')])).toEqual([true, true]);
    const next = await book.book(request(2), 'next');
    expect(next.slot).toEqual(held.slot);
    expect(await book.release(id, 'undo')).toBe(true);
    expect(await book.release(id, 'other')).toBe(false);
    expect(await owned()).toEqual([next.slot?.id]);
  });

  it('does not take the slot of an expired hold from the one who has it now', async () => {
    const { book, pass, owned } = await open();
    const held = await book.hold(request(1), 'hold');
    pass(HOLD_MINUTES + 1);
    const next = await book.book(request(2), 'next');
    expect(next.slot).toEqual(held.slot);
    expect(await book.release(held.bookingId ?? '', 'undo')).toBe(false);
    expect(await owned()).toContain(next.slot?.id);
    expect(await book.book(request(2), 'next')).toEqual(next);
  });

  it('frees what became of a hold: the booking that took it over', async () => {
    const { book, owned } = await open();
    const held = await book.hold(request(1), 'hold');
    const booked = await book.book(request(1, { holdId: held.bookingId ?? '' }), 'book');
    expect(booked).toMatchObject({ status: 'booked', slot: held.slot });
    expect(await book.release(held.bookingId ?? '', 'undo')).toBe(true);
    expect(await book.release(held.bookingId ?? '', 'undo')).toBe(true);
    expect(await owned()).toEqual([]);
    expect(await book.book(request(1, { holdId: held.bookingId ?? '' }), 'book')).toMatchObject({
      status: 'unavailable',
    });
  });

  it('lets a hold be taken over or released, whichever comes first, and leaves nothing behind once it is released', async () => {
    const { book, owned } = await open();
    const held = await book.hold(request(1), 'hold');
    const id = held.bookingId ?? '';
    const [booked, released] = await Promise.all([
      book.book(request(1, { holdId: id }), 'book'),
      book.release(id, 'undo'),
    ]);
    expect(released).toBe(true);
    // Released first, the booking is one of its own; taken over first, it went with the hold.
    expect(await owned()).toEqual((await book.book(request(1), 'book')).status === 'booked' ? [booked.slot?.id] : []);
  });

  it('answers unavailable when no centre has the skill', async () => {
    const { book } = await open();
    expect(await book.book(request(1, { component: 'brakes' }), 'a')).toEqual({
      vin: sampleVin(1),
      status: 'unavailable',
      alternatives: [],
    });
  });
}

function clock(): { now: () => Date; pass: (minutes: number) => void } {
  let time = NOW;
  return { now: () => time, pass: (minutes) => void (time = new Date(time.getTime() + minutes * 60_000)) };
}

describe('slot book in memory', () => {
  slotBookContract(() => {
    const { now, pass } = clock();
    const book = memorySlots({ centres: [centre], now });
    const owned = (): Promise<string[]> =>
      Promise.resolve(
        book
          .bookings()
          .filter(({ state }) => state === 'booked' || state === 'held')
          .map(({ slot }) => slot.id),
      );
    return Promise.resolve({ book, pass, owned });
  });
});

describeOnEngine('slot book on DynamoDB', () => {
  const tables: TestTable[] = [];
  afterAll(async () => {
    await Promise.all(tables.map((table) => table.drop()));
  });
  slotBookContract(async () => {
    const table = await createTable();
    tables.push(table);
    const { now, pass } = clock();
    const owned = async (): Promise<string[]> => {
      const page = await table.client.send(new ScanCommand({ TableName: table.tableName, ConsistentRead: true }));
      return (page.Items ?? []).filter((item) => item['sk'] === 'slot').map((item) => item['slotId'] as string);
    };
    return {
      book: dynamoSlots({ centres: [centre], now, client: table.client, tableName: table.tableName }),
      pass,
      owned,
    };
  });
});
