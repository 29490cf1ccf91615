import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { mockClient } from 'aws-sdk-client-mock';
import { snsText } from '../../../../../functions/vehicle-maintenance/customer-engagement/sns-text.js';

describe('adapters', () => {
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
