import * as fc from 'fast-check';
import { memorySlots } from '../../../../../functions/vehicle-maintenance/scheduling/memory-slots.js';
import type { ServiceCentre } from '../../../../../functions/vehicle-maintenance/scheduling/service-centre.js';
import type { ServiceRequest, Urgency } from '../../../../../functions/vehicle-maintenance/schemas.js';
import { sampleVin } from '../../../../../functions/vehicle-maintenance/vin.js';
import { VIN } from '../../../../kit/generators/readings.js';

/** A Monday. */
const NOW = new Date('2026-03-02T09:30:00Z');
const near: ServiceCentre = {
  id: 'near',
  name: 'Near',
  location: { lat: 48.1, lon: 11.5 },
  bays: 2,
  opens: 8,
  closes: 12,
  days: [1, 2, 3, 4, 5],
  skills: ['lubrication', 'cooling'],
  partsLeadHours: { lubrication: 0, cooling: 48 },
};
const request = (changes: Partial<ServiceRequest> = {}): ServiceRequest => ({
  vin: VIN,
  component: 'lubrication',
  urgency: 'soon',
  location: { lat: 48.1, lon: 11.5 },
  ...changes,
});

describe('memorySlots, any sequence of calls', () => {
  it('never has two owners of a slot, and gives one effect one booking', async () => {
    const step = fc.record({
      effect: fc.integer({ min: 0, max: 30 }),
      act: fc.constantFrom('book', 'hold', 'release', 'convert', 'wait'),
      urgency: fc.constantFrom<Urgency>('immediate', 'soon', 'routine'),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        let now = NOW;
        const book = memorySlots({ centres: [near], now: () => now });
        const owners = new Map<string, { bookingId: string; until: number }>();
        const byEffect = new Map<string, string>();
        for (const { effect, act, urgency } of steps) {
          if (act === 'wait') {
            now = new Date(now.getTime() + 3_600_000);
            continue;
          }
          const ask = { ...request({ urgency, latest: '2026-03-03T11:00:00Z' }), vin: sampleVin(effect) };
          const holdId = byEffect.get(`hold ${String(effect)}`);
          if (act === 'release') {
            if (holdId !== undefined && (await book.release(holdId, `release ${String(effect)}`))) {
              const became = book.bookings().find(({ bookingId }) => bookingId === holdId)?.convertedTo;
              for (const [slot, { bookingId }] of owners) if ([holdId, became].includes(bookingId)) owners.delete(slot);
            }
            continue;
          }
          const key = `${act} ${String(effect)}`;
          const convert = act === 'convert' && holdId !== undefined ? { holdId } : {};
          const before = book.bookings().length;
          const result = act === 'hold' ? await book.hold(ask, key) : await book.book({ ...ask, ...convert }, key);
          if (result.slot === undefined || result.bookingId === undefined) continue;
          const known = byEffect.get(key);
          if (known !== undefined) {
            expect([known, book.bookings().length]).toEqual([result.bookingId, before]);
            continue;
          }
          byEffect.set(key, result.bookingId);
          const owner = owners.get(result.slot.id);
          const may = owner === undefined || owner.until <= now.getTime() || owner.bookingId === holdId;
          expect(may).toBe(true);
          owners.set(result.slot.id, {
            bookingId: result.bookingId,
            until: result.holdExpires === undefined ? Infinity : Date.parse(result.holdExpires),
          });
        }
      }),
      { numRuns: 150 },
    );
  });
});
