import { performance } from 'node:perf_hooks';
import { createAgent } from 'laneway/agent';
import { startInProcess, type InProcess } from 'laneway/in-process';
import { event } from 'laneway/message';
import { defineTopology } from 'laneway/topology';
import * as z from 'zod';
import { quantile, summarize, type Summary } from './statistics.js';

/**
 * Throughput and latency of an application in process: from `publish` of a client to the end of the last handling.
 *
 *   npm run bench -- in-process [--json]
 *
 * `one`: a channel with one agent. `fan-out`: a channel with three, so that each message is handled three times; its rate
 * counts published messages. PUBLISHERS clients publish, each its next message when the one before is taken, which is what
 * an application does that awaits its calls. The rate is the median of ROUNDS rounds, each of an application of its own, after
 * one to warm up; every handling is counted, and a round that lacks one is an error. Routing is the time from the call of
 * `publish` to the first line of the handler, one message at a time, without anything beside it.
 */
const MESSAGES = 20_000;
const PUBLISHERS = 32;
const ROUNDS = 5;
const ROUTED = 5_000;
const AIM = { messagesPerSecond: 10_000, routingP99Ms: 1 };

const Measured = event(
  'Measured',
  z.object({ sensor: z.string(), value: z.number(), unit: z.enum(['bar', 'rpm', 'C']) }),
);
const READING = { sensor: 'oil-pressure-1', value: 3.25, unit: 'bar' } as const;

const topology = defineTopology('readings', {
  channels: { one: { carries: [Measured], default: true }, three: { carries: [Measured] } },
  agents: {
    single: { subscribes: ['one'] },
    ...{ left: { subscribes: ['three'] }, middle: { subscribes: ['three'] }, right: { subscribes: ['three'] } },
  },
  clients: { sensor: { publishes: [Measured] } },
});

interface Run {
  readonly application: InProcess;
  readonly handled: () => number;
  /** Called in each handling. */
  onHandled: () => void;
}

async function open(): Promise<Run> {
  let handled = 0;
  const run = { onHandled: (): void => undefined, handled: () => handled };
  const handlers = {
    Measured: () => {
      handled += 1;
      run.onHandled();
    },
  };
  const agents = (['single', 'left', 'middle', 'right'] as const).map((id) =>
    createAgent(topology, id).handle(handlers),
  );
  const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: console.error };
  return Object.assign(run, { application: await startInProcess(topology, { agents, log: quiet }) });
}

/** Messages per second. */
async function rate(channel: 'one' | 'three'): Promise<number> {
  const run = await open();
  const { application } = run;
  const client = application.client('sensor');
  const began = performance.now();
  let left = MESSAGES;
  const publisher = async (): Promise<void> => {
    while (left-- > 0) await client.publish(Measured, READING, { channel });
  };
  await Promise.all(Array.from({ length: PUBLISHERS }, publisher));
  await application.settled();
  const seconds = (performance.now() - began) / 1000;
  await application.stop();
  const expected = MESSAGES * (channel === 'one' ? 1 : 3);
  if (run.handled() !== expected) throw new Error(`${run.handled()} handlings of ${expected}`);
  return MESSAGES / seconds;
}

async function rates(
  channel: 'one' | 'three',
): Promise<{ readonly median: number; readonly rounds: readonly number[] }> {
  await rate(channel);
  const rounds: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) rounds.push(Math.round(await rate(channel)));
  return { median: quantile(rounds, 0.5), rounds };
}

async function routing(): Promise<Summary> {
  const run = await open();
  const client = run.application.client('sensor');
  const times: number[] = [];
  for (let at = 0; at < ROUTED * 1.2; at += 1) {
    const handled = new Promise<number>((resolve) => (run.onHandled = () => resolve(performance.now())));
    const began = performance.now();
    await client.publish(Measured, READING, { channel: 'one' });
    times.push((await handled) - began);
  }
  await run.application.stop();
  // The first sixth warms up.
  return summarize(times.slice(-ROUTED));
}

const [one, three] = [await rates('one'), await rates('three')];
const routed = await routing();
const verdict = (met: boolean): string => (met ? 'meets the aim' : 'misses the aim');
if (process.argv.includes('--json')) {
  console.log(
    JSON.stringify({
      bench: 'in-process',
      messages: MESSAGES,
      publishers: PUBLISHERS,
      aim: AIM,
      one,
      fanOut: three,
      routingMs: routed,
    }),
  );
} else {
  const perSecond = (value: number): string => `${value.toLocaleString('en').padStart(7)} /s`;
  console.log(
    [
      `in process, ${PUBLISHERS} publishers, median of ${ROUNDS} rounds of ${MESSAGES.toLocaleString('en')} messages`,
      `one channel, one agent        ${perSecond(one.median)}   (${one.rounds.join(', ')})`,
      `one channel, three agents     ${perSecond(three.median)}   (${three.rounds.join(', ')}), each handled three times`,
      `publish to handler, one at a time: p50 ${routed.p50.toFixed(3)} ms, p99 ${routed.p99.toFixed(3)} ms of ${routed.runs}`,
      `aim ${AIM.messagesPerSecond.toLocaleString('en')} /s: ${verdict(one.median >= AIM.messagesPerSecond)}; aim ${AIM.routingP99Ms} ms p99: ${verdict(routed.p99 < AIM.routingP99Ms)}`,
    ].join('\n'),
  );
}
