import { loadavg } from 'node:os';
import * as z from 'zod';
import { createAgent, type Agent } from 'laneway/agent';
import { event } from 'laneway/message';
import { createHarness } from 'laneway/testing';
import { defineTopology, type Topology } from 'laneway/topology';
import { quantile } from '../cli/demo/quantile.js';

/**
 * Measures how the time of `createHarness` grows with a topology of agents and as many channels:
 *
 *   npm run bench -- harness [--json]
 *
 * Each agent hears one channel of its own. On the bus a topology ends at some 140 agents and channels (2,048 characters of a
 * pattern, 300 rules), with direct channels at some 290 agents (300 rules). Each size is compared with a quarter of it, in
 * turn, after a warm-up; the aim is a ratio of the medians at most 5, where 4 is the growth of the topology.
 */
const ROUNDS = 41;
const AIM = 5;
const SHAPES = [
  { delivery: 'bus', sizes: [35, 140] },
  { delivery: 'direct', sizes: [70, 280] },
] as const;
type Delivery = (typeof SHAPES)[number]['delivery'];

interface Application {
  readonly topology: Topology;
  readonly agents: readonly Agent<Record<never, never>>[];
}

interface Growth {
  readonly delivery: Delivery;
  /** Agents, and as many channels. */
  readonly sizes: readonly number[];
  /** Median for each size. */
  readonly milliseconds: readonly number[];
  readonly ratio: number;
}

function application(size: number, delivery: Delivery): Application {
  const numbers = Array.from({ length: size }, (_, index) => index);
  const types = numbers.map((index) => event(`Happened${index}`, z.object({})));
  const qos = { priorities: ['normal'] as const, delivery };
  const channels = Object.fromEntries(types.map((type, index) => [`c${index}`, { carries: [type] as const, qos }]));
  const declared = Object.fromEntries(numbers.map((index) => [`a${index}`, { subscribes: [`c${index}`] }]));
  const topology: Topology = defineTopology('wide', {
    channels,
    agents: declared,
    clients: { all: { publishes: types } },
  });
  const agents = types.map(({ name }, index) => createAgent(topology, `a${index}`).handle({ [name]: () => undefined }));
  return { topology, agents };
}

function measure({ delivery, sizes }: (typeof SHAPES)[number]): Growth {
  const sides = sizes.map((size) => ({ ...application(size, delivery), times: [] as number[] }));
  for (let round = -5; round < ROUNDS; round++) {
    for (const { topology, agents, times } of sides) {
      const began = performance.now();
      createHarness(topology, { agents });
      if (round >= 0) times.push(performance.now() - began);
    }
  }
  const milliseconds = sides.map(({ times }) => quantile(times, 0.5));
  return { delivery, sizes, milliseconds, ratio: (milliseconds[1] ?? Number.NaN) / (milliseconds[0] ?? Number.NaN) };
}

function main(json: boolean): void {
  const loadBefore = loadavg();
  const growth = SHAPES.map(measure);
  const met = growth.every(({ ratio }) => ratio <= AIM);
  const result = { bench: 'harness', rounds: ROUNDS, growth, aim: AIM, met, loadBefore, loadAfter: loadavg() };
  if (json) console.log(JSON.stringify(result));
  else {
    for (const { delivery, sizes, milliseconds, ratio } of growth) {
      const [small, large] = milliseconds.map((time) => `${time.toFixed(2)} ms`);
      console.log(`${delivery}: ${sizes.join(' and ')} agents: ${small} and ${large}, ratio ${ratio.toFixed(2)}`);
    }
    console.log(`aim, at most ${AIM} for four times the topology: ${met ? 'met' : 'missed'}`);
  }
  process.exitCode = met ? 0 : 1;
}

main(process.argv.includes('--json'));
