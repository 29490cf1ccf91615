import { SendEmailCommand, SESv2Client } from '@aws-sdk/client-sesv2';
import { mockClient } from 'aws-sdk-client-mock';
import { sesMail } from '../../../../../functions/vehicle-maintenance/customer-engagement/ses-mail.js';

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
});
