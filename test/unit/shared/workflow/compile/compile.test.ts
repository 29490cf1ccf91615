import aslValidator from 'asl-validator';
import fc from 'fast-check';
import jsonata from 'jsonata';
import { defineWorkflow, describeWorkflow } from 'laneway/workflow';
import { branchesAsMap } from '../../../../../shared/workflow/compile/branches-as-map.js';
import { quoted } from '../../../../../shared/workflow/compile/expression.js';
import { execute } from '../../../../kit/oracles/asl-interpreter.js';
import { maintenance } from '../../../../kit/applications/workflow-fixtures.js';
import { garage, Note, Noticed, Reported } from '../../../../kit/applications/workflow-topology.js';

const input = { message: { id: 'm1', data: { vin: 'V1', readings: [], urgent: true, tags: [] } }, generation: 0 };
const noting = (text: string) =>
  defineWorkflow(garage, 'noting', { startedBy: Reported }, (flow) => flow.publish('note', Note, { text }));

describe('the compiled machine', () => {
  const resolve = (asl: object) =>
    JSON.parse(
      JSON.stringify(asl).replaceAll('${DispatcherArn}', 'arn:aws:lambda:eu-west-1:123456789012:function:d'),
    ) as object;
  const resolved = resolve(maintenance.asl);

  test('is valid by the language', () => {
    const verdict = aslValidator(structuredClone(resolved));
    expect(verdict.isValid ? '' : verdict.errorsText()).toBe('');
  });

  test('is valid with its branches as a map, too', () => {
    const verdict = aslValidator(resolve(branchesAsMap(maintenance.asl)));
    expect(verdict.isValid ? '' : verdict.errorsText()).toBe('');
  });

  test('the validator would see a missing state', () => {
    expect(aslValidator({ ...structuredClone(resolved), StartAt: 'nowhere' }).isValid).toBe(false);
  });

  test('has one state a request, with a literal backstop six hours behind the timeout, and a literal deadline', () => {
    expect(maintenance.asl).toMatchObject({ QueryLanguage: 'JSONata', TimeoutSeconds: 259_200, StartAt: 'analyze' });
    expect(maintenance.asl.States['analyze']).toMatchObject({
      Type: 'Task',
      TimeoutSeconds: 21_630,
      Assign: { analyze: '{% $states.result.data %}' },
    });
    expect(Object.keys(maintenance.asl.States)).toEqual([
      'analyze',
      'match analyze.severity',
      'complete healthy',
      'warning.engage customer',
      'parallel engaged, held',
      'join engaged, held',
      'tell',
      'match analyze.severity outcome',
      'schedule',
      'complete declined',
      'fail CustomerSilent',
    ]);
  });

  test('reads as it was written', () => {
    expect(maintenance.asl.States['match analyze.severity']).toEqual({
      Type: 'Choice',
      Choices: [
        { Condition: "{% $analyze.severity = 'normal' %}", Next: 'complete healthy' },
        { Condition: "{% $analyze.severity = 'warning' %}", Next: 'warning.engage customer' },
        { Condition: "{% $analyze.severity = 'critical' %}", Next: 'parallel engaged, held' },
      ],
    });
  });

  test('a request that ends the workflow costs no further state', () => {
    expect(maintenance.asl.States['schedule']).toMatchObject({
      End: true,
      Output: { result: 'scheduled', data: '{% $states.result.data %}' },
    });
  });

  test('is plain JSON and the same every time', () => {
    expect(JSON.parse(JSON.stringify(maintenance.asl))).toEqual(maintenance.asl);
    expect(noting('x').asl).toEqual(noting('x').asl);
  });
});

describe('literals arrive literally', () => {
  const hostile = [
    '{% $states.context.Task.Token %}',
    "'} & $error('x') & {'",
    '${DispatcherArn}',
    '{%',
    '%}',
    '" & "',
    "it's",
    '\\',
    '\u2028',
    '`',
    '{% 1 %} %}',
    '\u0000',
    '',
  ];

  test.each(hostile)('%j', async (given) => {
    const { calls } = await execute(noting(given).asl, input, () => null);
    expect(calls[0]?.payload['data']).toEqual({ text: given });
  });

  test('any text, as a payload, beside a reference, as a key and as a result', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.constantFrom(...hostile),
          fc.stringMatching(/^[{}%$'"`\\ .a]{0,12}$/),
        ),
        async (given) => {
          const key = given === '__proto__' ? 'key' : given;
          const { asl } = defineWorkflow(garage, 'any', { startedBy: Reported }, (flow, start) => {
            flow.publish('plain', Noticed, { vin: given, severity: start.vin });
            return flow.complete('end', {
              [key]: given,
              phone: start.owner.phone,
              list: [{ [key]: start.vin }, given],
            });
          });
          expect(JSON.stringify(asl).replaceAll('"${DispatcherArn}"', '')).not.toContain('${');
          const { output, calls } = await execute(asl, input, () => null);
          expect(calls[0]?.payload['data']).toEqual({ vin: given, severity: 'V1' });
          expect(output).toEqual({ result: 'end', data: { [key]: given, list: [{ [key]: 'V1' }, given] } });
        },
      ),
      { numRuns: 200 },
    );
  });

  test('a quoted text is that text', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), async (given) =>
        expect(await jsonata(quoted(given)).evaluate(null)).toBe(given),
      ),
    );
  });
});

test('a quoted text holds nothing that ends an expression or stands for a placeholder', () => {
  for (const given of ['a %} b', '{% a', '${DispatcherArn}', '%%}', '{{%'])
    expect(quoted(given)).not.toMatch(/\{%|%\}|\$\{/);
});

describe('describeWorkflow', () => {
  const { mermaid, text, paths } = describeWorkflow(maintenance);

  test('counts the transitions of every way', () => {
    expect(paths).toHaveLength(7);
    expect(paths[0]).toEqual({ states: ['analyze', 'match analyze.severity', 'complete healthy'], transitions: 3 });
    expect(paths.map(({ transitions }) => transitions)).toEqual([3, 5, 5, 5, 10, 10, 10]);
  });

  test('draws every step once and every arm', () => {
    for (const { name } of maintenance.steps)
      expect(mermaid.split(`["${name}:`).length + mermaid.split(`>"${name}:`).length).toBe(3);
    for (const arm of ['normal', 'warning', 'critical', 'accepted', 'declined', 'silent'])
      expect(mermaid).toContain(`-->|"${arm}"|`);
    expect(mermaid.startsWith('flowchart TD\n')).toBe(true);
  });

  test('lists the steps', () => {
    expect(text.split('\n').slice(0, 5)).toEqual([
      'maintenance: started by Reported',
      '  analyze: Analyze -> Analyzed within 30 s',
      '  by analyze.severity',
      '    normal:',
      '      complete: healthy',
    ]);
  });
});
