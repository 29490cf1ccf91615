import type { ServiceCentre } from '../../../../../functions/vehicle-maintenance/scheduling/service-centre.js';
import {
  canDo,
  chooseSlot,
  laterSlots,
  rankSlots,
  slotsOf,
} from '../../../../../functions/vehicle-maintenance/scheduling/slot-candidates.js';
import type { ServiceRequest, Urgency } from '../../../../../functions/vehicle-maintenance/schemas.js';
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
const far: ServiceCentre = {
  ...near,
  id: 'far',
  name: 'Far',
  location: { lat: 48.6, lon: 11.5 },
  opens: 0,
  closes: 24,
  days: [0, 1, 2, 3, 4, 5, 6],
};
const request = (changes: Partial<ServiceRequest> = {}): ServiceRequest => ({
  vin: VIN,
  component: 'lubrication',
  urgency: 'soon',
  location: { lat: 48.1, lon: 11.5 },
  ...changes,
});

describe('slots of a centre', () => {
  it('are whole hours of each bay within opening hours on working days', () => {
    const friday = new Date('2026-03-06T11:01:00Z');
    expect(
      slotsOf(near, new Date('2026-03-02T09:30:00Z'), new Date('2026-03-02T23:00:00Z')).map(({ id }) => id),
    ).toEqual([
      'near/1/2026-03-02T10:00:00.000Z',
      'near/2/2026-03-02T10:00:00.000Z',
      'near/1/2026-03-02T11:00:00.000Z',
      'near/2/2026-03-02T11:00:00.000Z',
    ]);
    expect(slotsOf(near, friday, new Date('2026-03-09T09:00:00Z'))).toMatchObject([
      { start: '2026-03-09T08:00:00.000Z' },
      { bay: 2 },
    ]);
  });
});

describe('rankSlots', () => {
  it('sends urgent work further to be sooner, and routine work to the next centre', () => {
    const best = (urgency: Urgency): string | undefined =>
      rankSlots(request({ urgency }), [near, far], new Date('2026-03-02T12:30:00Z'))[0]?.slot.centreId;
    expect(best('immediate')).toBe('far');
    expect(best('routine')).toBe('near');
  });

  it('demands skill and parts, and waits for parts on their way', () => {
    expect(rankSlots(request({ component: 'brakes' }), [near, far], NOW)).toEqual([]);
    expect(canDo({ ...near, partsLeadHours: {} }, 'cooling')).toBe(false);
    const starts = rankSlots(request({ component: 'cooling' }), [near], NOW).map(({ slot }) => Date.parse(slot.start));
    expect(Math.min(...starts)).toBe(Date.parse('2026-03-04T10:00:00Z'));
    expect(rankSlots(request({ component: null }), [near], NOW).length).toBeGreaterThan(0);
  });

  it('keeps to the window and to the notice', () => {
    const window = { earliest: '2026-03-03T09:00:00Z', latest: '2026-03-03T10:00:00Z' };
    expect(rankSlots(request(window), [near], NOW).map(({ slot }) => slot.start)).toEqual([
      '2026-03-03T09:00:00.000Z',
      '2026-03-03T09:00:00.000Z',
    ]);
    expect(laterSlots(request(window), [near], NOW)[0]?.slot.start).toBe('2026-03-03T10:00:00.000Z');
    expect(laterSlots(request(), [near], NOW)).toEqual([]);
    expect(rankSlots(request({ urgency: 'soon' }), [far], NOW)[0]?.slot.start).toBe('2026-03-02T14:00:00.000Z');
  });

  it('chooses the best that is free', () => {
    const candidates = rankSlots(request(), [near], NOW);
    const [first, second] = candidates;
    expect(chooseSlot(candidates, new Set())).toBe(first);
    expect(chooseSlot(candidates, new Set([first?.slot.id ?? '']))).toBe(second);
    expect(chooseSlot(candidates, new Set(candidates.map(({ slot }) => slot.id)))).toBeUndefined();
  });
});
