import { createServer, type Server } from 'node:http';
import type { Worker, WorkerStatus } from './run-worker.js';

/** Time without a read lane after which a worker counts as ill: six long polls. */
export const SILENT_MS = 60_000;

/** Options of {@link serveHealth}. */
export interface HealthOptions {
  /** Port; 0 takes a free one. */
  readonly port: number;
  /** Address to listen on; in a container `0.0.0.0`. @defaultValue '127.0.0.1' */
  readonly host?: string;
}

/** Server that answers with the health of a worker. */
export interface HealthServer {
  /** Address of the answer, its port and `/health` included. */
  readonly url: string;
  /** Ends every connection, and listens no more. */
  close(): Promise<void>;
}

/**
 * Answers `GET /health` with the worker's status as JSON. 200: it works. 503: it drains, has ended, or could read no lane for a
 * minute although it had free slots. Anything else is 404.
 * @throws the server's own error when it cannot listen, as the port is taken
 */
export async function serveHealth(worker: Worker, options: HealthOptions): Promise<HealthServer> {
  const host = options.host ?? '127.0.0.1';
  const begun = Date.now();
  const server = createServer((request, response) => {
    if (request.method !== 'GET' || request.url?.split('?')[0] !== '/health') {
      response.writeHead(404).end();
      return;
    }
    const status = worker.status();
    const health = healthOf(status, begun, Date.now());
    response.writeHead(health === 'ok' ? 200 : 503, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ health, ...status }));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, host, resolve);
  });
  // The worker alone decides how long the process lives.
  server.unref();
  return { url: `http://${host}:${portOf(server)}/health`, close: () => closed(server) };
}

function healthOf(
  { state, polledAt, lanes, concurrency, agents, drained, ill }: WorkerStatus,
  begun: number,
  now: number,
): 'ok' | 'silent' | 'draining' | 'ended' {
  if (state !== 'running') return state;
  // With every slot taken nothing is read: handlers may take longer than a minute.
  if (lanes.reduce((sum, { running }) => sum + running, 0) >= concurrency) return 'ok';
  // Nor is anything read while all of its agents are drained or ill. A new process would not mend what they miss.
  const resting = new Set([...drained, ...ill.map(({ agent }) => agent)]);
  if (agents.length > 0 && agents.every((agent) => resting.has(agent))) return 'ok';
  return now - (polledAt ?? begun) > SILENT_MS ? 'silent' : 'ok';
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
