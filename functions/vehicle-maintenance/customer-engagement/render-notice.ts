import type { Engagement, Urgency } from '../schemas.js';
import type { Customer } from './customer-directory.js';
import { renderReplyReference, type ReplyAddress } from './reply-reference.js';

/** A mail in both forms; both say the same. */
export interface MailNotice {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** Longest text message that goes as one part in the GSM 7-bit alphabet (3GPP TS 23.038). */
export const SMS_LIMIT = 160;

const SUBJECT: Readonly<Record<Urgency, string>> = {
  immediate: 'Please stop driving: your vehicle needs attention now',
  soon: 'Your vehicle should see a workshop soon',
  routine: 'News about your vehicle',
};
const OPENING: Readonly<Record<Urgency, string>> = {
  immediate:
    'your vehicle has just reported something that can damage the engine if you drive on. Please stop where it is safe.',
  soon: 'your vehicle has reported something that a workshop should look at in the next days. You can keep driving carefully.',
  routine: 'your vehicle has reported something small. There is no hurry.',
};
const SMS_TEXT: Readonly<Record<Urgency, string>> = {
  immediate: 'Please stop safely: your vehicle needs a workshop now.',
  soon: 'Your vehicle should see a workshop soon.',
  routine: 'Your vehicle is due for a small check.',
};

/**
 * The mail to a customer: the findings, the recommended work, and the ways to answer. Values from messages are escaped in the HTML, and line
 * breaks in them cannot reach the subject.
 */
export function renderMail(engagement: Engagement, customer: Customer, address: ReplyAddress): MailNotice {
  const { urgency, action } = engagement.recommendation;
  const reference = renderReplyReference(address);
  const findings = engagement.reasons.map(({ text }) => oneLine(text));
  const greeting = `Dear ${oneLine(customer.name)},`;
  const closing = 'Your reply books nothing you have not agreed to: we first look for a free slot near you.';
  const text = [
    greeting,
    '',
    OPENING[urgency],
    ...(findings.length === 0 ? [] : ['', 'What we saw:', ...findings.map((finding) => `  - ${finding}`)]),
    '',
    `What we recommend: ${oneLine(action)}`,
    '',
    `Vehicle: ${engagement.vin}`,
    '',
    'Shall we book a workshop appointment for you? Please answer with one of these lines:',
    `  ACCEPT ${reference}`,
    `  DECLINE ${reference}`,
    '',
    closing,
  ].join('\n');
  const list =
    findings.length === 0
      ? ''
      : `<p>What we saw:</p><ul>${findings.map((finding) => `<li>${escapeHtml(finding)}</li>`).join('')}</ul>`;
  const html = [
    '<!doctype html><html lang="en"><body>',
    `<p>${escapeHtml(greeting)}</p><p>${escapeHtml(OPENING[urgency])}</p>`,
    list,
    `<p>What we recommend: <strong>${escapeHtml(oneLine(action))}</strong></p><p>Vehicle: ${escapeHtml(engagement.vin)}</p>`,
    '<p>Shall we book a workshop appointment for you? Please answer with one of these lines:</p>',
    `<p><code>ACCEPT ${escapeHtml(reference)}</code><br><code>DECLINE ${escapeHtml(reference)}</code></p>`,
    `<p>${closing}</p></body></html>`,
  ].join('\n');
  return { subject: `${SUBJECT[urgency]} (${engagement.vin})`, text, html };
}

/**
 * The text message: at most 160 characters of ASCII. It carries the reference when that fits, which it does for UUIDs; with longer
 * ids it points to the mail instead.
 */
export function renderSms(engagement: Engagement, address: ReplyAddress): string {
  const opening = SMS_TEXT[engagement.recommendation.urgency];
  const withReference = `${opening} Reply ACCEPT or DECLINE ${renderReplyReference(address)}`;
  return withReference.length <= SMS_LIMIT ? withReference : `${opening} Please answer the mail we sent you.`;
}

/** Text safe in HTML content and in quoted attributes. */
export function escapeHtml(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? '');
}

/** Controls, line breaks and what turns the direction of writing become spaces: a value adds no header and forges no line. */
export const oneLine = (text: string): string => text.replaceAll(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]+/gu, ' ').trim();
