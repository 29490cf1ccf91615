import type { Worker, WorkerStatus } from '../../../../shared/worker/run-worker.js';
import { serveHealth, type HealthServer } from '../../../../shared/worker/serve-health.js';

let status: WorkerStatus;
let server: HealthServer;
const worker: Worker = { status: () => status, stop: () => Promise.resolve(), ended: Promise.resolve() };

beforeEach(async () => {
  status = {
    state: 'running',
    agents: ['desk'],
    lanes: [{ agent: 'desk', priority: 'high', running: 2 }],
    concurrency: 8,
    drained: [],
    ill: [],
  };
  server = await serveHealth(worker, { port: 0 });
});
afterEach(() => server.close());

test('a worker at work is well, and tells what it does', async () => {
  status = { ...status, polledAt: Date.now() };
  const response = await fetch(server.url);
  expect(response.status).toBe(200);
  expect(await response.json()).toMatchObject({ health: 'ok', agents: ['desk'], lanes: [{ running: 2 }] });
});

test.each([
  ['draining', { state: 'draining' }],
  ['ended', { state: 'ended' }],
  ['silent', { polledAt: Date.now() - 61_000 }],
] as const)('one that is %s is not', async (health, more) => {
  status = { ...status, ...more };
  const response = await fetch(server.url);
  expect(response.status).toBe(503);
  expect(await response.json()).toMatchObject({ health });
});

test('one whose agents are all drained reads nothing, and is well', async () => {
  status = { ...status, polledAt: Date.now() - 600_000, drained: ['desk'] };
  expect((await fetch(server.url)).status).toBe(200);
  status = { ...status, agents: ['desk', 'shed'] };
  expect((await fetch(server.url)).status).toBe(503);
});

test('one whose slots are all taken reads nothing, and is well', async () => {
  const busy = { polledAt: Date.now() - 600_000, lanes: [{ agent: 'desk', priority: 'high' as const, running: 8 }] };
  status = { ...status, ...busy };
  expect((await fetch(server.url)).status).toBe(200);
});

test('it listens on this machine alone, answers nothing else, and says when its port is taken', async () => {
  expect(new URL(server.url).hostname).toBe('127.0.0.1');
  expect((await fetch(new URL('/', server.url))).status).toBe(404);
  expect((await fetch(server.url, { method: 'POST' })).status).toBe(404);
  await expect(serveHealth(worker, { port: Number(new URL(server.url).port) })).rejects.toThrow('EADDRINUSE');
});
