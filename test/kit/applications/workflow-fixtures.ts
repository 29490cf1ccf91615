import { defineWorkflow, type Flow, type Ref } from 'laneway/workflow';
import { Analyze, Engage, garage, Noticed, Reported, Schedule } from './workflow-topology.js';

type GarageFlow = Parameters<Parameters<typeof defineWorkflow<'any', typeof garage, typeof Reported>>[3]>[0];
type Analysis = ReturnType<typeof analyze>;

function analyze(
  flow: Flow<typeof Analyze>,
  start: { readonly vin: Ref<string>; readonly readings: Ref<{ name: string; value: number }[]> },
) {
  return flow.request('analyze', Analyze, { vin: start.vin, readings: start.readings }, { timeout: '30 seconds' });
}

/** Called in two arms, so that its step is named after them. */
function engage(flow: GarageFlow, analysis: Analysis) {
  return flow.request(
    'engage customer',
    Engage,
    { vin: analysis.vin, reasons: analysis.reasons, note: analysis.note },
    { timeout: '2 hours', priority: 'high', onTimeout: { answer: 'silent', at: 'never' } },
  );
}

/** The shape of the vehicle-maintenance workflow: choice, steps that continue behind it, branches, values that join. */
export const maintenance = defineWorkflow(
  garage,
  'maintenance',
  { startedBy: Reported, deadline: '3 days' },
  (flow, start) => {
    const analysis = analyze(flow, start);
    const answer = flow.match(analysis.severity, {
      normal: () => flow.complete('healthy', { score: analysis.score }),
      warning: () => engage(flow, analysis).answer,
      critical: () => {
        const both = flow.parallel({
          engaged: () => engage(flow, analysis),
          held: () => flow.request('hold slot', Schedule, { vin: start.vin, urgent: true }, { timeout: '1 minute' }),
        });
        flow.publish('tell', Noticed, { vin: both.held.slot, severity: analysis.severity });
        return both.engaged.answer;
      },
    });
    flow.match(answer, {
      accepted: () => {
        const slot = flow.request(
          'schedule',
          Schedule,
          { vin: start.vin, urgent: start.urgent },
          { timeout: '1 minute' },
        );
        flow.complete('scheduled', slot);
      },
      declined: () => flow.complete('declined'),
      silent: () => flow.fail('CustomerSilent', 'no answer from the customer'),
    });
  },
);
