import * as z from 'zod';
import { command, event } from 'laneway/message';
import { defineTopology } from 'laneway/topology';
import { defineWorkflow } from 'laneway/workflow';

/** A small application for tests: things are fetched one after the other, with a person's word in between. */
export const Fetched = event('Fetched', z.object({ thing: z.string(), leaflet: z.string().default('') }));
export const Fetch = command(
  'Fetch',
  z.object({
    ...{ errand: z.string(), thing: z.string() },
    /** Characters that the leaflet is to have. */
    leaflet: z.number().optional(),
    /** Goods of an errand. */
    with: z.array(z.string()).optional(),
  }),
  { reply: Fetched },
);
export const ErrandHalfDone = event('ErrandHalfDone', z.object({ errand: z.string() }));
export const LeafletsWanted = event('LeafletsWanted', z.object({ errand: z.string(), lengths: z.array(z.number()) }));
export const ErrandWanted = event('ErrandWanted', z.object({ errand: z.string() }));

export const errands = defineTopology('errands', {
  channels: {
    'errand.wanted': { carries: [ErrandWanted, LeafletsWanted] },
    'errand.fetch': { carries: [Fetch], qos: { tries: 1 } },
    'errand.fetched': { carries: [Fetched] },
    'errand.news': { carries: [ErrandHalfDone] },
  },
  agents: { runner: { subscribes: ['errand.fetch'] } },
  clients: { house: { publishes: [ErrandWanted, LeafletsWanted] } },
});

export const errand = defineWorkflow(errands, 'errand', { startedBy: ErrandWanted }, (flow, wanted) => {
  const fetch = (thing: string) =>
    flow.request(thing, Fetch, { errand: wanted.errand, thing }, { timeout: '10 minutes' });
  fetch('bread');
  const { decision } = flow.approval('more', { title: 'More?', approvers: 'family', timeout: '1 hour' });
  flow.publish('tell', ErrandHalfDone, { errand: wanted.errand });
  const milk = fetch('milk');
  flow.match(decision, {
    approved: () => flow.complete('fetched', { last: milk.thing }),
    rejected: () => flow.complete('enough'),
    silent: () => flow.fail('NobodyHome', 'nobody said anything'),
  });
});

/** Fetches more, side by side, than a state machine can hold. */
export const leaflets = defineWorkflow(errands, 'leaflets', { startedBy: LeafletsWanted }, (flow, wanted) => {
  const within = { timeout: '10 minutes' } as const;
  const fetch = (thing: string, leaflet: number) =>
    flow.request(thing, Fetch, { errand: wanted.errand, thing, leaflet }, within).leaflet;
  const both = flow.parallel({ bank: () => fetch('bank', 300_000), post: () => fetch('post', 300_000) });
  const each = flow.map('each', wanted.lengths, (leaflet) => {
    const fetched = flow.request('one', Fetch, { errand: wanted.errand, thing: 'one', leaflet }, within);
    return { thing: fetched.thing, leaflet: fetched.leaflet };
  });
  const bundle = { errand: wanted.errand, thing: 'bundle', with: [both.bank, both.post] };
  const { thing } = flow.request('bundle', Fetch, bundle, within);
  flow.complete('bundled', { thing, bank: both.bank, each });
});
