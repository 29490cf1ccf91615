import type { Customer } from '../../../functions/vehicle-maintenance/customer-engagement/customer-directory.js';
import type { RequestedApproval } from '../../../functions/vehicle-maintenance/customer-engagement/render-approval.js';
import type { Engagement, Urgency } from '../../../functions/vehicle-maintenance/schemas.js';
import { VIN } from './readings.js';

export const NOON = new Date('2026-03-02T12:00:00Z');
export const ADDRESS = {
  correlationId: '019a9d1e-7c1b-7d2f-8a55-0123456789ab',
  requestId: '019a9d1e-7c1c-7aaa-9b00-fedcba987654',
};

export const customer = (changes: Partial<Customer> = {}): Customer => ({
  customerId: 'c1',
  name: 'Ada Example',
  email: 'ada@example.com',
  phone: '+12025550100',
  preferred: ['sms', 'email'],
  optedOut: [],
  quietHours: { from: 22, to: 7 },
  utcOffsetMinutes: 60,
  location: { lat: 48, lon: 11 },
  ...changes,
});

export const engagement = (urgency: Urgency = 'soon', action = 'Check the oil.'): Engagement => ({
  vin: VIN,
  severity: 'warning',
  recommendation: { component: 'lubrication', action, urgency },
  reasons: [
    {
      code: 'OIL_PRESSURE_LOW',
      severity: 'warning',
      signal: 'oilPressureBar',
      value: 1.5,
      expected: 3.1,
      basis: 'fleet',
      text: 'Oil pressure is low.',
    },
  ],
});

export const approval: RequestedApproval = {
  ...{ approval: '57483e65-fda2-876c-b369-fcd1110e1a97', workflow: 'maintenance', execution: 'maintenance-1' },
  ...{ step: 'critical.accepted.true.approve cost', title: 'Repair above the cost limit', approvers: 'service desk' },
  details: { vin: '1LWAN3AY1RP000001', work: 'Stop the engine', cost: 1_780, currency: 'EUR', limit: 1_500 },
  ...{ deadline: '2026-03-02T12:00:00.000Z', escalated: false },
};
