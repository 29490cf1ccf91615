import { createServer, request, Agent, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { seededRandom } from '../../../shared/testing/memory/seeded-random.js';
import { errorAnswer, faultedCall, matches, type Fault, type FaultedCall } from './faults.js';

/** A proxy in front of an engine, by whose rules calls fail. It lives in this process and ends with it, however it ends. */
export interface FaultProxy {
  /** Address at which clients and functions reach the engine. */
  readonly endpoint: string;
  /**
   * Puts other faults in the place of those that hold, none for an engine that is well. Calls that hang are cut off then, as their
   * callers would wait on for a network that is back.
   */
  strike(faults: readonly Fault[]): void;
  /** Calls that each fault struck so far, by its name. */
  struck(): Readonly<Record<string, number>>;
  /** Calls that were passed on. */
  passed(): number;
  close(): Promise<void>;
}

/**
 * Starts a proxy on a free port of 127.0.0.1. A call is known by the signature's service and by `X-Amz-Target`; the first
 * fault that fits and whose share strikes answers in the place of the engine.
 *
 * @param engine address of the engine, http
 * @param seed of the shares: the same order of calls meets the same faults
 */
export async function startFaultProxy(engine: string, seed = 1): Promise<FaultProxy> {
  const random = seededRandom(seed);
  const agent = new Agent({ keepAlive: true });
  const counts = new Map<string, number>();
  const hanging = new Set<Socket>();
  let faults: readonly Fault[] = [];
  let passed = 0;

  const answer = (call: IncomingMessage, response: ServerResponse): void => {
    const known = faultedCall(call);
    const fault = faults.find((one) => matches(one, known) && random() < (one.share ?? 1));
    if (fault === undefined) {
      passed++;
      return passOn(call, response);
    }
    counts.set(fault.name, (counts.get(fault.name) ?? 0) + 1);
    strike(fault, known, call, response);
  };

  const strike = (fault: Fault, known: FaultedCall, call: IncomingMessage, response: ServerResponse): void => {
    if (fault.does === 'drop') return void call.socket.destroy();
    // The engine does what it is asked for, and nobody hears of it.
    if (fault.does === 'lose-answer') return passOn(call, response, true);
    call.resume();
    if (fault.does === 'hang') {
      // The call itself closes once its body is read; the connection stays.
      hanging.add(call.socket);
      call.socket.once('close', () => hanging.delete(call.socket));
      return;
    }
    const { status, headers, body } = errorAnswer(fault.does, known);
    response.writeHead(status, headers).end(body);
  };

  const passOn = (call: IncomingMessage, response: ServerResponse, lose = false): void => {
    const { hostname, port } = new URL(engine);
    const { method, url: path, headers } = call;
    const onward = request({ hostname, port, method, path, headers, agent }, (answered) => {
      if (lose) {
        answered.resume();
        return void call.socket.destroy();
      }
      response.writeHead(answered.statusCode ?? 502, answered.headers);
      answered.pipe(response);
      answered.once('error', () => call.socket.destroy());
    });
    onward.once('error', () => call.socket.destroy());
    // Whoever has gone wants no answer, a long poll least of all.
    response.once('close', () => response.writableFinished || onward.destroy());
    call.pipe(onward);
  };

  const server = createServer(answer);
  // A long poll of twenty seconds is no idle connection.
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((done, failed) => {
    server.once('error', failed);
    server.listen(0, '127.0.0.1', done);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP server has an address with a port');
  return {
    endpoint: `http://127.0.0.1:${address.port}`,
    strike: (others) => {
      faults = others;
      for (const socket of hanging) socket.destroy();
    },
    struck: () => Object.fromEntries(counts),
    passed: () => passed,
    close: async () => {
      const closed = new Promise((done) => server.close(done));
      server.closeAllConnections();
      agent.destroy();
      await closed;
    },
  };
}
