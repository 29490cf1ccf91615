import { PublishCommand, type SNSClient } from '@aws-sdk/client-sns';
import type { TextSender } from './senders.js';

/**
 * Sends text messages by Amazon SNS: `Publish` to a phone number, as transactional (which needs `sns:Publish` on `*`, for a phone
 * number is no resource). SNS has no idempotency for text messages: a repeated try may reach the phone twice.
 */
export function snsText(options: { readonly client: SNSClient; readonly senderId?: string }): TextSender {
  const attribute = (StringValue: string): { DataType: string; StringValue: string } => ({
    DataType: 'String',
    StringValue,
  });
  return {
    send: async ({ to, text }) => {
      const answer = await options.client.send(
        new PublishCommand({
          PhoneNumber: to,
          Message: text,
          MessageAttributes: {
            'AWS.SNS.SMS.SMSType': attribute('Transactional'),
            ...(options.senderId === undefined ? {} : { 'AWS.SNS.SMS.SenderID': attribute(options.senderId) }),
          },
        }),
      );
      return { messageId: answer.MessageId ?? '' };
    },
  };
}
