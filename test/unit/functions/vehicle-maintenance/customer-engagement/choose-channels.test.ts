import { chooseChannels } from '../../../../../functions/vehicle-maintenance/customer-engagement/choose-channels.js';
import type { Customer } from '../../../../../functions/vehicle-maintenance/customer-engagement/customer-directory.js';
import type { NoticeChannel, Urgency } from '../../../../../functions/vehicle-maintenance/schemas.js';
import { customer, NOON } from '../../../../kit/generators/notices.js';

const NIGHT = new Date('2026-03-02T23:30:00Z');
const ALL: NoticeChannel[] = ['email', 'sms', 'push', 'call'];

describe('chooseChannels', () => {
  it.each<[Urgency, Date, Partial<Customer>, NoticeChannel[], object]>([
    ['immediate', NIGHT, {}, ALL, { channels: ['call', 'push', 'sms', 'email'] }],
    ['immediate', NIGHT, { optedOut: ['call'] }, ['call', 'sms'], { channels: ['sms'] }],
    ['soon', NOON, {}, ALL, { channels: ['sms', 'email'] }],
    ['soon', NIGHT, {}, ALL, { channels: ['email'] }],
    ['soon', NOON, { preferred: ['push'] }, ['email', 'sms'], { channels: ['email'] }],
    ['routine', NOON, {}, ALL, { channels: ['sms'] }],
    ['routine', NIGHT, { optedOut: ['email'] }, ALL, { channels: [], deferUntil: '2026-03-03T06:00:00.000Z' }],
    ['routine', NOON, { optedOut: ['email', 'sms'] }, ALL, { channels: [] }],
    [
      'routine',
      NIGHT,
      { quietHours: { from: 0, to: 2 }, optedOut: ['email'] },
      ALL,
      { channels: [], deferUntil: '2026-03-03T01:00:00.000Z' },
    ],
    ['routine', new Date('2026-03-03T06:00:00Z'), { optedOut: ['email'] }, ALL, { channels: ['sms'] }],
  ])('%s at %s with %j', (urgency, now, changes, available, expected) => {
    expect(chooseChannels(urgency, customer(changes), available, now)).toEqual(expected);
  });
});
