import { SendEmailCommand, type SESv2Client } from '@aws-sdk/client-sesv2';
import type { MailSender } from './senders.js';

/**
 * Sends mails by Amazon SES (SESv2 `SendEmail`, which needs `ses:SendEmail` on the identity of `from`).
 *
 * SES has no idempotency token: when an answer is lost and the delivery is tried again, the customer gets the mail twice. Both
 * then carry the same `X-Laneway-Effect` header and, in event destinations, the same `laneway-effect` tag.
 */
export function sesMail(options: { readonly client: SESv2Client; readonly from: string }): MailSender {
  return {
    send: async ({ to, subject, text, html, effectKey }) => {
      const content = (Data: string): { Data: string; Charset: string } => ({ Data, Charset: 'UTF-8' });
      const answer = await options.client.send(
        new SendEmailCommand({
          FromEmailAddress: options.from,
          Destination: { ToAddresses: [to] },
          Content: {
            Simple: {
              Subject: content(subject),
              Body: { Text: content(text), Html: content(html) },
              Headers: [{ Name: 'X-Laneway-Effect', Value: tagValue(effectKey) }],
            },
          },
          EmailTags: [{ Name: 'laneway-effect', Value: tagValue(effectKey) }],
        }),
      );
      return { messageId: answer.MessageId ?? '' };
    },
  };
}

/** SES takes letters, digits, `_`, `-`, `.` and `@` in a tag, at most 256. */
const tagValue = (effectKey: string): string => effectKey.replaceAll(/[^A-Za-z0-9_.@-]/g, '_').slice(0, 256);
