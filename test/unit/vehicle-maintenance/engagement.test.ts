import { SendEmailCommand, SESv2Client } from '@aws-sdk/client-sesv2';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { mockClient } from 'aws-sdk-client-mock';
import * as fc from 'fast-check';
import { chooseChannels } from '../../../functions/vehicle-maintenance/customer-engagement/choose-channels.js';
import {
  memoryDirectory,
  sampleCustomer,
  sampleDirectory,
  type Customer,
} from '../../../functions/vehicle-maintenance/customer-engagement/customer-directory.js';
import { planNotices, sendNotices } from '../../../functions/vehicle-maintenance/customer-engagement/engage.js';
import {
  escapeHtml,
  renderMail,
  renderSms,
} from '../../../functions/vehicle-maintenance/customer-engagement/render-notice.js';
import {
  parseReply,
  parseReplyReference,
  renderReplyReference,
} from '../../../functions/vehicle-maintenance/customer-engagement/reply-reference.js';
import {
  outcomeAt,
  recordResponse,
  responseDeadline,
  type AwaitedResponse,
} from '../../../functions/vehicle-maintenance/customer-engagement/response-tracking.js';
import { memorySenders } from '../../../functions/vehicle-maintenance/customer-engagement/senders.js';
import { sesMail } from '../../../functions/vehicle-maintenance/customer-engagement/ses-mail.js';
import { snsText } from '../../../functions/vehicle-maintenance/customer-engagement/sns-text.js';
import type { Engagement, NoticeChannel, Urgency } from '../../../functions/vehicle-maintenance/schemas.js';
import { VIN } from './readings.js';

const NOON = new Date('2026-03-02T12:00:00Z');
const NIGHT = new Date('2026-03-02T23:30:00Z');
const ADDRESS = {
  correlationId: '019a9d1e-7c1b-7d2f-8a55-0123456789ab',
  requestId: '019a9d1e-7c1c-7aaa-9b00-fedcba987654',
};
const ALL: NoticeChannel[] = ['email', 'sms', 'push', 'call'];
const customer = (changes: Partial<Customer> = {}): Customer => ({
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
const engagement = (urgency: Urgency = 'soon', action = 'Check the oil.'): Engagement => ({
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

describe('reply reference', () => {
  it('comes back out of mail, SMS and HTML for any ids', () => {
    const id = fc.oneof(fc.uuid(), fc.string({ minLength: 1, maxLength: 40, unit: 'grapheme' }));
    fc.assert(
      fc.property(id, id, (correlationId, requestId) => {
        const address = { correlationId, requestId };
        const mail = renderMail(engagement(), customer(), address);
        expect(parseReplyReference(mail.text)).toMatchObject({ ...address, options: ['accept', 'decline'] });
        expect(parseReplyReference(mail.html)).toMatchObject(address);
        expect(parseReplyReference(mail.text.toLowerCase())).toMatchObject(address);
        expect(renderSms(engagement('immediate'), address).length).toBeLessThanOrEqual(160);
      }),
    );
  });

  it('fits an SMS with UUIDs', () => {
    expect(parseReplyReference(renderSms(engagement('immediate'), ADDRESS))).toMatchObject(ADDRESS);
  });

  it('is found in quoted text and across a soft line break of quoted-printable', () => {
    const reference = renderReplyReference(ADDRESS);
    expect(parseReplyReference(`> > ACCEPT ${reference}`)).toMatchObject(ADDRESS);
    expect(parseReplyReference(`ACCEPT ${reference.slice(0, 30)}=\r\n${reference.slice(30)}`)).toMatchObject(ADDRESS);
  });

  it('refuses a reference with a changed character', () => {
    const reference = renderReplyReference(ADDRESS);
    const at = 10;
    const other = reference.charAt(at) === 'A' ? 'B' : 'A';
    expect(parseReplyReference(reference.slice(0, at) + other + reference.slice(at + 1))).toBeUndefined();
    expect(parseReplyReference('no reference here, LW-1-2-3456')).toBeUndefined();
  });

  it('reads the answer from the first line, and none out of the repeated notice', () => {
    const notice = renderMail(engagement(), customer(), ADDRESS).text;
    expect(parseReply(`Decline\n\n${notice}`)).toMatchObject({ ...ADDRESS, answer: 'decline' });
    expect(parseReply(`accept, thanks\n> ${notice}`)).toMatchObject({ answer: 'accept' });
    expect(parseReply(`no thanks\n${notice}`)).toBeUndefined();
    expect(parseReply(notice)).toBeUndefined();
    expect(parseReply('accept')).toBeUndefined();
  });
});

describe('renderMail', () => {
  it('escapes values in HTML and lets no line break through', () => {
    const nasty = '<script>alert("x")</script>\r\nBcc: all@example.com';
    const mail = renderMail(engagement('soon', nasty), customer({ name: 'A & <b>B</b>' }), ADDRESS);
    expect(mail.html).not.toMatch(/<script|<b>/);
    expect(mail.html).toContain('&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;');
    expect(mail.text).toContain('Bcc: all@example.com');
    expect(mail.text).not.toMatch(/^Bcc/m);
    expect(mail.subject).not.toMatch(/[\r\n]/);
    expect(escapeHtml("'&")).toBe('&#39;&amp;');
  });

  it('says how urgent it is, what was seen and what to do', () => {
    const mail = renderMail(engagement('immediate'), customer(), ADDRESS);
    expect(mail.subject).toContain('stop driving');
    expect(mail.text).toContain('Dear Ada Example,');
    expect(mail.text).toContain('  - Oil pressure is low.');
    expect(mail.text).toContain('Check the oil.');
  });
});

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

describe('customers', () => {
  it('are the same for the same vehicle and can be reached', async () => {
    expect(sampleCustomer(VIN)).toEqual(sampleCustomer(VIN));
    expect(sampleCustomer(VIN).phone).toMatch(/^\+120255501\d\d$/);
    expect(await sampleDirectory().customerOf(VIN)).toEqual(sampleCustomer(VIN));
    expect(await memoryDirectory({}).customerOf(VIN)).toBeUndefined();
  });
});

describe('adapters', () => {
  it('sesMail sends both bodies, to whom and as what it was told', async () => {
    const client = mockClient(SESv2Client);
    client.on(SendEmailCommand).resolves({ MessageId: 'm1' });
    const sender = sesMail({ client: new SESv2Client({ region: 'eu-west-1' }), from: 'service@example.com' });
    expect(
      await sender.send({ to: 'a@example.com', subject: 's', text: 't', html: '<p>', effectKey: 'a/b c' }),
    ).toEqual({ messageId: 'm1' });
    expect(client.call(0).args[0].input).toMatchObject({
      FromEmailAddress: 'service@example.com',
      Destination: { ToAddresses: ['a@example.com'] },
      Content: { Simple: { Subject: { Data: 's' }, Body: { Text: { Data: 't' }, Html: { Data: '<p>' } } } },
      EmailTags: [{ Name: 'laneway-effect', Value: 'a_b_c' }],
    });
  });

  it('snsText publishes to the number as transactional', async () => {
    const client = mockClient(SNSClient);
    client.on(PublishCommand).resolves({ MessageId: 'm2' });
    const sender = snsText({ client: new SNSClient({ region: 'eu-west-1' }), senderId: 'Laneway' });
    expect(await sender.send({ to: '+12025550100', text: 't', effectKey: 'e' })).toEqual({ messageId: 'm2' });
    expect(client.call(0).args[0].input).toMatchObject({
      PhoneNumber: '+12025550100',
      Message: 't',
      MessageAttributes: {
        'AWS.SNS.SMS.SMSType': { StringValue: 'Transactional' },
        'AWS.SNS.SMS.SenderID': { StringValue: 'Laneway' },
      },
    });
  });
});
