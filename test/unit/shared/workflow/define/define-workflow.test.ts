import { LanewayError } from 'laneway/message';
import { defineWorkflow, type Ref } from 'laneway/workflow';
import {
  Analyze,
  garage,
  Lost,
  Note,
  Noticed,
  Reported,
  Schedule,
} from '../../../../kit/applications/workflow-topology.js';

type Define = Parameters<typeof defineWorkflow<'bad', typeof garage, typeof Reported>>[3];
type BadFlow = Parameters<Define>[0];
type Start = Parameters<Define>[1];

const within = { timeout: '30 seconds' } as const;
const analyze = (flow: BadFlow, start: Start, step = 'analyze') =>
  flow.request(step, Analyze, { vin: start.vin, readings: start.readings }, within);
/** A request with options, unchecked by the compiler. */
const ask =
  (options: object) =>
  (flow: BadFlow): void =>
    void flow.request('ask', Schedule, { vin: 'v', urgent: true }, { ...within, ...options });
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
  'an attempt that is too short': [
    ask({ timeout: '5 seconds', tries: 2 }),
    /timeout is '5 seconds', too short for an attempt[^]*6 seconds or more[^]*workflow 'bad', ask/,
  ],
  'no tries': [ask({ tries: 0 }), /tries is 0[^]*a whole number from 1 to 11/],
  'half a try': [ask({ tries: 1.5 }), /tries is 1\.5/],
  'too many tries': [ask({ tries: 12 }), /tries is 12/],
  'a deadline that is no duration': [ask({ deadline: 'soon' }), /deadline is "soon"[^]*workflow 'bad', ask/],
  'a deadline shorter than its one attempt': [
    ask({ deadline: '20 seconds' }),
    /take 30 seconds, deadline is '20 seconds'[^]*'30 seconds' or more/,
  ],
  'tries that have no time within the deadline': [
    // 3 x 30 s, pauses of 1 s and 2 s, and twice 2 s to hand it on.
    ask({ tries: 3, deadline: '90 seconds' }),
    /take 97 seconds, deadline is '90 seconds'[^]*'97 seconds' or more; or fewer tries/,
  ],
  "tries that have no time within the workflow's deadline": [
    ask({ timeout: '10 hours', tries: 3 }),
    /the workflow's deadline is '1 day'/,
  ],
  "a deadline over the workflow's": [
    ask({ deadline: '2 days' }),
    /deadline is '2 days', longer than the workflow's deadline '1 day'/,
  ],
  'a fallback that does not handle the command': [
    ask({ fallback: 'watcher' }),
    /'watcher' is to take over on 'garage.work' and is no subscriber of it[^]*known: helper, worker[^]*fallback\[0\]\.agent[^]*workflow 'bad', ask/,
  ],
  'a fallback with a slip of the pen': [
    ask({ fallback: ['helper', 'wroker'] }),
    /did you mean 'worker'[^]*fallback\[1\]/,
  ],
  'a fallback with an unknown capability': [
    ask({ fallback: { capability: 'analisys' } }),
    /no subscriber of 'garage.work' has the capability 'analisys'[^]*did you mean 'analysis'/,
  ],
  'a fallback with an unknown role': [ask({ fallback: { role: 'foot' } }), /has the role 'foot'[^]*hand/],
  'a fallback on an unknown channel': [ask({ fallback: { channel: 'garage.werk' } }), /falls back to 'garage\.werk'/],
  'a fallback on a channel without the command': [
    ask({ fallback: { channel: 'garage.out' } }),
    /falls back to 'garage\.out', which does not carry Schedule/,
  ],
  'a fallback that was asked before': [
    ask({ fallback: 'worker' }),
    /fallback\[0\] asks worker, and nobody is left who was not asked before[^]*helper/,
  ],
  'a fallback that is addressed already': [ask({ to: { role: 'hand' }, fallback: 'worker' }), /nobody is left/],
  'more of them than there are': [
    ask({ fallback: { agent: 'another', times: 2 } }),
    /asks 2 of worker, helper, and only helper is left/,
  ],
  'people before agents': [
    ask({ fallback: [{ person: '1 minute' }, 'helper'] }),
    /the rung 'agent' stands after 'person'[^]*in this order/,
  ],
  'a retry as fallback': [ask({ fallback: [{ retry: 3 }] }), /fallback\[0\] is a retry[^]*tries/],
  'no fallback at all': [ask({ fallback: [] }), /fallback is an empty list/],
  'a fallback that is a reference': [
    (flow, start) => void ask({ fallback: start.vin })(flow),
    /fallback holds a reference/,
  ],
  'a fallback of a shape that there is not': [
    ask({ fallback: { agents: 'helper' } }),
    /fallback\[0\] is .*allowed: an agent's id/s,
  ],
  'a fallback with a wrong time': [
    ask({ fallback: { agent: 'helper', timeout: 30 } }),
    /fallback\[0\] has the timeout 30/,
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
    (flow) => flow.publish('t', Note, { text: 'x' }, { to: { capability: 'flying' as never } }),
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
  'comparing what may be absent': [
    (flow, start) => void flow.match(flow.is(start.owner.phone as never, '=', 'x'), { true: noWay, false: noWay }),
    /start\.owner\.phone may be absent[^]*flow\.present/,
  ],
  'comparing a number with a text': [
    (flow, start) => void flow.is(analyze(flow, start).score, '>', 'x' as never),
    /compares a number with a string/,
  ],
  'an order of booleans': [
    (flow, start) => void flow.is(start.urgent, '<' as never, true),
    /start\.urgent is compared by <[^]*allowed: number, string/,
  ],
  'comparing with null': [
    (flow, start) => void flow.is(start.vin, '=', null as never),
    /null is compared by =[^]*allowed: number, string, boolean/,
  ],
  'comparing with a list': [
    (flow, start) => void flow.is(start.vin, '=', [start.vin] as never),
    /a value with references \(list\) is compared by =/,
  ],
  'an unknown comparison': [
    (flow, start) => void flow.is(start.vin, '==' as never, 'x'),
    /compares by "=="[^]*allowed: =, !=, <, <=, >, >=/,
  ],
  'a condition of no reference': [(flow) => void flow.not(true as never), /flow\.not was given no reference/],
  'all of what is no condition': [
    (flow, start) => void flow.all(start.vin as never),
    /flow\.all was given start\.vin, a string[^]*flow\.is/,
  ],
  'a condition on a value from inside an arm': [
    (flow, start) => {
      let inner: Ref<number> | undefined;
      flow.match(start.urgent, { true: () => void (inner = analyze(flow, start).score), false: () => undefined });
      const known = flow.request('known', Analyze, { vin: start.vin, readings: [] }, { timeout: '1 minute' });
      const leaked = inner as unknown as Ref<number>;
      flow.match(flow.is(known.score, '<', leaked), { true: noWay, false: noWay });
    },
    /analyze\.score, which is not known here/,
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
