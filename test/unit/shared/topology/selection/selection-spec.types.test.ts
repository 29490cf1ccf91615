import * as z from 'zod';
import { createAgent } from 'laneway/agent';
import type { connect } from 'laneway/client';
import type { startInProcess } from 'laneway/in-process';
import { command, event } from 'laneway/message';
import { defineTopology } from 'laneway/topology';
import { defineWorkflow } from 'laneway/workflow';

/**
 * The assertions are the compiler's: `npm run check` fails when an expected error is not one, or another appears. The
 * functions are never run.
 */
const Done = event('Done', z.object({}));
const Work = command('Work', z.object({}), { reply: Done });
const Began = event('Began', z.object({}));
const channels = { jobs: { carries: [Work], selection: 'score' }, news: { carries: [Done, Began] } } as const;
const capabilities = { weld: { description: 'joins' }, paint: { description: 'colours' } } as const;

const shop = () =>
  defineTopology('shop', {
    capabilities,
    channels,
    agents: {
      a: { subscribes: ['jobs'], capabilities: ['weld'] },
      b: { subscribes: ['jobs'], capabilities: { paint: 0.5 } },
      desk: { subscribes: ['news'], publishes: [Work] },
    },
    clients: { counter: { publishes: [Work, Began] } },
  });

export function declarations(): void {
  defineTopology('t', {
    capabilities,
    channels,
    // @ts-expect-error no such capability in a list
    agents: { a: { subscribes: ['jobs'], capabilities: ['wled'] } },
  });
  defineTopology('t', {
    capabilities,
    channels,
    // @ts-expect-error no such capability with a proficiency
    agents: { a: { subscribes: ['jobs'], capabilities: { wled: 1 } } },
  });
  defineTopology('t', { channels, agents: { a: { subscribes: ['jobs'], capabilities: ['anything'] } } });
  defineTopology('t', {
    // @ts-expect-error an event goes to everybody
    channels: { news: { carries: [Done], selection: 'score' } },
    agents: {},
  });
  defineTopology('t', {
    // @ts-expect-error no such strategy
    channels: { jobs: { carries: [Work], selection: 'fastest' } },
    agents: { a: { subscribes: ['jobs'] } },
  });
  defineTopology('t', {
    // @ts-expect-error a weight is missing
    channels: { jobs: { carries: [Work], selection: { by: 'score', weights: { load: 1 } } } },
    agents: { a: { subscribes: ['jobs'] } },
  });
}

export async function callers(connected: typeof connect, started: typeof startInProcess): Promise<void> {
  const topology = shop();
  const client = await connected(topology, { as: 'counter' });
  await client.publish(Work, {}, { to: { capabilities: ['weld', 'paint'] } });
  await client.request(Work, {}, { timeout: '1 minute', to: { any: ['paint'] } });
  // @ts-expect-error no such capability
  await client.publish(Work, {}, { to: { capabilities: ['wled'] } });
  // @ts-expect-error no such capability
  await client.request(Work, {}, { timeout: '1 minute', to: { any: ['wled'] } });
  const app = await started(topology, { agents: [] });
  // @ts-expect-error no such capability
  await app.client('counter').publish(Work, {}, { to: { any: ['wled'] } });
  createAgent(topology, 'desk').handle({
    Began: (_, { publish }) => {
      publish(Work, {}, { to: { capabilities: ['weld'] } });
      // @ts-expect-error no such capability
      publish(Work, {}, { to: { capabilities: ['wled'] } });
    },
    Done: () => undefined,
  });
  defineWorkflow(topology, 'w', { startedBy: Began }, (flow) => {
    flow.request('one', Work, {}, { timeout: '1 minute', to: { capabilities: ['weld'] } });
    // @ts-expect-error no such capability
    flow.request('two', Work, {}, { timeout: '1 minute', to: { any: ['wled'] } });
    return flow.complete('done');
  });
}

it('is checked by the compiler', () => {
  expect(Object.keys(shop().model.capabilities ?? {})).toEqual(['weld', 'paint']);
});
