import { LanewayError } from 'laneway/message';
import { defineWorkflow, type Ref } from 'laneway/workflow';
import { Analyze, garage, Lost, Note, Noticed, Reported, Schedule } from '../../support/workflow-topology.js';

type Define = Parameters<typeof defineWorkflow<'bad', typeof garage, typeof Reported>>[3];
type BadFlow = Parameters<Define>[0];
type Start = Parameters<Define>[1];

const within = { timeout: '30 seconds' } as const;
const analyze = (flow: BadFlow, start: Start, step = 'analyze') =>
  flow.request(step, Analyze, { vin: start.vin, readings: start.readings }, within);
const noWay = (): never => {
  throw new Error('unreachable');
};

/** Each refusal: what was done, and what the message has to name. */
const refusals: Record<string, readonly [Define, RegExp]> = {
  'a command without reply': [
    (flow) => void flow.request('note', Note as never, { text: 'x' } as never, within),
    /Note names no reply[^]*workflow 'bad', note/,
  ],
  'a type that no channel carries': [
    (flow) => void flow.request('lost', Lost as never, { vin: 'x' } as never, within),
    /no channel of 'garage' carries Lost[^]*carried: .*Analyze/,
  ],
  'another type of the same name': [
    (flow) => flow.publish('tell', { ...Noticed }, { vin: 'x', severity: 'y' }),
    /not the type of that name/,
  ],
  'a step name twice': [
    (flow, start) => void [analyze(flow, start), analyze(flow, start)],
    /two steps are named 'analyze'/,
  ],
  'a bad step name': [(flow, start) => void analyze(flow, start, 'a.b'), /'a\.b' cannot name a step/],
  'a payload that does not fit': [
    (flow) => flow.publish('tell', Noticed, { vin: 3 as never, severity: 'x' }),
    /vin: Invalid input/,
  ],
  'an answer for a timeout that does not fit': [
    (flow) =>
      void flow.request('s', Schedule, { vin: 'v', urgent: true }, { ...within, onTimeout: { slot: 1 } as never }),
    /onTimeout for Scheduled does not fit/,
  ],
  'a payload that is no JSON': [
    (flow) => flow.publish('tell', Noticed, { vin: new Date(0) as never, severity: 'x' }),
    /data\.vin is a Date/,
  ],
  'a timeout over the deadline': [
    (flow) => void flow.request('s', Schedule, { vin: 'v', urgent: true }, { timeout: '2 days' }),
    /longer than the workflow's deadline '1 day'/,
  ],
  'a request without timeout': [
    (flow) => void flow.request('s', Schedule, { vin: 'v', urgent: true }, {} as never),
    /has no timeout/,
  ],
  'an unknown priority': [
    (flow) => flow.publish('t', Note, { text: 'x' }, { priority: 'urgent' as never }),
    /priority is "urgent"[^]*critical, high/,
  ],
  'an agent that does not handle it': [
    (flow) => flow.publish('t', Note, { text: 'x' }, { to: 'watcher' }),
    /to is "watcher"[^]*'worker'/,
  ],
  'an unknown capability': [
    (flow) => flow.publish('t', Note, { text: 'x' }, { to: { capability: 'flying' } }),
    /matches no agent/,
  ],
  'a field that the type has not': [
    (flow, start) => flow.publish('t', Note, { text: (start as never as { vim: string }).vim }),
    /start has no field 'vim'[^]*did you mean 'vin'/,
  ],
  'computing with a reference': [
    (flow, start) => flow.publish('t', Note, { text: `car ${start.vin as never as string}` }),
    /computes with start\.vin/,
  ],
  'spreading a reference': [
    (flow, start) => flow.publish('t', Note, { ...(start as never as { text: string }) }),
    /spreads or lists the fields of start/,
  ],
  'a missing arm': [
    (flow, start) => void flow.match(analyze(flow, start).severity, { normal: noWay } as never),
    /no arm for 'warning', no arm for 'critical'/,
  ],
  'an arm too many': [
    (flow, start) => void flow.match(start.urgent, { true: noWay, false: noWay, maybe: noWay } as never),
    /an arm for 'maybe'/,
  ],
  'matching what may be absent': [
    (flow, start) => void flow.match(start.owner.phone as never, { a: noWay } as never),
    /may be absent[^]*orElse/,
  ],
  'completing in a branch': [
    (flow) => void flow.parallel({ a: () => void flow.complete('x') }),
    /inside a branch of flow\.parallel[^]*bad', a > complete 'x'/,
  ],
  'a step behind the end': [
    (flow) => void [flow.complete('x'), flow.publish('t', Note, { text: 'x' })],
    /no path leads here/,
  ],
  'a step behind a match that always ends': [
    (flow, start) =>
      void [
        flow.match(start.urgent, { true: () => flow.complete('x'), false: () => flow.fail('Y') }),
        flow.publish('t', Note, { text: 'x' }),
      ],
    /no path leads here/,
  ],
  'a value of an arm used behind it': [
    (flow, start) => {
      let inner: Ref<string> | undefined;
      flow.match(start.urgent, { true: () => void (inner = analyze(flow, start).vin), false: () => undefined });
      flow.publish('t', Note, { text: inner ?? noWay() });
    },
    /refers to analyze\.vin, which is not known here/,
  ],
  'a value of another branch': [
    (flow, start) => {
      let inner: Ref<string> | undefined;
      flow.parallel({
        a: () => void (inner = analyze(flow, start).vin),
        b: () => flow.publish('t', Note, { text: inner ?? noWay() }),
      });
    },
    /not known here/,
  ],
  'an absent value returned whole': [
    (flow, start) => void flow.match(start.urgent, { true: () => start.owner.phone, false: () => 'x' }),
    /returns start\.owner\.phone, which may be absent/,
  ],
  'an asynchronous arm': [
    (flow, start) => void flow.match(start.urgent, { true: () => Promise.resolve(), false: () => undefined }),
    /'true' is asynchronous/,
  ],
  'no step at all': [() => undefined, /records no step/],
};

test.each(Object.entries(refusals))('refuses %s', (_, [define, message]) => {
  const act = () => defineWorkflow(garage, 'bad', { startedBy: Reported }, define);
  expect(act).toThrow(LanewayError);
  expect(act).toThrow(
    expect.objectContaining({ code: 'INVALID_WORKFLOW', message: expect.stringMatching(message) as string }) as Error,
  );
});

test('refuses a value of another workflow', () => {
  let other: Ref<string> | undefined;
  defineWorkflow(garage, 'one', { startedBy: Reported }, (flow, start) => {
    other = start.vin;
    flow.complete('x');
  });
  expect(() =>
    defineWorkflow(garage, 'two', { startedBy: Reported }, (flow) =>
      flow.publish('t', Note, { text: other ?? noWay() }),
    ),
  ).toThrow(/not known here/);
});

test('refuses bad names, deadlines and starters', () => {
  const define: Define = (flow) => void flow.complete('x');
  expect(() => defineWorkflow(garage, 'Bad Name', { startedBy: Reported }, define as never)).toThrow(
    /'Bad Name' cannot name a workflow/,
  );
  expect(() => defineWorkflow(garage, 'bad', { startedBy: Reported, deadline: '400 days' }, define)).toThrow(
    /at most 365 days/,
  );
  expect(() => defineWorkflow(garage, 'bad', { startedBy: Analyze as never }, define as never)).toThrow(/a command/);
});
