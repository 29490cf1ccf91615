import { performance } from 'node:perf_hooks';
import { createAgent } from 'laneway/agent';
import { startInProcess, type InProcess } from 'laneway/in-process';
import { event } from 'laneway/message';
import { defineTopology } from 'laneway/topology';
import * as z from 'zod';

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

/** Messages per second of the clock, and of the processor time that the process took. */
export interface Rate {
  readonly perSecond: number;
  readonly perCpuSecond: number;
}

/**
 * Rate from the first `publish` to the end of the last handling.
 * @throws Error when a handling is lacking
 */
export async function rate(channel: 'one' | 'three', messages: number, publishers: number): Promise<Rate> {
  const run = await open();
  const { application } = run;
  const client = application.client('sensor');
  const cpuBegan = process.cpuUsage();
  const began = performance.now();
  let left = messages;
  const publisher = async (): Promise<void> => {
    while (left-- > 0) await client.publish(Measured, READING, { channel });
  };
  await Promise.all(Array.from({ length: publishers }, publisher));
  await application.settled();
  const seconds = (performance.now() - began) / 1000;
  const { user, system } = process.cpuUsage(cpuBegan);
  await application.stop();
  const expected = messages * (channel === 'one' ? 1 : 3);
  if (run.handled() !== expected) throw new Error(`${run.handled()} handlings of ${expected}`);
  return { perSecond: messages / seconds, perCpuSecond: messages / ((user + system) / 1e6) };
}

/** Milliseconds from the call of `publish` to the handler, one message at a time. */
export async function routing(messages: number): Promise<number[]> {
  const run = await open();
  const client = run.application.client('sensor');
  const times: number[] = [];
  for (let at = 0; at < messages; at += 1) {
    const handled = new Promise<number>((resolve) => (run.onHandled = () => resolve(performance.now())));
    const began = performance.now();
    await client.publish(Measured, READING, { channel: 'one' });
    times.push((await handled) - began);
  }
  await run.application.stop();
  return times;
}
