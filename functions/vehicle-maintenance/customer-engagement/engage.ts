import type { Engagement, NoticeChannel } from '../schemas.js';
import { chooseChannels } from './choose-channels.js';
import type { Customer } from './customer-directory.js';
import { renderMail, renderSms } from './render-notice.js';
import type { ReplyAddress } from './reply-reference.js';
import type { Mail, MailSender, TextMessage, TextSender } from './senders.js';

/** Everything that will be sent, before anything is. */
export interface NoticePlan {
  readonly channels: readonly NoticeChannel[];
  readonly mail?: Mail;
  readonly text?: TextMessage;
  /** Nothing may be sent before this time (quiet hours). */
  readonly deferUntil?: string;
}

/** The channels for which this application has senders. */
export const SENDER_CHANNELS: readonly NoticeChannel[] = ['email', 'sms'];

/** Decides and renders the notices of an engagement. Pure; `effectKey` is made distinct for each channel. */
export function planNotices(
  engagement: Engagement,
  customer: Customer,
  address: ReplyAddress,
  effectKey: string,
  now: Date,
): NoticePlan {
  const choice = chooseChannels(engagement.recommendation.urgency, customer, SENDER_CHANNELS, now);
  const email = choice.channels.includes('email') ? customer.email : undefined;
  const phone = choice.channels.includes('sms') ? customer.phone : undefined;
  return {
    ...choice,
    ...(email === undefined
      ? {}
      : { mail: { to: email, ...renderMail(engagement, customer, address), effectKey: `${effectKey}-email` } }),
    ...(phone === undefined
      ? {}
      : { text: { to: phone, text: renderSms(engagement, address), effectKey: `${effectKey}-sms` } }),
  };
}

/**
 * Sends the notices of a plan. One channel that works is enough: the result names those that did. If all fail, the first error
 * is thrown, so that the delivery is tried again.
 */
export async function sendNotices(
  plan: NoticePlan,
  senders: { readonly mail: MailSender; readonly text: TextSender },
): Promise<NoticeChannel[]> {
  const sends: [NoticeChannel, () => Promise<unknown>][] = [];
  const { mail, text } = plan;
  if (text) sends.push(['sms', () => senders.text.send(text)]);
  if (mail) sends.push(['email', () => senders.mail.send(mail)]);
  const outcomes = await Promise.allSettled(sends.map(([, send]) => send()));
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  const reached = sends.flatMap(([channel], at) => (outcomes[at]?.status === 'fulfilled' ? [channel] : []));
  if (reached.length === 0 && failed !== undefined) throw failed.reason;
  return reached;
}
