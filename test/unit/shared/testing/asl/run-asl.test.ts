import type { TokenAnswer } from '../../../../../shared/testing/memory/memory-workflows.js';
import { AslFailure } from '../../../../../shared/testing/asl/asl-failure.js';
import { loadJsonata, runAsl } from '../../../../../shared/testing/asl/run-asl.js';
import type { Json } from '../../../../../shared/domain/base/json.js';
import type { AslDefinition } from '../../../../../shared/workflow/compile/asl.js';
import { branchesAsMap } from '../../../../../shared/workflow/compile/branches-as-map.js';
import { AslError, execute } from '../../../../kit/oracles/asl-interpreter.js';
import { maintenance } from '../../../../kit/applications/workflow-fixtures.js';

const message = {
  ...{ id: 'm1', type: 'Reported', source: 's', time: 't', correlationid: 'c1', priority: 'normal', hops: 0 },
  data: { vin: 'V1', readings: [{ name: 'oil', value: 1 }], urgent: true, tags: ['one'] },
};
const input = { message, generation: 0 };

/** Answer to each command: a payload, or the name of an error. */
type Answers = Readonly<Record<string, unknown>>;
const analyzed = (severity: string) => ({ vin: 'V1', severity, score: 0.5, reasons: ['low oil'] });
const engagements = [{ answer: 'accepted', at: 'noon' }, { answer: 'declined', at: 'noon' }, 'RequestTimedOut'];
const slots = [{ slot: 'S7', centre: { name: 'North' } }, 'RequestFailed'];
const all: Answers[] = ['normal', 'warning', 'critical', 'unheard of'].flatMap((severity) =>
  engagements.flatMap((Engage) => slots.map((Schedule) => ({ Analyze: analyzed(severity), Engage, Schedule }))),
);

/** Runs a machine as the harness does; the first `faults` calls of the dispatcher fail. */
async function run(definition: AslDefinition, answers: Answers, faults = 0, fault = 'Runtime.HandlerError') {
  const tokens = new Map<string, (answer: TokenAnswer) => void>();
  const slept: number[] = [];
  const calls: string[] = [];
  let made = 0;
  let left = faults;
  const host = {
    ...{ name: 'execution-1', input, random: () => 0.5, newToken: () => `token-${++made}` },
    forget: (token: string) => void tokens.delete(token),
    sleep: async (seconds: number) => {
      slept.push(seconds);
      return Promise.resolve();
    },
    answerTo: (token: string) => new Promise<TokenAnswer>((resolve) => tokens.set(token, resolve)),
    dispatch: async (payload: unknown) => {
      const { kind, token = '', type, step } = payload as Readonly<Record<string, string>>;
      calls.push(step ?? '');
      if (left-- > 0) throw new AslFailure(fault, 'not now');
      const answer = answers[type ?? ''];
      if (kind === 'request') {
        const failed = typeof answer === 'string';
        tokens.get(token)?.(failed ? { ok: false, error: answer, cause: '' } : { ok: true, output: { data: answer } });
      }
      return Promise.resolve({ id: 'm' });
    },
  };
  try {
    const output = await runAsl(definition, host, await loadJsonata());
    return { ending: { status: 'SUCCEEDED', output }, slept, calls };
  } catch (failure) {
    if (!(failure instanceof AslFailure)) throw failure;
    return { ending: { status: 'FAILED', error: failure.error }, slept, calls, waiting: tokens.size };
  }
}

test.each(all)('a machine ends as the specification has it: %j', async (answers) => {
  const expected = await execute(maintenance.asl, input, ({ payload }) => {
    const answer = answers[String(payload['type'])];
    if (payload['kind'] === 'publish') return { Payload: null };
    if (typeof answer === 'string') throw new AslError(answer);
    return { data: answer };
  });
  const { status, output, error } = expected;
  const wanted = status === 'SUCCEEDED' ? { status, output } : { status, error };
  expect((await run(maintenance.asl, answers)).ending).toEqual(wanted);
  expect((await run(branchesAsMap(maintenance.asl), answers)).ending).toEqual(wanted);
});

test('a dispatcher that fails is asked again, after pauses of up to two fifths of the time since, and an hour', async () => {
  const answers = { Analyze: analyzed('normal') };
  const soon = await run(maintenance.asl, answers, 3);
  expect(soon).toMatchObject({ ending: { status: 'SUCCEEDED' }, slept: [0.5, 0.6, 0.72] });
  const { ending, slept } = await run(maintenance.asl, answers, 200);
  expect(ending.status).toBe('SUCCEEDED');
  let since = 10;
  for (const pause of slept) {
    expect(pause).toBeLessThanOrEqual(Math.min(1_800, since * 0.4));
    since += pause;
  }
});

test('a dispatcher that fails for good is asked a thousand times more, and its token is forgotten', async () => {
  const broken = await run(maintenance.asl, { Analyze: analyzed('normal') }, 2_000);
  expect(broken.ending).toEqual({ status: 'FAILED', error: 'Runtime.HandlerError' });
  expect(broken).toMatchObject({ waiting: 0 });
  expect(broken.calls).toHaveLength(1_001);
  expect(broken.slept.reduce((sum, pause) => sum + pause, 0)).toBeGreaterThan(14 * 86_400);
});

test('a step that can never be dispatched is not dispatched again', async () => {
  const refused = await run(maintenance.asl, { Analyze: analyzed('normal') }, 1, 'StepRefused');
  expect(refused).toMatchObject({ ending: { status: 'FAILED', error: 'StepRefused' }, slept: [], waiting: 0 });
});

describe('more data than Step Functions takes ends an execution, and nothing catches it', () => {
  const asl = (States: AslDefinition['States'], StartAt: string): AslDefinition => ({
    ...{ Comment: '', QueryLanguage: 'JSONata', TimeoutSeconds: 60, StartAt, States },
  });
  /** Text of so many thousand characters. */
  const text = (thousands: number) => `{% $pad('', ${thousands}000, 'x') %}`;
  const limits = { ending: { status: 'FAILED', error: 'States.DataLimitExceeded' } };
  const part = (thousands: number, name: string) => ({
    StartAt: name,
    States: { [name]: { Type: 'Pass', Output: text(thousands), End: true } as const },
  });
  const end = { Type: 'Pass', Output: 'done', End: true } as const;

  test('an output, a variable, and what is assigned together', async () => {
    expect((await run(asl({ a: { Type: 'Pass', Output: text(262), End: true } }, 'a'), {})).ending.status).toBe(
      'SUCCEEDED',
    );
    expect(await run(asl({ a: { Type: 'Pass', Output: text(263), End: true } }, 'a'), {})).toMatchObject(limits);
    expect(await run(asl({ a: { Type: 'Pass', Assign: { x: text(263) }, Next: 'b' }, b: end }, 'a'), {})).toMatchObject(
      limits,
    );
    const both = { x: text(200), y: text(200) };
    expect(await run(asl({ a: { Type: 'Pass', Assign: both, Next: 'b' }, b: end }, 'a'), {})).toMatchObject(limits);
    const one = { Type: 'Pass', Assign: { x: text(200) }, Next: 'c' } as const;
    const other = { Type: 'Pass', Assign: { y: text(200) }, Next: 'b' } as const;
    expect((await run(asl({ a: one, c: other, b: end }, 'a'), {})).ending.status).toBe('SUCCEEDED');
  });

  test('the results of branches and of elements', async () => {
    const side = (thousands: number) => ({
      a: { Type: 'Parallel', Branches: [part(thousands, 'l'), part(thousands, 'r')], Next: 'b' } as const,
      b: end,
    });
    expect((await run(asl(side(130), 'a'), {})).ending.status).toBe('SUCCEEDED');
    expect(await run(asl(side(135), 'a'), {})).toMatchObject(limits);
    expect(await run(branchesAsMap(asl(side(135), 'a')), {})).toMatchObject(limits);
  });

  test('arguments, and the result of a task, which no catcher for failed tasks takes', async () => {
    const task = (Payload: Json): AslDefinition =>
      asl(
        {
          a: {
            ...{ Type: 'Task', Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken', Next: 'b' },
            Arguments: { FunctionName: 'f', Payload },
            Retry: [{ ErrorEquals: ['States.TaskFailed'], MaxAttempts: 1 }],
            Catch: [{ ErrorEquals: ['States.TaskFailed'], Next: 'b' }],
          },
          b: end,
        },
        'a',
      );
    const request = { kind: 'request', token: '{% $states.context.Task.Token %}', type: 'T' };
    expect(await run(task({ ...request, data: text(263) }), {})).toMatchObject({ ...limits, calls: [], slept: [] });
    expect(await run(task(request), { T: { data: 'x' } })).toMatchObject({ ending: { status: 'SUCCEEDED' } });
    expect(await run(task(request), { T: { data: 'x'.repeat(263_000) } })).toMatchObject({ ...limits, slept: [] });
  });
});
