import { defineWorkflow, type Flow, type Input, type Ref } from 'laneway/workflow';
import {
  Analyze,
  Engage,
  garage,
  Lost,
  Note,
  Noticed,
  Reported,
  Schedule,
} from '../../../../kit/applications/workflow-topology.js';

/**
 * The assertions are the compiler's: `npm run check` fails when an expected error is not one, or another appears. The
 * functions below are never run, because most of them are refused at definition as well.
 */
type GarageFlow = Parameters<Parameters<typeof defineWorkflow<'types', typeof garage, typeof Reported>>[3]>[0];
type Start = Parameters<Parameters<typeof defineWorkflow<'types', typeof garage, typeof Reported>>[3]>[1];

const within = { timeout: '30 seconds' } as const;

export function references(flow: GarageFlow, start: Start): void {
  const vin: Ref<string> = start.vin;
  const phone: Ref<string | undefined> = start.owner.phone;
  const reading: Ref<{ name: string; value: number } | undefined> = start.readings.at(0);
  const value: Ref<number | undefined> = start.readings.at(-1).value;
  const wide: Input<string> = flow.request('a', Analyze, { vin, readings: start.readings }, within).severity;
  // @ts-expect-error no such field
  void start.vim;
  // @ts-expect-error a number is no string
  const wrong: Ref<string> = flow.request('a', Analyze, { vin, readings: [] }, within).score;
  // @ts-expect-error may be absent
  const sure: Ref<string> = start.owner.phone;
  const filled: Ref<string> = flow.orElse(start.owner.phone, 'none');
  // @ts-expect-error a fallback of another type
  flow.orElse(start.owner.phone, 3);
  void [phone, reading, value, wide, wrong, sure, filled];
}

export function conditions(flow: GarageFlow, start: Start): void {
  const { score, severity } = flow.request('a', Analyze, { vin: 'V1', readings: [] }, within);
  const over: Ref<boolean> = flow.is(score, '>', 0.5);
  void [flow.is(severity, '=', 'critical'), flow.is(start.urgent, '!=', start.urgent), flow.is(start.vin, '<', 'W')];
  void flow.any(flow.all(over, start.urgent), flow.not(flow.present(start.owner.phone)));
  // @ts-expect-error a value that it cannot have
  flow.is(severity, '=', 'fatal');
  // @ts-expect-error compared with another type
  flow.is(score, '>', '0.5');
  // @ts-expect-error may be absent
  flow.is(start.owner.phone, '=', '1');
  // @ts-expect-error booleans have no order
  flow.is(start.urgent, '<', true);
  // @ts-expect-error no comparison
  flow.is(score, '==', 1);
  // @ts-expect-error no condition
  flow.all(over, start.vin);
  // @ts-expect-error none at all
  flow.any();
}

export function inputs(flow: GarageFlow, start: Start): void {
  flow.request('a', Analyze, { vin: 'V1', readings: [{ name: start.vin, value: 1 }] }, within);
  flow.request('a', Analyze, flow.request('b', Analyze, { vin: start.vin, readings: [] }, within) as never, within);
  flow.request('a', Engage, { vin: start.vin, reasons: [start.vin, 'text'], note: start.owner.phone }, within);
  // @ts-expect-error a field is missing
  flow.request('a', Analyze, { vin: start.vin }, within);
  // @ts-expect-error a reference of the wrong type
  flow.request('a', Analyze, { vin: start.urgent, readings: [] }, within);
  // @ts-expect-error a reference of the wrong type, deeper
  flow.request('a', Analyze, { vin: 'V1', readings: [{ name: 'oil', value: start.vin }] }, within);
  // @ts-expect-error a field that the command has not
  flow.request('a', Analyze, { vin: 'V1', readings: [], extra: 1 }, within);
  // @ts-expect-error something that may be absent where it is demanded
  flow.request('a', Schedule, { vin: start.owner.phone, urgent: true }, within);
  // @ts-expect-error a whole reference of the wrong type
  flow.request('a', Schedule, start.readings, within);
  // @ts-expect-error the command names no reply
  flow.request('a', Note, { text: 'x' }, within);
  // @ts-expect-error an event is not requested
  flow.request('a', Noticed, { vin: 'x', severity: 'y' }, within);
  // @ts-expect-error no channel carries it
  flow.request('a', Lost, { vin: 'x' }, within);
  // @ts-expect-error no channel carries it
  flow.publish('a', Lost, { vin: 'x' });
  flow.publish('a', Noticed, { vin: start.vin, severity: 'text' });
  flow.publish('a', Note, { text: 'x' }, { priority: 'low', to: 'worker' });
}

export function maps(flow: GarageFlow, start: Start): void {
  const slots: Ref<string[]> = flow.map(
    'a',
    start.tags,
    (tag) => flow.request('b', Schedule, { vin: tag, urgent: true }, within).slot,
  );
  const pairs: Ref<{ name: string; at: number }[]> = flow.map('c', start.readings, (one) => ({
    name: one.name,
    at: one.value,
  }));
  flow.map('d', start.tags, () => undefined, { concurrency: 2 });
  // @ts-expect-error no list
  flow.map('e', start.vin, () => undefined);
  // @ts-expect-error an element has no such field
  flow.map('f', start.readings, (one) => one.nome);
  // @ts-expect-error one element would end the others
  flow.map('g', start.tags, () => flow.complete('early'));
  // @ts-expect-error elements that return nothing make no list
  const none: Ref<string[]> = flow.map('h', start.tags, () => undefined);
  // @ts-expect-error the list holds texts
  const numbers: Ref<number[]> = flow.map('i', start.tags, (tag) => tag);
  void [slots, pairs, none, numbers];
}

export function compensations(flow: GarageFlow, start: Start): void {
  const asked = { vin: start.vin, urgent: true };
  flow.request('a', Schedule, asked, {
    ...within,
    compensate: { with: Engage, data: (slot) => ({ vin: slot.slot, reasons: [] }), timeout: '1 minute' },
  });
  flow.request('b', Schedule, asked, {
    ...within,
    // @ts-expect-error a field of the reply that there is not
    compensate: { with: Engage, data: (slot) => ({ vin: String(slot.vin), reasons: [] }) },
  });
  // @ts-expect-error a field of the compensation is missing
  flow.request('c', Schedule, asked, { ...within, compensate: { with: Engage, data: (slot) => ({ vin: slot.slot }) } });
  // @ts-expect-error nobody would know when it is undone
  flow.request('d', Schedule, asked, { ...within, compensate: { with: Note, data: () => ({ text: 'x' }) } });
  flow.request('e', Schedule, asked, {
    ...within,
    // @ts-expect-error an event undoes nothing
    compensate: { with: Noticed, data: () => ({ vin: 'x', severity: 'y' }) },
  });
  // @ts-expect-error no channel carries it
  flow.request('f', Schedule, asked, { ...within, compensate: { with: Lost, data: () => ({ vin: 'x' }) } });
}

const other = defineWorkflow(garage, 'other', { startedBy: Noticed }, (flow) => flow.complete('seen'));

export function holds(flow: GarageFlow, start: Start): void {
  const ended = flow.run(
    'a',
    other,
    { vin: start.vin, severity: 'x' },
    { timeout: '1 hour', results: ['seen', 'lost'] },
  );
  flow.match(ended.result, { seen: () => undefined, lost: () => undefined });
  // @ts-expect-error no arm for 'lost'
  flow.match(ended.result, { seen: () => undefined });
  // @ts-expect-error a field of the start message is missing
  flow.run('b', other, { vin: start.vin }, { timeout: '1 hour', results: ['seen'] });
  // @ts-expect-error no timeout
  flow.run('c', other, { vin: start.vin, severity: 'x' }, { results: ['seen'] });
  flow.wait('d', '1 hour');
  flow.wait('e', { until: start.vin });
  // @ts-expect-error a bare number
  flow.wait('f', 3600);
  // @ts-expect-error no time
  flow.wait('g', { until: start.urgent });
}

export function options(flow: GarageFlow, start: Start): void {
  flow.request(
    'a',
    Schedule,
    { vin: start.vin, urgent: start.urgent },
    { timeout: '1 minute', priority: 'high', to: { capability: 'analysis' } },
  );
  flow.request(
    'a',
    Schedule,
    { vin: 'V1', urgent: true },
    { timeout: '1 minute', onTimeout: { slot: start.vin, centre: { name: 'none' } } },
  );
  // @ts-expect-error a request has a timeout
  flow.request('a', Schedule, { vin: 'V1', urgent: true }, {});
  // @ts-expect-error a bare number is no duration
  flow.request('a', Schedule, { vin: 'V1', urgent: true }, { timeout: 30 });
  // @ts-expect-error no such priority
  flow.request('a', Schedule, { vin: 'V1', urgent: true }, { timeout: '1 minute', priority: 'urgent' });
  // @ts-expect-error no such agent
  flow.request('a', Schedule, { vin: 'V1', urgent: true }, { timeout: '1 minute', to: 'workers' });
  // @ts-expect-error no agent has the capability
  flow.request('a', Schedule, { vin: 'V1', urgent: true }, { timeout: '1 minute', to: { capability: 'flying' } });
  // @ts-expect-error no agent has the role
  flow.publish('a', Note, { text: 'x' }, { to: { role: 'foot' } });
  flow.publish('a', Note, { text: 'x' }, { to: { role: 'hand' } });
  // @ts-expect-error not the reply's shape
  flow.request('a', Schedule, { vin: 'V1', urgent: true }, { timeout: '1 minute', onTimeout: { slot: 'x' } });
}

export function attempts(flow: GarageFlow, start: Start): void {
  const asked = { vin: start.vin, urgent: true };
  const ask = { timeout: '1 minute', tries: 3, deadline: '1 hour' } as const;
  flow.request('a', Schedule, asked, { ...ask, fallback: 'helper' });
  flow.request('a', Schedule, asked, { ...ask, fallback: ['another', { capability: 'analysis' }, { role: 'hand' }] });
  flow.request('a', Schedule, asked, {
    ...ask,
    fallback: [
      { agent: { role: 'hand' }, times: 1, timeout: '2 minutes' },
      { channel: 'garage.work', timeout: '10 seconds' },
      { person: '1 hour' },
    ],
  });
  // @ts-expect-error a number of tries
  flow.request('a', Schedule, asked, { ...ask, tries: 'thrice' });
  // @ts-expect-error a bare number is no duration
  flow.request('a', Schedule, asked, { ...ask, deadline: 3600 });
  // @ts-expect-error no such agent
  flow.request('a', Schedule, asked, { ...ask, fallback: 'helpers' });
  // @ts-expect-error no such agent, in a list
  flow.request('a', Schedule, asked, { ...ask, fallback: ['helper', 'wroker'] });
  // @ts-expect-error no agent has the capability
  flow.request('a', Schedule, asked, { ...ask, fallback: { capability: 'flying' } });
  // @ts-expect-error no agent has the role
  flow.request('a', Schedule, asked, { ...ask, fallback: { agent: { role: 'foot' } } });
  // @ts-expect-error no such channel
  flow.request('a', Schedule, asked, { ...ask, fallback: { channel: 'garage.werk' } });
  // @ts-expect-error tries say how often the receiver itself is asked
  flow.request('a', Schedule, asked, { ...ask, fallback: { retry: 3 } });
  // @ts-expect-error a person needs time
  flow.request('a', Schedule, asked, { ...ask, fallback: { person: 60 } });
  // @ts-expect-error who is asked is known when the workflow is defined
  flow.request('a', Schedule, asked, { ...ask, fallback: start.vin });
  // @ts-expect-error nothing is asked again that nobody answers
  flow.publish('a', Note, { text: 'x' }, { tries: 3 });
}

export function matching(flow: GarageFlow, start: Start): void {
  const analysis = flow.request('a', Analyze, { vin: start.vin, readings: start.readings }, within);
  const joined: Ref<string> = flow.match(analysis.severity, {
    normal: () => start.vin,
    warning: () => 'x',
    critical: () => flow.complete('end'),
  });
  const record: Ref<{ urgent: boolean; by: string }> = flow.match(start.urgent, {
    true: () => ({ urgent: start.urgent, by: 'a' }),
    false: () => ({ urgent: false, by: start.vin }),
  });
  const nothing: void = flow.match(start.urgent, { true: () => undefined, false: () => start.vin });
  const arm = (): undefined => undefined;
  // @ts-expect-error an arm is missing
  flow.match(analysis.severity, { normal: arm, warning: arm });
  // @ts-expect-error an arm too many
  flow.match(analysis.severity, { normal: arm, warning: arm, critical: arm, fatal: arm });
  // @ts-expect-error a boolean has two arms
  flow.match(start.urgent, { true: () => undefined });
  // @ts-expect-error any text is not a union of literals
  flow.match(start.vin, { a: () => undefined });
  // @ts-expect-error what may be absent has no arm for that
  flow.match(analysis.note, { a: () => undefined });
  // @ts-expect-error a number is neither text nor boolean
  flow.match(analysis.score, { 1: () => undefined });
  // @ts-expect-error the joined value is no number
  const count: Ref<number> = flow.match(start.urgent, { true: () => 'a', false: () => 'b' });
  void [joined, record, nothing, count];
}

export function branching(flow: GarageFlow, start: Start): void {
  const { left, right } = flow.parallel({
    left: () => flow.request('a', Analyze, { vin: start.vin, readings: [] }, within),
    right: () => {
      flow.publish('b', Noticed, { vin: start.vin, severity: 'x' });
    },
  });
  const score: Ref<number> = left.score;
  const none: void = right;
  // @ts-expect-error a branch does not complete the workflow
  flow.parallel({ left: () => flow.complete('end') });
  flow.parallel({ left: () => flow.fail('Broken') });
  void [score, none];
}

export function definitions(): void {
  // @ts-expect-error no channel carries it
  defineWorkflow(garage, 'x', { startedBy: event() }, () => undefined);
  // @ts-expect-error a command starts no workflow
  defineWorkflow(garage, 'x', { startedBy: Analyze }, () => undefined);
  const shared = (flow: Flow<typeof Engage>, vin: Ref<string>) =>
    flow.request('engage', Engage, { vin, reasons: [] }, within);
  defineWorkflow(garage, 'x', { startedBy: Reported }, (flow, start) => {
    shared(flow, start.vin);
  });
}

declare function event(): typeof Lost;

test('a workflow whose wiring is right compiles and is defined', () => {
  const definition = defineWorkflow(garage, 'typed', { startedBy: Reported }, (flow, start) => {
    const analysis = flow.request('analyze', Analyze, { vin: start.vin, readings: start.readings }, within);
    return flow.complete('done', { severity: analysis.severity });
  });
  expect(definition.steps.map((step) => step.name)).toEqual(['analyze']);
});
