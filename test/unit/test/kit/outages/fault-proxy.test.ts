import { createServer, type Server } from 'node:http';
import { startFaultProxy, type FaultProxy } from '../../../../kit/outages/fault-proxy.js';
import type { Failing, Fault } from '../../../../kit/outages/faults.js';

let engine: Server;
let proxy: FaultProxy;
/** Bodies that came to the engine. */
const came: string[] = [];

beforeAll(async () => {
  engine = createServer((call, response) => {
    let body = '';
    call.on('data', (chunk: Buffer) => (body += chunk.toString()));
    call.on('end', () => {
      came.push(body);
      response.writeHead(200, { 'x-engine': 'yes' }).end(`${call.method ?? ''} ${call.url ?? ''} ${body}`);
    });
  });
  await new Promise<void>((done) => engine.listen(0, '127.0.0.1', done));
  const address = engine.address();
  proxy = await startFaultProxy(`http://127.0.0.1:${typeof address === 'object' ? (address?.port ?? 0) : 0}`);
});

afterAll(async () => {
  await proxy.close();
  engine.closeAllConnections();
  engine.close();
});

beforeEach(() => {
  came.length = 0;
  proxy.strike([]);
});

function call(service: string, action: string, path = '/'): Promise<Response> {
  const scope = `Credential=test/20261129/us-east-1/${service}/aws4_request`;
  const headers = {
    authorization: `AWS4-HMAC-SHA256 ${scope}, SignedHeaders=host, Signature=0`,
    'x-amz-target': `Target_20261129.${action}`,
  };
  return fetch(`${proxy.endpoint}${path}`, { method: 'POST', headers, body: `${service} ${action}` });
}

test('without faults a call comes to the engine as it is, and its answer back', async () => {
  const before = proxy.passed();
  const answer = await call('events', 'PutEvents', '/a?b=c');
  expect([answer.status, answer.headers.get('x-engine'), await answer.text()]).toEqual([
    ...[200, 'yes', 'POST /a?b=c events PutEvents'],
  ]);
  expect(proxy.passed() - before).toBe(1);
});

test.each<[Failing, number, string]>([
  ['internal', 500, 'InternalFailure'],
  ['unavailable', 503, 'ServiceUnavailable'],
  ['throttle', 400, 'ThrottlingException'],
  ['deny', 400, 'AccessDeniedException'],
])('%s: the answer is %i %s, and the engine hears nothing', async (does, status, code) => {
  proxy.strike([{ name: 'one', does }]);
  const answer = await call('states', 'StartExecution');
  expect([answer.status, await answer.json()]).toEqual([status, { __type: code, message: 'made to fail' }]);
  const stored = await call('s3', '', '/bucket/key');
  expect(await stored.text()).toContain(`<Code>${code}</Code>`);
  expect(came).toEqual([]);
});

test('a dropped call does not come to the engine; one whose answer is lost does', async () => {
  proxy.strike([{ name: 'dropped', does: 'drop', action: /^Put/ }]);
  await expect(call('dynamodb', 'PutItem')).rejects.toThrow();
  expect(came).toEqual([]);
  proxy.strike([{ name: 'unheard', does: 'lose-answer', action: /^Put/ }]);
  await expect(call('dynamodb', 'PutItem')).rejects.toThrow();
  expect(came).toEqual(['dynamodb PutItem']);
});

test('calls that hang are cut off when other faults hold', async () => {
  proxy.strike([{ name: 'hung', does: 'hang' }]);
  const before = proxy.struck()['hung'] ?? 0;
  let ended = false;
  const hung = call('sqs', 'ReceiveMessage').then(
    () => 'answered',
    () => ((ended = true), 'cut off'),
  );
  while ((proxy.struck()['hung'] ?? 0) === before) await new Promise(setImmediate);
  expect(ended).toBe(false);
  proxy.strike([]);
  expect(await hung).toBe('cut off');
  expect(came).toEqual([]);
});

test('a fault strikes the service, the action and the path that it names, and no others; it counts what it struck', async () => {
  const named: readonly Fault[] = [
    { name: 'bus away', service: 'events', does: 'internal' },
    { name: 'no starts', action: /^StartExecution$/, does: 'internal' },
    { name: 'one bucket', path: /^\/bucket\//, does: 'internal' },
  ];
  proxy.strike(named);
  const before = proxy.struck();
  const statuses = [];
  for (const [service, action, path] of [
    ...[['events', 'PutEvents'] as const, ['dynamodb', 'PutEvents'] as const],
    ...[['states', 'StartExecution'] as const, ['states', 'StopExecution'] as const],
    ...[['s3', '', '/bucket/key'] as const, ['s3', '', '/other/key'] as const],
  ])
    statuses.push((await call(service, action, path)).status);
  expect(statuses).toEqual([500, 200, 500, 200, 500, 200]);
  const after = proxy.struck();
  expect(named.map(({ name }) => (after[name] ?? 0) - (before[name] ?? 0))).toEqual([1, 1, 1]);
});

test('a share strikes some calls and passes the others on', async () => {
  proxy.strike([{ name: 'half', does: 'unavailable', share: 0.5 }]);
  for (let made = 0; made < 60; made++) await (await call('dynamodb', 'GetItem')).text();
  expect(came.length).toBeGreaterThan(10);
  expect(came.length).toBeLessThan(50);
  expect(came.length + (proxy.struck()['half'] ?? 0)).toBe(60);
});
