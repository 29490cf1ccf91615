import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { detectEngine, engineEnvironment } from '../../../../infra/engines/engine.js';

const servers: Server[] = [];

/** An engine that answers the given paths with the given bodies, anything else with 404. */
async function engineWith(answers: Readonly<Record<string, unknown>>): Promise<string> {
  const server = createServer((request, response) => {
    const body = answers[request.url ?? ''];
    response.writeHead(body === undefined ? 404 : 200).end(JSON.stringify(body ?? {}));
  });
  servers.push(server);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => new Promise((done) => server.close(done))));
});

describe('detectEngine', () => {
  const healthy = { services: { sqs: 'available' } };

  it('is AWS without AWS_ENDPOINT_URL', async () => {
    expect(await detectEngine({})).toEqual({ kind: 'aws' });
    expect(await detectEngine({ AWS_ENDPOINT_URL: '' })).toEqual({ kind: 'aws' });
  });

  it('knows MiniStack by its own health path, though it answers that of LocalStack too', async () => {
    const endpoint = await engineWith({ '/_ministack/health': healthy, '/_localstack/health': healthy });
    expect(await detectEngine({ AWS_ENDPOINT_URL: endpoint })).toEqual({ kind: 'ministack', endpoint });
  });

  it('knows a MiniStack that enforces permissions by what it says of itself', async () => {
    const endpoint = await engineWith({ '/_ministack/health': { ...healthy, auth: 'enabled' } });
    expect(await detectEngine({ AWS_ENDPOINT_URL: endpoint })).toEqual({ kind: 'ministack', endpoint, iam: true });
  });

  it('knows LocalStack, and calls everything else other', async () => {
    const localstack = await engineWith({ '/_localstack/health': healthy });
    const other = await engineWith({});
    expect(await detectEngine({ AWS_ENDPOINT_URL: localstack })).toMatchObject({ kind: 'localstack' });
    expect(await detectEngine({ AWS_ENDPOINT_URL: other })).toMatchObject({ kind: 'other' });
  });

  it('takes LANEWAY_ENGINE at its word and refuses an unknown one', async () => {
    const endpoint = 'http://127.0.0.1:1';
    const named = { AWS_ENDPOINT_URL: endpoint, LANEWAY_ENGINE: 'localstack' };
    expect(await detectEngine(named)).toEqual({ kind: 'localstack', endpoint });
    expect(await detectEngine({ ...named, LANEWAY_ENGINE: 'ministack-iam' })).toMatchObject({
      kind: 'ministack',
      iam: true,
    });
    await expect(detectEngine({ ...named, LANEWAY_ENGINE: 'moto' })).rejects.toThrow(/known engines: ministack/);
  });

  it('says so when nothing answers', async () => {
    const endpoint = await engineWith({});
    await new Promise((done) => servers.splice(0)[0]?.close(done));
    await expect(detectEngine({ AWS_ENDPOINT_URL: endpoint })).rejects.toMatchObject({ code: 'ENGINE' });
  });
});

describe('engineEnvironment', () => {
  const mine = {
    PATH: '/bin',
    AWS_PROFILE: 'work',
    AWS_SESSION_TOKEN: 't',
    AWS_ACCESS_KEY_ID: 'AKIA',
    AWS_REGION: 'eu-west-1',
  };
  const endpoint = 'http://127.0.0.1:4566';

  it('leaves the environment alone for AWS', () => {
    expect(engineEnvironment({ kind: 'aws' }, mine)).toBe(mine);
  });

  it('lets nothing through that names a real account', () => {
    const env = engineEnvironment({ kind: 'ministack', endpoint }, { ...mine, AWS_ENDPOINT_URL_S3: 'http://s3' });
    expect(env).toMatchObject({ PATH: '/bin', AWS_ENDPOINT_URL: endpoint, AWS_ENDPOINT_URL_S3: 'http://s3' });
    expect(env).toMatchObject({
      AWS_ACCESS_KEY_ID: 'test',
      AWS_REGION: 'us-east-1',
      CDK_DEFAULT_ACCOUNT: '000000000000',
    });
    expect(env).not.toHaveProperty('AWS_PROFILE');
    expect(env).not.toHaveProperty('AWS_SESSION_TOKEN');
  });

  it('names the engine, enforcing or not, to whoever runs in it', () => {
    const enforcing = { kind: 'ministack', endpoint: 'https://127.0.0.1:1', caFile: '/ca.crt', iam: true } as const;
    expect(engineEnvironment(enforcing, mine)).toMatchObject({
      ...{ LANEWAY_ENGINE: 'ministack-iam', NODE_EXTRA_CA_CERTS: '/ca.crt', AWS_CA_BUNDLE: '/ca.crt' },
    });
    expect(engineEnvironment({ kind: 'ministack', endpoint }, mine)).toMatchObject({ LANEWAY_ENGINE: 'ministack' });
  });

  it("keeps the user's keys and region for an engine it does not know", () => {
    const env = engineEnvironment({ kind: 'other', endpoint }, mine);
    expect(env).toMatchObject({ AWS_ACCESS_KEY_ID: 'AKIA', AWS_REGION: 'eu-west-1', CDK_DEFAULT_REGION: 'eu-west-1' });
  });
});
