import * as z from 'zod';
import { command, event } from 'laneway/message';
import { defineTopology } from 'laneway/topology';
import { defineWorkflow } from 'laneway/workflow';

/** A small application for tests: things are fetched one after the other, with a person's word in between. */
export const Fetched = event('Fetched', z.object({ thing: z.string() }));
export const Fetch = command('Fetch', z.object({ errand: z.string(), thing: z.string() }), { reply: Fetched });
export const ErrandHalfDone = event('ErrandHalfDone', z.object({ errand: z.string() }));
export const ErrandWanted = event('ErrandWanted', z.object({ errand: z.string() }));

export const errands = defineTopology('errands', {
  channels: {
    'errand.wanted': { carries: [ErrandWanted] },
    'errand.fetch': { carries: [Fetch], qos: { tries: 1 } },
    'errand.fetched': { carries: [Fetched] },
    'errand.news': { carries: [ErrandHalfDone] },
  },
  agents: { runner: { subscribes: ['errand.fetch'] } },
  clients: { house: { publishes: [ErrandWanted] } },
});

export const errand = defineWorkflow(errands, 'errand', { startedBy: ErrandWanted }, (flow, wanted) => {
  const fetch = (thing: string) =>
    flow.request(thing, Fetch, { errand: wanted.errand, thing }, { timeout: '1 minute' });
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
