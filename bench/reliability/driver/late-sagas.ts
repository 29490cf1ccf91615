import * as z from 'zod';
import { createAgent } from 'laneway/agent';
import { command, event } from 'laneway/message';
import { createHarness } from 'laneway/testing';
import { defineTopology } from 'laneway/topology';
import { defineWorkflow } from 'laneway/workflow';

const part = z.object({ what: z.string() });
const Wanted = event('Wanted', part);
const Got = event('Got', part);
const GaveBack = event('GaveBack', part);
const Get = command('Get', part, { reply: Got });
const GiveBack = command('GiveBack', part, { reply: GaveBack });

const stores = defineTopology('stores', {
  channels: {
    wishes: { carries: [Wanted] },
    asked: { carries: [Get, GiveBack] },
    answers: { carries: [Got, GaveBack] },
  },
  agents: { store: { subscribes: ['asked'] } },
  clients: { buyer: { publishes: [Wanted] } },
});
const PARTS = ['first', 'second', 'third'] as const;
const getAll = defineWorkflow(stores, 'get-all', { startedBy: Wanted }, (flow) => {
  const get = (what: string) => () =>
    void flow.request(
      what,
      Get,
      { what },
      { timeout: '30 seconds', compensate: { with: GiveBack, data: () => ({ what }) } },
    );
  flow.parallel({ first: get('first'), second: get('second'), third: get('third') });
  flow.complete('got');
});

/**
 * A workflow gives up what it has asked for; then all replies come, while nothing can be asked for undoing them. When it can again, the
 * steps are undone one by one, the last that was begun first. @returns what was got and given back, in order
 */
export async function undoLate(seed: number, note: (what: string) => void): Promise<readonly string[]> {
  const done: string[] = [];
  const act = (what: string): void => {
    done.push(what);
    note(what);
  };
  const store = createAgent(stores, 'store').handle({
    Get: ({ data }) => {
      act(`get ${data.what}`);
      return data;
    },
    GiveBack: ({ data }) => {
      act(`give back ${data.what}`);
      return data;
    },
  });
  const world = createHarness(stores, { agents: [store], workflows: [getAll], seed });
  world.faults.delay('10 minutes', { type: 'Got', receiver: 'replies', probability: 1 });
  await world.publish(Wanted, { what: 'all' });
  await world.advance('9 minutes');
  world.faults.outage({ port: 'bus', who: 'replies', for: '11 minutes' });
  await world.settle();
  await world.advance('1 hour');
  await world.settle();
  return done;
}

/** Faults of an order: what was got must be given back, once each, in the opposite order of the workflow's. */
export function orderFaults(done: readonly string[]): string[] {
  const given = done.filter((what) => what.startsWith('give back ')).map((what) => what.slice('give back '.length));
  const wanted = [...PARTS].reverse().join(', ');
  return given.join(', ') === wanted ? [] : [`gave back ${given.join(', ') || 'nothing'}, not ${wanted}`];
}

/** Effects of a run in which all is right. */
export const LATE_EFFECTS = 2 * PARTS.length;
