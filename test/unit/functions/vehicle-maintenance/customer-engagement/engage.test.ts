import { planNotices, sendNotices } from '../../../../../functions/vehicle-maintenance/customer-engagement/engage.js';
import { memorySenders } from '../../../../../functions/vehicle-maintenance/customer-engagement/senders.js';
import { ADDRESS, customer, engagement, NOON } from '../../../../kit/generators/notices.js';

describe('planNotices and sendNotices', () => {
  it('sends by each channel once, however often it is tried', async () => {
    const senders = memorySenders();
    const plan = planNotices(engagement(), customer(), ADDRESS, 'effect', NOON);
    expect(await sendNotices(plan, senders)).toEqual(['sms', 'email']);
    await sendNotices(plan, senders);
    expect(senders.mail.sent).toEqual([expect.objectContaining({ to: 'ada@example.com', effectKey: 'effect-email' })]);
    expect(senders.text.sent).toEqual([expect.objectContaining({ to: '+12025550100', effectKey: 'effect-sms' })]);
  });

  it('is content with one channel, and throws when none worked', async () => {
    const senders = memorySenders();
    const broken = { send: () => Promise.reject(new Error('no line')) };
    const plan = planNotices(engagement(), customer(), ADDRESS, 'effect', NOON);
    expect(await sendNotices(plan, { mail: senders.mail, text: broken })).toEqual(['email']);
    await expect(sendNotices(plan, { mail: broken, text: broken })).rejects.toThrow('no line');
    const nothing = planNotices(
      engagement('routine'),
      customer({ optedOut: ['email', 'sms'] }),
      ADDRESS,
      'effect',
      NOON,
    );
    expect(await sendNotices(nothing, { mail: broken, text: broken })).toEqual([]);
  });
});
