import { readFileSync } from 'node:fs';
import aslValidator from 'asl-validator';
import { defineWorkflow, describeWorkflow, type Flow, type Ref } from 'laneway/workflow';
import { branchesAsMap } from '../../shared/workflow/compile/branches-as-map.js';
import { arbitraryUses } from '../kit/generators/arbitrary-uses.js';
import { Analyzed, Engage, garage, Note, Reported, Schedule } from '../kit/applications/workflow-topology.js';

type GarageFlow = Flow<typeof Schedule | typeof Note | typeof Analyzed | typeof Engage>;
interface Start {
  readonly vin: Ref<string>;
  readonly urgent: Ref<boolean>;
  readonly tags: Ref<string[]>;
}
type Part = (flow: GarageFlow, start: Start) => void;

const within = { timeout: '1 minute' } as const;
const inner = defineWorkflow(garage, 'inner', { startedBy: Reported }, (flow) => flow.complete('done'));
const say: Part = (flow) => flow.publish('say', Note, { text: 'x' });
const ask = (flow: GarageFlow, start: Start) => flow.request('ask', Schedule, { vin: start.vin, urgent: true }, within);
const start = { vin: 'V1', readings: [], urgent: true, tags: [] };

/** Transitions of the dearest way through a workflow. */
function transitions(define: Part): number {
  const workflow = defineWorkflow(garage, 'w', { startedBy: Reported }, (flow, data) => {
    define(flow, data);
  });
  return Math.max(...describeWorkflow(workflow).paths.map((path) => path.transitions));
}

/** Transitions that a part adds between two messages. */
function between(define: Part): number {
  const message =
    (step: string): Part =>
    (flow) =>
      flow.publish(step, Note, { text: 'x' });
  const around =
    (part: Part): Part =>
    (flow, data) =>
      [message('before'), part, message('behind')].forEach((one) => one(flow, data));
  return transitions(around(define)) - transitions(around(() => undefined));
}

/** Transitions that an end adds behind a part. */
function ending(before: Part, end: Part): number {
  return (
    transitions((flow, data) => {
      before(flow, data);
      end(flow, data);
    }) - transitions(before)
  );
}

const rows = Object.fromEntries(
  readFileSync('docs/how-to/write-a-workflow.md', 'utf8')
    .split('\n')
    .map((line) => line.split(/ +\| +/))
    .filter((cells) => cells.length === 3 && /^\| `\w+\(/.test(cells[0] ?? ''))
    .map((cells) => [/\w+/.exec(cells[0] ?? '')?.[0] ?? '', cells[2]?.replace(/\s*\|$/, '').trim() ?? '']),
);

describe('the table of verbs says what they cost', () => {
  const joins = '1 that joins where a result is used or nothing follows';
  const complete: Part = (flow) => void flow.complete('done', { x: 1 });

  test.each<[verb: string, said: string, measured: () => number[], expected: number[]]>([
    ['request', '1', () => [between(ask)], [1]],
    ['publish', '1', () => [between(say)], [1]],
    [
      'match',
      '1',
      () => [between((flow, data) => void flow.match(data.urgent, { true: () => undefined, false: () => undefined }))],
      [1],
    ],
    [
      'parallel',
      `1, and ${joins}`,
      () => [
        between((flow, data) => void flow.parallel({ one: () => void ask(flow, data) })),
        between((flow, data) => {
          const { one } = flow.parallel({ one: () => ask(flow, data).slot });
          flow.publish('used', Note, { text: one });
        }),
        transitions((flow, data) => void flow.parallel({ one: () => void ask(flow, data) })),
      ],
      [1 + 1, 2 + 1 + 1, 2 + 1],
    ],
    [
      'orElse',
      '0',
      () => [
        between((flow, data) => flow.publish('or', Note, { text: flow.orElse(data.tags.at(0) as Ref<string>, 'x') })),
      ],
      [1],
    ],
    [
      'is',
      '0',
      () => [
        between((flow, data) => flow.publish('is', Schedule, { vin: data.vin, urgent: flow.is(data.vin, '=', 'V1') })),
      ],
      [1],
    ],
    [
      'complete',
      '0 behind a request or a publish, else 1',
      () => [
        ending(ask, complete),
        ending(say, complete),
        ending(
          (flow, data) => void flow.match(data.urgent, { true: () => undefined, false: () => undefined }),
          complete,
        ),
      ],
      // A match that nothing follows leads to a state, too.
      [0, 0, 0],
    ],
    ['fail', '1', () => [ending(ask, (flow) => void flow.fail('Bad'))], [1]],
    [
      'map',
      '1, for each element 1 and its steps, and 1 that joins as above',
      () => [
        between((flow, data) => void flow.map('each', data.tags, () => void ask(flow, data))),
        transitions((flow, data) => void flow.map('each', data.tags, () => void ask(flow, data))),
      ],
      [1 + 1 + 1, 1 + 1 + 1 + 1],
    ],
    ['wait', '1', () => [between((flow) => flow.wait('pause', '1 minute'))], [1]],
    ['receive', '1', () => [between((flow) => void flow.receive('hear', Analyzed, within))], [1]],
    [
      'approval',
      '1',
      () => [between((flow) => void flow.approval('sign', { title: 'x', approvers: 'a', ...within }))],
      [1],
    ],
    [
      'run',
      '1, and those of the other',
      () => [between((flow) => void flow.run('inner', inner, start, { ...within, results: ['done'] }))],
      [1],
    ],
  ])('%s', (verb, said, measured, expected) => {
    expect(rows[verb]).toBe(said);
    expect(measured()).toEqual(expected);
  });

  test('and no verb is left out', () => {
    expect(Object.keys(rows).sort()).toEqual([
      'approval',
      'complete',
      'fail',
      'is',
      'map',
      'match',
      'orElse',
      'parallel',
      'publish',
      'receive',
      'request',
      'run',
      'wait',
    ]);
  });

  test('a request costs two at most, with whatever is taken instead of its reply', () => {
    const settled: Part = (flow, data) => {
      const options = {
        ...within,
        onTimeout: { answer: 'silent', at: 'x' },
        onFailure: { answer: 'silent', at: 'y' },
      } as const;
      const { at } = flow.request('ask', Engage, { vin: data.vin, reasons: [] }, options);
      flow.complete('done', { at });
    };
    expect(
      between(
        (flow, data) =>
          void flow.request(
            'ask',
            Engage,
            { vin: data.vin, reasons: [] },
            { ...within, onTimeout: { answer: 'silent', at: 'x' } },
          ),
      ),
    ).toBe(1);
    expect(transitions(settled)).toBe(2);
  });
});

test('what is compiled is valid by the language, whatever it keeps', () => {
  for (let seed = 1; seed <= 6; seed++) {
    for (const asl of [arbitraryUses(seed).asl, branchesAsMap(arbitraryUses(seed).asl)]) {
      const arn = 'arn:aws:lambda:eu-west-1:123456789012:function:d';
      const verdict = aslValidator(JSON.parse(JSON.stringify(asl).replaceAll('${DispatcherArn}', arn)) as object);
      expect([seed, verdict.isValid ? '' : verdict.errorsText()]).toEqual([seed, '']);
    }
  }
});
