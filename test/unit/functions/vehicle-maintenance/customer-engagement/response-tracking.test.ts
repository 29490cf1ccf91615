import {
  outcomeAt,
  recordResponse,
  responseDeadline,
  type AwaitedResponse,
} from '../../../../../functions/vehicle-maintenance/customer-engagement/response-tracking.js';
import { VIN } from '../../../../kit/generators/readings.js';
import { ADDRESS, NOON } from '../../../../kit/generators/notices.js';

describe('response tracking', () => {
  const awaited: AwaitedResponse = {
    ...ADDRESS,
    vin: VIN,
    customerId: 'c1',
    severity: 'critical',
    channels: ['email'],
    sentAt: NOON.toISOString(),
    deadline: responseDeadline('critical', NOON).toISOString(),
  };
  const after = (minutes: number): Date => new Date(NOON.getTime() + minutes * 60_000);

  it('waits, then takes the first answer or silence', () => {
    expect(outcomeAt(awaited, after(10))).toBeUndefined();
    expect(outcomeAt(awaited, after(31))).toBe('silent');
    const answered = recordResponse(awaited, { reference: 'r', answer: 'decline' }, after(5));
    expect(outcomeAt(answered, after(31))).toBe('declined');
    expect(recordResponse(answered, { reference: 'r', answer: 'accept' }, after(6))).toBe(answered);
    expect(recordResponse(awaited, { reference: 'r', answer: 'accept' }, after(31))).toBe(awaited);
    expect(outcomeAt({ ...awaited, channels: [] }, NOON)).toBe('unreachable');
  });
});
