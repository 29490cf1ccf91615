import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ListTablesCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import * as chain from '@aws-sdk/credential-provider-node';
import * as environment from '../../../../../shared/aws/base/environment-credentials.js';

const KEYS = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'] as const;
const before = KEYS.map((key) => process.env[key]);

function set(...values: readonly (string | undefined)[]): void {
  for (const [at, key] of KEYS.entries()) {
    const value = values[at];
    if (value === undefined) Reflect.deleteProperty(process.env, key);
    else process.env[key] = value;
  }
}

afterEach(() => set(...before));

test('what stands for the chain exports what the chain exports', () => {
  const interop = ['default', 'module.exports'];
  const exported = Object.keys(chain).filter((name) => !interop.includes(name));
  expect(Object.keys(environment).sort()).toEqual(exported.sort());
  const [past, later] = [new Date(0), new Date(Date.now() + 3_600_000)];
  for (const credentials of [undefined, {}, { expiration: past }, { expiration: later }]) {
    const known = credentials as Parameters<typeof chain.credentialsWillNeedRefresh>[0];
    expect(environment.credentialsWillNeedRefresh(credentials)).toBe(chain.credentialsWillNeedRefresh(known));
    expect(environment.credentialsTreatedAsExpired(credentials)).toBe(chain.credentialsTreatedAsExpired(known));
  }
});

test('a client signs each request with the credentials that the environment has then', async () => {
  const seen: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    const [, key] = /Credential=(\w+)\//.exec(request.headers.authorization ?? '') ?? [];
    seen.push(`${key ?? 'none'} ${String(request.headers['x-amz-security-token'])}`);
    response.setHeader('content-type', 'application/x-amz-json-1.0');
    response.end('{"TableNames":[]}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const client = new DynamoDBClient({
    ...{ region: 'us-east-1', endpoint: `http://127.0.0.1:${port}` },
    credentialDefaultProvider: environment.defaultProvider,
  });
  try {
    set('FIRST', 'secret', 'token1');
    await client.send(new ListTablesCommand({}));
    set('SECOND', 'secret', 'token2');
    await client.send(new ListTablesCommand({}));
    set();
    await expect(client.send(new ListTablesCommand({}))).rejects.toMatchObject({ name: 'CredentialsProviderError' });
  } finally {
    client.destroy();
    server.close();
  }
  expect(seen).toEqual(['FIRST token1', 'SECOND token2']);
});
