import { defineWorkflow } from 'laneway/workflow';
import { branchesAsMap } from '../../../../../shared/workflow/compile/branches-as-map.js';
import { AslError, execute, type TaskHandler } from '../../../../kit/oracles/asl-interpreter.js';
import { maintenance } from '../../../../kit/applications/workflow-fixtures.js';
import {
  Analyze,
  Engage,
  garage,
  Noticed,
  Reported,
  Schedule,
} from '../../../../kit/applications/workflow-topology.js';

const start = { vin: 'V1', readings: [{ name: 'oil', value: 1 }], urgent: true, tags: ['one'] };
const startInput = (data: object = start) => ({
  message: {
    id: 'm1',
    type: 'Reported',
    source: 's',
    time: 't',
    correlationid: 'c1',
    priority: 'normal',
    hops: 0,
    data,
  },
  generation: 0,
});
const within = { timeout: '30 seconds' } as const;

/** Answers each request by its command; an answer that is an error fails it. */
const answers =
  (byType: Readonly<Record<string, unknown>>): TaskHandler =>
  ({ payload }) => {
    if (payload['kind'] === 'publish') return { Payload: null };
    const answer = byType[String(payload['type'])];
    if (answer instanceof Error) throw answer;
    return { data: answer };
  };

const analyzed = { vin: 'V1', severity: 'warning', score: 0.5, reasons: ['low oil'] };
const usual = {
  Analyze: analyzed,
  Engage: { answer: 'accepted', at: 'noon' },
  Schedule: { slot: 'S7', centre: { name: 'North' } },
};

describe('the maintenance workflow', () => {
  test('goes the normal way in three states', async () => {
    const ending = await execute(
      maintenance.asl,
      startInput(),
      answers({ ...usual, Analyze: { ...analyzed, severity: 'normal' } }),
    );
    expect(ending).toMatchObject({ status: 'SUCCEEDED', output: { result: 'healthy', data: { score: 0.5 } } });
    expect(ending.entered).toHaveLength(3);
  });

  test('passes replies on, leaves out what is absent, and continues behind the match', async () => {
    const ending = await execute(maintenance.asl, startInput(), answers(usual));
    expect(ending.output).toEqual({ result: 'scheduled', data: { slot: 'S7', centre: { name: 'North' } } });
    expect(ending.calls.map(({ payload }) => payload['step'])).toEqual([
      'analyze',
      'warning.engage customer',
      'schedule',
    ]);
    expect(ending.calls[1]?.payload['data']).toEqual({ vin: 'V1', reasons: ['low oil'] });
    const noted = await execute(
      maintenance.asl,
      startInput(),
      answers({ ...usual, Analyze: { ...analyzed, note: 'soon' } }),
    );
    expect(noted.calls[1]?.payload['data']).toEqual({ vin: 'V1', reasons: ['low oil'], note: 'soon' });
  });

  test('calls the dispatcher as the contract says', async () => {
    const ending = await execute(maintenance.asl, startInput(), answers(usual));
    const { data, ...message } = startInput().message;
    expect(ending.calls[0]).toEqual({
      resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
      functionName: '${DispatcherArn}',
      payload: {
        kind: 'request',
        token: 'token-1',
        timeoutSeconds: 30,
        workflow: 'maintenance',
        execution: 'execution-1',
        step: 'analyze',
        generation: 0,
        keep: { pass: ['score', 'vin', 'reasons', 'note'], read: ['severity'] },
        message,
        type: 'Analyze',
        version: 1,
        data: { vin: data && start.vin, readings: start.readings },
      },
    });
    expect(ending.calls[1]?.payload).toMatchObject({ priority: 'high', timeoutSeconds: 7200 });
  });

  test('takes onTimeout as the reply, in an arm and in a branch', async () => {
    const silent = { ...usual, Engage: new AslError('RequestTimedOut') };
    const warning = await execute(maintenance.asl, startInput(), answers(silent));
    expect(warning).toMatchObject({ status: 'FAILED', error: 'CustomerSilent', cause: 'no answer from the customer' });
    const critical = await execute(
      maintenance.asl,
      startInput(),
      answers({ ...silent, Analyze: { ...analyzed, severity: 'critical' } }),
    );
    expect(critical).toMatchObject({ status: 'FAILED', error: 'CustomerSilent' });
    expect(critical.calls.map(({ payload }) => payload['step'])).toContain('tell');
  });

  test('joins what branches returned', async () => {
    const ending = await execute(
      maintenance.asl,
      startInput(),
      answers({ ...usual, Analyze: { ...analyzed, severity: 'critical' } }),
    );
    const tell = ending.calls.find(({ payload }) => payload['step'] === 'tell');
    expect(tell).toMatchObject({
      resource: 'arn:aws:states:::lambda:invoke',
      payload: { kind: 'publish', type: 'Noticed', data: { vin: 'S7', severity: 'critical' } },
    });
    expect(tell?.payload).not.toHaveProperty('token');
    expect(ending.output).toMatchObject({ result: 'scheduled' });
  });

  test('fails where nothing answers for a timeout or a failure, and does not ask again', async () => {
    for (const error of ['RequestTimedOut', 'RequestFailed']) {
      const ending = await execute(maintenance.asl, startInput(), answers({ ...usual, Analyze: new AslError(error) }));
      expect(ending).toMatchObject({ status: 'FAILED', error });
      expect(ending.calls).toHaveLength(1);
    }
  });

  test('asks again when the dispatcher itself fails, and gives up after a thousand times', async () => {
    let faults = 3;
    const flaky = await execute(maintenance.asl, startInput(), (call) => {
      if (faults-- > 0) throw new AslError('Runtime.HandlerError');
      return answers(usual)(call);
    });
    expect(flaky.status).toBe('SUCCEEDED');
    const broken = await execute(
      maintenance.asl,
      startInput(),
      answers({ ...usual, Analyze: new AslError('Lambda.TooManyRequestsException') }),
    );
    expect(broken).toMatchObject({ status: 'FAILED', error: 'Lambda.TooManyRequestsException' });
    expect(broken.calls).toHaveLength(1_001);
  });

  test('a value that no arm names fails the execution', async () => {
    const ending = await execute(
      maintenance.asl,
      startInput(),
      answers({ ...usual, Analyze: { ...analyzed, severity: 'new' } }),
    );
    expect(ending).toMatchObject({ status: 'FAILED', error: 'States.NoChoiceMatched' });
  });
});

test('branches written as a map bring the same', async () => {
  const critical = answers({ ...usual, Analyze: { ...analyzed, severity: 'critical' } });
  const written = await execute(maintenance.asl, startInput(), critical);
  const mapped = await execute(branchesAsMap(maintenance.asl), startInput(), critical);
  const sent = (ending: typeof written) => ending.calls.map(({ payload }) => ({ ...payload, token: '' }));
  expect(mapped.output).toEqual(written.output);
  expect(sent(mapped)).toEqual(sent(written));
  expect(Object.values(branchesAsMap(maintenance.asl).States).map((state) => state.Type)).not.toContain('Parallel');
  expect(mapped.entered).toContain('parallel engaged, held by item');
});

describe('flow', () => {
  test('a path that just stops completes', async () => {
    const { asl } = defineWorkflow(garage, 'stops', { startedBy: Reported }, (flow, { vin }) =>
      flow.publish('tell', Noticed, { vin, severity: 'x' }),
    );
    expect(await execute(asl, startInput(), answers({}))).toMatchObject({
      output: { result: 'completed' },
      entered: ['tell'],
    });
  });

  test('onFailure and onTimeout may refer to earlier values and end the workflow', async () => {
    const { asl } = defineWorkflow(garage, 'fallback', { startedBy: Reported }, (flow, { vin }) => {
      const slot = flow.request(
        'schedule',
        Schedule,
        { vin, urgent: true },
        {
          ...within,
          onFailure: { slot: vin, centre: { name: 'failed' } },
          onTimeout: { slot: 'late', centre: { name: 'x' } },
        },
      );
      return flow.complete('end', { at: slot.slot, in: slot.centre.name });
    });
    const outputs = [usual.Schedule, new AslError('RequestFailed'), new AslError('RequestTimedOut')].map((Schedule) =>
      execute(asl, startInput(), answers({ Schedule })),
    );
    expect((await Promise.all(outputs)).map(({ output }) => output)).toEqual([
      { result: 'end', data: { at: 'S7', in: 'North' } },
      { result: 'end', data: { at: 'V1', in: 'failed' } },
      { result: 'end', data: { at: 'late', in: 'x' } },
    ]);
  });

  test('matches a boolean, nested in branches, with values from arms without steps', async () => {
    const { asl } = defineWorkflow(garage, 'nested', { startedBy: Reported }, (flow, data) => {
      const { left, right } = flow.parallel({
        left: () => {
          const inner = flow.match(data.urgent, {
            true: () => {
              const analysis = flow.request('analyze', Analyze, { vin: data.vin, readings: [] }, within);
              return flow.match(analysis.severity, {
                normal: () => ({ how: 'calm', by: data.vin }),
                warning: () => ({ how: analysis.severity, by: 'w' }),
                critical: () => flow.fail('Critical'),
              });
            },
            false: () => ({ how: 'idle', by: 'n' }),
          });
          return { inner, list: [[data.vin], ['b']] };
        },
        right: () => flow.publish('tell', Noticed, { vin: data.vin, severity: 'x' }),
      });
      expect(right).toBeUndefined();
      return flow.complete('end', left);
    });
    const ends = async (data: object, severity: string) =>
      execute(asl, startInput(data), answers({ Analyze: { ...analyzed, severity } }));
    const list = [['V1'], ['b']];
    expect((await ends(start, 'warning')).output).toEqual({
      result: 'end',
      data: { inner: { how: 'warning', by: 'w' }, list },
    });
    expect((await ends(start, 'normal')).output).toEqual({
      result: 'end',
      data: { inner: { how: 'calm', by: 'V1' }, list },
    });
    expect((await ends({ ...start, urgent: false }, 'normal')).output).toEqual({
      result: 'end',
      data: { inner: { how: 'idle', by: 'n' }, list },
    });
    expect(await ends(start, 'critical')).toMatchObject({ status: 'FAILED', error: 'Critical' });
  });

  test('lists stay lists: of one, of none, and inside a list', async () => {
    const { asl } = defineWorkflow(garage, 'lists', { startedBy: Reported }, (flow, data) => {
      flow.request('a', Engage, { vin: data.vin, reasons: data.tags, groups: [data.tags, ['x']] }, within);
      flow.request(
        'b',
        Engage,
        { vin: data.vin, reasons: [data.vin], groups: [data.tags, []], note: data.owner.phone },
        within,
      );
    });
    for (const tags of [[], ['one'], ['one', 'two']]) {
      const { calls } = await execute(asl, startInput({ ...start, tags }), answers(usual));
      expect(calls[0]?.payload['data']).toEqual({ vin: 'V1', reasons: tags, groups: [tags, ['x']] });
      expect(calls[1]?.payload['data']).toEqual({ vin: 'V1', reasons: ['V1'], groups: [tags, []] });
    }
  });

  test.each([
    { value: 5, urgent: true, ends: { over: true, least: true, equal: false, order: true, both: true, other: true } },
    {
      value: 3,
      urgent: false,
      ends: { over: false, least: true, equal: true, order: false, both: false, other: false },
    },
    {
      value: -7,
      urgent: true,
      ends: { over: false, least: false, equal: false, order: true, both: false, other: true },
    },
  ])('conditions of $value', async ({ value, urgent, ends }) => {
    const { asl } = defineWorkflow(garage, 'limits', { startedBy: Reported }, (flow, data) => {
      const first = flow.orElse(data.readings.at(0).value, 0);
      const over = flow.is(first, '>', 3);
      flow.complete('end', {
        ...{ over, least: flow.is(first, '>=', 3), equal: flow.is(first, '=', 3) },
        ...{
          order: flow.is(first, '!=', 3),
          both: flow.all(over, data.urgent, flow.not(flow.is(data.vin, '=', "it's"))),
        },
        other: flow.any(over, flow.all(flow.is(data.urgent, '=', true), flow.not(flow.present(data.owner.phone)))),
      });
    });
    const { output } = await execute(
      asl,
      startInput({ ...start, urgent, readings: [{ name: 'oil', value }] }),
      answers({}),
    );
    expect(output).toEqual({ result: 'end', data: ends });
  });

  test('a condition chooses, and what it looks at is kept by value', async () => {
    const { asl } = defineWorkflow(garage, 'limits', { startedBy: Reported }, (flow, data) => {
      const analyzed = flow.request('analyze', Analyze, { vin: data.vin, readings: data.readings }, within);
      flow.match(flow.all(flow.is(analyzed.score, '<', 1), flow.present(analyzed.note)), {
        true: () => flow.complete('noted'),
        false: () => flow.complete('not noted'),
      });
    });
    const ends = async (reply: object) => (await execute(asl, startInput(), answers({ Analyze: reply }))).output;
    expect(await ends(analyzed)).toEqual({ result: 'not noted' });
    expect(await ends({ ...analyzed, note: null })).toEqual({ result: 'not noted' });
    expect(await ends({ ...analyzed, note: 'n' })).toEqual({ result: 'noted' });
    expect(await ends({ ...analyzed, note: 'n', score: 1 })).toEqual({ result: 'not noted' });
    expect(Object.keys(asl.States)).toContain('match analyze.score below 1 and analyze.note present');
    expect(JSON.stringify(asl)).toContain('"keep":{"pass":["note"],"read":["score"]}');
  });

  test('orElse and elements of lists', async () => {
    const { asl } = defineWorkflow(garage, 'defaults', { startedBy: Reported }, (flow, data) =>
      flow.complete('end', {
        phone: flow.orElse(data.owner.phone, 'none'),
        first: data.readings.at(0).name,
        last: data.readings.at(-1).value,
      }),
    );
    const output = async (data: object) => (await execute(asl, startInput(data), answers({}))).output;
    expect(await output(start)).toEqual({ result: 'end', data: { phone: 'none', first: 'oil', last: 1 } });
    expect(await output({ ...start, readings: [], owner: { name: 'A', phone: '1' } })).toEqual({
      result: 'end',
      data: { phone: '1' },
    });
  });
});
