import * as z from 'zod';
import { command, event } from 'laneway/message';
import { defineTopology } from 'laneway/topology';
import { defineWorkflow } from 'laneway/workflow';

export const LegRun = event('LegRun', z.object({ leg: z.number().int() }));
export const RunLeg = command('RunLeg', z.object({ race: z.string(), leg: z.number().int(), baton: z.string() }), {
  reply: LegRun,
});
export const RaceStarted = event('RaceStarted', z.object({ race: z.string(), baton: z.string() }));

/** Requests of a race, one after the other. */
export const LEGS = ['first', 'second', 'third'] as const;

/** The least that a workflow can be: requests whose agent answers at once. */
export const relay = defineTopology('relay', {
  channels: {
    'relay.races': { carries: [RaceStarted] },
    'relay.legs': { carries: [RunLeg] },
    'relay.runs': { carries: [LegRun] },
  },
  agents: { runner: { subscribes: ['relay.legs'], handlerTimeout: '10 seconds' } },
  clients: { track: { publishes: [RaceStarted] } },
});

export const race = defineWorkflow(relay, 'race', { startedBy: RaceStarted, deadline: '2 hours' }, (flow, started) => {
  for (const [leg, name] of LEGS.entries())
    flow.request(name, RunLeg, { race: started.race, leg, baton: started.baton }, { timeout: '1 hour' });
  flow.complete('run');
});
