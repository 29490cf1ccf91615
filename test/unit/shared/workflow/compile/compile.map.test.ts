import asl from 'asl-validator';
import fc from 'fast-check';
import { defineWorkflow } from 'laneway/workflow';
import { branchesAsMap } from '../../../../../shared/workflow/compile/branches-as-map.js';
import { AslError, execute, type TaskHandler } from '../../../../kit/oracles/asl-interpreter.js';
import { Analyze, Engage, garage, Note, Reported, Schedule } from '../../../../kit/applications/workflow-topology.js';

const within = { timeout: '30 seconds' } as const;
const input = (data: object) => ({
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
const start = { vin: 'V1', readings: [{ name: 'oil', value: 1 }], urgent: true, tags: ['a', 'b', 'c'] };

/** A slot named after what was asked; `analyze` reasons are the names of its readings. */
const answer: TaskHandler = ({ payload }) => {
  if (payload['kind'] === 'publish') return { Payload: null };
  const data = payload['data'] as { vin: string; readings?: { name: string }[] };
  if (payload['type'] === 'Schedule') return { data: { slot: `S-${data.vin}`, centre: { name: 'North' } } };
  return {
    data: { vin: data.vin, severity: 'warning', score: 1, reasons: (data.readings ?? []).map(({ name }) => name) },
  };
};

const slots = defineWorkflow(garage, 'slots', { startedBy: Reported }, (flow, given) => {
  const booked = flow.map(
    'book',
    given.tags,
    (tag) => flow.request('slot', Schedule, { vin: tag, urgent: given.urgent }, within).slot,
    { concurrency: 2 },
  );
  flow.complete('booked', { slots: booked });
});

describe('flow.map', () => {
  test.each([[[]], [['a']], [['a', 'b', 'c']]])('runs its steps for each of %j and keeps their order', async (tags) => {
    const ending = await execute(slots.asl, input({ ...start, tags }), answer);
    expect(ending.output).toEqual({ result: 'booked', data: { slots: tags.map((tag) => `S-${tag}`) } });
    expect(ending.calls.map(({ payload }) => payload['index'])).toEqual(tags.map((_, index) => String(index)));
  });

  test('is a valid machine, also where parallels are written as maps', () => {
    for (const definition of [slots.asl, branchesAsMap(slots.asl)]) {
      const { isValid, errorsText } = asl(JSON.parse(JSON.stringify(definition).replaceAll('${DispatcherArn}', 'arn')));
      expect([isValid, isValid ? '' : errorsText()]).toEqual([true, '']);
    }
    expect(slots.asl.States['book']).toMatchObject({ Type: 'Map', MaxConcurrency: 2 });
  });

  test('numbers elements of a map within a map, so that no two of their messages have one id', async () => {
    const nested = defineWorkflow(garage, 'nested', { startedBy: Reported }, (flow, given) => {
      const all = flow.map('outer', given.tags, (tag) => {
        const analysis = flow.request('analyze', Analyze, { vin: tag, readings: given.readings }, within);
        const inner = flow.map('inner', analysis.reasons, (reason) => {
          flow.publish('note', Note, { text: reason });
          return { reason, tag };
        });
        return { inner, vin: analysis.vin };
      });
      flow.complete('done', { all });
    });
    const readings = [
      { name: 'oil', value: 1 },
      { name: 'heat', value: 2 },
    ];
    const ending = await execute(nested.asl, input({ ...start, tags: ['a', 'b'], readings }), answer);
    const of = (tag: string) => ({ vin: tag, inner: readings.map(({ name }) => ({ reason: name, tag })) });
    expect(ending.output).toEqual({ result: 'done', data: { all: [of('a'), of('b')] } });
    const notes = ending.calls.filter(({ payload }) => payload['type'] === 'Note');
    expect(notes.map(({ payload }) => payload['index']).sort()).toEqual(['0.0', '0.1', '1.0', '1.1']);
  });

  test('keeps elements that are lists, in a list of one as well', async () => {
    const lists = defineWorkflow(garage, 'lists', { startedBy: Reported }, (flow, given) => {
      const groups = flow.map('group', given.tags, (tag) => [tag, tag]);
      flow.request('engage', Engage, { vin: given.vin, reasons: [], groups }, within);
    });
    for (const tags of [['a'], ['a', 'b']]) {
      const ending = await execute(lists.asl, input({ ...start, tags }), answer);
      expect(ending.calls[0]?.payload['data']).toMatchObject({ groups: tags.map((tag) => [tag, tag]) });
    }
  });

  test('decides and branches within an element', async () => {
    const mixed = defineWorkflow(garage, 'mixed', { startedBy: Reported }, (flow, given) => {
      flow.map('reading', given.readings, (reading) => {
        const both = flow.parallel({
          slot: () => flow.request('slot', Schedule, { vin: reading.name, urgent: true }, within).slot,
          analysis: () => flow.request('analyze', Analyze, { vin: reading.name, readings: [reading] }, within),
        });
        flow.match(both.analysis.severity, {
          normal: () => undefined,
          warning: () => flow.publish('warn', Note, { text: both.slot }),
          critical: () => flow.fail('Critical'),
        });
      });
    });
    for (const definition of [mixed.asl, branchesAsMap(mixed.asl)]) {
      const ending = await execute(definition, input(start), answer);
      expect(ending).toMatchObject({ status: 'SUCCEEDED', output: { result: 'completed' } });
      const warned = ending.calls.find(({ payload }) => payload['type'] === 'Note');
      expect(warned?.payload).toMatchObject({ index: '0', data: { text: 'S-oil' } });
    }
  });

  test('fails with its first failing element', async () => {
    const failing: TaskHandler = (call) => {
      if ((call.payload['data'] as { vin: string }).vin === 'b') throw new AslError('RequestFailed', 'no slot');
      return answer(call);
    };
    expect(await execute(slots.asl, input(start), failing)).toMatchObject({ status: 'FAILED', error: 'RequestFailed' });
  });

  test('any list of texts comes back as it was', async () => {
    const same = defineWorkflow(garage, 'same', { startedBy: Reported }, (flow, given) => {
      flow.complete('same', { tags: flow.map('tag', given.tags, (tag) => tag) });
    });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.string(), { maxLength: 8 }), async (tags) => {
        expect((await execute(same.asl, input({ ...start, tags }), answer)).output).toEqual({
          result: 'same',
          data: { tags },
        });
      }),
      { numRuns: 60 },
    );
  });

  test('says why a list, a number or an end within it is refused', () => {
    const define = (use: Parameters<typeof defineWorkflow<'bad', typeof garage, typeof Reported>>[3]) => () =>
      defineWorkflow(garage, 'bad', { startedBy: Reported }, use);
    expect(define((flow, given) => flow.map('x', given.vin as never, () => undefined))).toThrow(/start.vin is no list/);
    expect(define((flow, given) => flow.map('x', given.tags, () => undefined, { concurrency: 41 }))).toThrow(
      /concurrency is 41[^]*allowed: 1 to 40/,
    );
    expect(define((flow, given) => flow.map('x', given.tags, (() => flow.complete('early')) as never))).toThrow(
      /flow.complete inside .*flow.map/,
    );
    let leaked: unknown;
    expect(
      define((flow, given) => {
        flow.map('x', given.tags, (tag) => {
          leaked = tag;
        });
        flow.publish('after', Note, { text: leaked as never });
      }),
    ).toThrow(/not known here/);
  });
});
