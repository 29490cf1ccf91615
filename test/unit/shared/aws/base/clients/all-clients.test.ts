import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import { createAwsClients } from '../../../../../../shared/aws/base/clients/all-clients.js';

describe('createAwsClients', () => {
  it('builds a client at its first use and keeps it', () => {
    const clients = createAwsClients({ region: 'us-east-1' });
    expect(clients.sqs).toBe(clients.sqs);
    expect(createAwsClients({ region: 'us-east-1' }).sqs).not.toBe(clients.sqs);
  });

  it('addresses buckets by path where an endpoint is set', () => {
    const clients = createAwsClients({ region: 'us-east-1', endpoint: 'http://127.0.0.1:1' });
    expect(clients.s3.config.forcePathStyle).toBe(true);
  });

  it('reads items whose numbers no JavaScript number can hold, and their neighbours', async () => {
    const items = [{ n: { N: '12345678901234567890.5' } }, { n: { N: '1E+125' } }, { n: { N: '7' } }];
    const server = createServer((_request, response) => {
      response.setHeader('content-type', 'application/x-amz-json-1.0');
      response.end(JSON.stringify({ Items: items, Count: items.length }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    process.env['AWS_ACCESS_KEY_ID'] ??= 'test';
    process.env['AWS_SECRET_ACCESS_KEY'] ??= 'test';
    const { documents } = createAwsClients({ region: 'us-east-1', endpoint: `http://127.0.0.1:${port}` });
    try {
      const { Items } = await documents.send(new QueryCommand({ TableName: 't' }));
      expect(Items).toEqual([{ n: 12345678901234567000 }, { n: 1e125 }, { n: 7 }]);
    } finally {
      documents.destroy();
      server.closeAllConnections();
      server.close();
    }
  });
});
