import { defineWorkflow, type WorkflowDefinition } from 'laneway/workflow';
import { callsIn } from '../../../../../shared/workflow/compile/calls-in.js';
import { maintenance } from '../../../../kit/applications/workflow-fixtures.js';
import {
  Analyze,
  Analyzed,
  Engage,
  garage,
  Noticed,
  Reported,
  Schedule,
} from '../../../../kit/applications/workflow-topology.js';

const within = { timeout: '30 seconds' } as const;
const keepOf = (workflow: WorkflowDefinition, step: string) =>
  callsIn(workflow.asl).find(({ state }) => state === step)?.payload['keep'];

test('what a step says that the execution keeps of its reply', () => {
  const kept = callsIn(maintenance.asl).map(({ state, payload }) => [state, payload['keep']]);
  expect(kept).toEqual([
    // Severity is decided by; the rest goes into messages and the result.
    ['analyze', { pass: ['score', 'vin', 'reasons', 'note'], read: ['severity'] }],
    ['warning.engage customer', { read: ['answer'] }],
    ['critical.engaged.engage customer', { read: ['answer'] }],
    ['hold slot', { pass: ['slot'] }],
    ['tell', undefined],
    ['schedule', { pass: ['*'] }],
  ]);
});

test('nothing of a reply that nobody uses; of one that is only joined, that it is there', () => {
  const workflow = defineWorkflow(garage, 'w', { startedBy: Reported }, (flow, start) => {
    flow.request('unused', Schedule, { vin: start.vin, urgent: true }, within);
    const both = flow.parallel({
      left: () => flow.request('left', Schedule, { vin: start.vin, urgent: true }, within),
      right: () => {
        const { slot, centre } = flow.request('right', Schedule, { vin: start.vin, urgent: true }, within);
        return { slot, centre };
      },
    });
    flow.publish('tell', Noticed, { vin: both.right.centre.name, severity: 'normal' });
  });
  expect(keepOf(workflow, 'unused')).toEqual({});
  expect(keepOf(workflow, 'left')).toEqual({});
  expect(keepOf(workflow, 'right')).toEqual({ pass: ['centre.name'], exists: ['slot'] });
});

test('elements, lists in lists, and what is looked into although it is passed on', () => {
  const workflow = defineWorkflow(garage, 'w', { startedBy: Reported }, (flow, start) => {
    const analysis = flow.request('analyze', Analyze, { vin: start.vin, readings: [] }, within);
    const groups = [analysis.reasons, ['a']];
    flow.request('engage', Engage, { vin: analysis.vin, reasons: analysis.reasons, groups }, within);
    const first = flow.orElse(analysis.reasons.at(0), 'none');
    const last = flow.orElse(analysis.reasons.at(-1), 'none');
    flow.complete('done', { first, last, note: flow.orElse(analysis.note, 'none') });
  });
  expect(keepOf(workflow, 'analyze')).toEqual({
    pass: ['vin', 'reasons', 'reasons[*]', 'reasons[0]', 'reasons[-1]', 'note'],
  });
});

test('lists of maps: what of the elements is used, and how many values come together', () => {
  const workflow = defineWorkflow(garage, 'w', { startedBy: Reported }, (flow, start) => {
    const analysis = flow.request('analyze', Analyze, { vin: start.vin, readings: start.readings }, within);
    const slots = flow.map('reasons', analysis.reasons, (reason) => {
      const { slot } = flow.request('slot', Schedule, { vin: reason, urgent: true }, within);
      return {
        slot,
        tags: flow.map('tags', start.tags, (tag) => ({
          tag,
          at: flow.request('at', Engage, { vin: tag, reasons: [] }, within).at,
        })),
      };
    });
    flow.complete('done', { slots });
  });
  expect(keepOf(workflow, 'analyze')).toEqual({ pass: ['reasons[*]'] });
  expect(keepOf(workflow, 'slot')).toEqual({ pass: ['slot'], share: '{% 2 * $count($analyze.reasons) %}' });
  // Beside the tag, which is of the start message; the results of the inner map share what there is with the slot.
  expect(keepOf(workflow, 'at')).toEqual({
    pass: ['at'],
    share: '{% 16 * $count($analyze.reasons) * $count($states.context.Execution.Input.message.data.tags) %}',
  });
});

test('many values that come together share what a state holds, also through choices and branches', () => {
  const workflow = defineWorkflow(garage, 'w', { startedBy: Reported }, (flow, start) => {
    const scans = Array.from({ length: 10 }, (_, index) =>
      flow.request(`scan ${index}`, Schedule, { vin: start.vin, urgent: true }, within),
    );
    const own = flow.match(start.urgent, { true: () => ({ all: scans }), false: () => ({ all: scans.slice(1) }) });
    flow.complete('done', { own });
  });
  expect(keepOf(workflow, 'scan 3')).toEqual({ pass: ['*'], share: 10 });
});

test('messages that are waited for, and names that are no words', () => {
  const workflow = defineWorkflow(garage, 'w', { startedBy: Reported }, (flow, start) => {
    const seen = flow.receive('seen', Analyzed, { timeout: '1 minute' });
    flow.match(seen.severity, {
      normal: () => flow.complete('well', { note: start.vin }),
      warning: () => flow.complete('a'),
      critical: () => flow.fail('b'),
    });
  });
  expect(keepOf(workflow, 'seen')).toEqual({ read: ['severity'] });
});
