import { readdirSync, readFileSync } from 'node:fs';
import aslValidator from 'asl-validator';
import type { WorkflowDefinition } from 'laneway/workflow';
import type { Json } from '../../../shared/domain/base/json.js';
import { patterns } from '../../kit/patterns/all-patterns.js';
import { shortMachine, wholeMachine } from '../../kit/pattern-pages/machine-text.js';
import { generatedPage, PAGES, pages, partsIn } from '../../kit/pattern-pages/pattern-page.js';
import { assessment } from '../../kit/patterns/request-and-reply.js';
import { stepRows } from '../../kit/pattern-pages/step-rows.js';

const text = (name: string) => readFileSync(`${PAGES}/${name}.md`, 'utf8');

describe('docs/how-to/workflow-patterns', () => {
  test('has the pages that there are examples for', () => {
    // `more-definitions` is held by a test of its own.
    const there = readdirSync(PAGES).filter((file) => file !== 'more-definitions.md');
    expect(there.sort()).toEqual(pages.map((name) => `${name}.md`).sort());
  });

  test.each(pages)('%s shows what is compiled and played now', (name) => {
    const page = text(name);
    expect(partsIn(page)).toEqual(name === 'README' ? ['overview', 'topology', 'messages'] : ['definition', 'machine']);
    // Something changed? node --conditions=laneway-source --import tsx test/kit/pattern-pages/write-pages.ts
    expect(page).toBe(generatedPage(name, page));
  });

  test('notices what is not as it is generated', () => {
    const page = text('choose');
    const changed = page.replace('"checkCoverOutcome"', '"outcome"');
    expect(generatedPage('choose', changed)).not.toBe(changed);
    expect(() => generatedPage('choose', page.replace('generated: machine', 'generated: nothing'))).toThrow('nothing');
  });
});

const machines = Object.entries(patterns);

describe.each(machines)('the machine of %s', (_name, definition) => {
  test('is valid by the language', () => {
    const arn = 'arn:aws:lambda:eu-west-1:123456789012:function:d';
    const verdict = aslValidator(
      JSON.parse(JSON.stringify(definition.asl).replaceAll('${DispatcherArn}', arn)) as object,
    );
    expect(verdict.isValid ? '' : verdict.errorsText()).toBe('');
  });

  test('is printed without loss: what is left out is what every call has', () => {
    expect(JSON.parse(wholeMachine(definition.asl))).toEqual(definition.asl);
    const printed = shortMachine(definition.asl).replaceAll(/^ *\/\/ \.\.\.$\n/gm, '');
    expect(restored(JSON.parse(printed) as Json, definition)).toEqual(definition.asl);
  });
});

test('a state that is not as every other is printed whole', () => {
  const task = assessment.asl.States['assess'];
  if (task?.Type !== 'Task') throw new Error('unreachable: the only state is a task');
  const other = { ...assessment.asl, States: { assess: { ...task, Retry: task.Retry.slice(1) } } };
  expect(shortMachine(assessment.asl)).not.toContain('"Retry"');
  expect(shortMachine(other)).toContain('"Retry"');
});

test('a table is refused whose lines are not those of the definition', () => {
  const source = "flow.request('assess', AssessDamage, {}); flow.complete('assessed', {});";
  expect(stepRows(assessment, source).map(({ written }) => written)).toEqual([
    "flow.request('assess', AssessDamage, ...)",
    "flow.complete('assessed', ...)",
  ]);
  expect(() => stepRows(assessment, source.replace('complete', 'fail'))).toThrow('written is request fail');
});

/** A machine with what was left out of it, as the page about requests shows it. */
function restored(value: Json, definition: WorkflowDefinition, name = ''): Json {
  if (Array.isArray(value)) return value.map((item: Json) => restored(item, definition));
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).map(([key, field]) => [key, restored(field, definition, key)] as const);
  const object: Record<string, Json> = Object.fromEntries(fields);
  if (object['Type'] !== 'Task') return object;
  const shown = JSON.parse(wholeMachine(assessment.asl)) as { States: { assess: Whole } };
  const { Retry, Arguments } = shown.States.assess;
  const given = object['Arguments'] as unknown as Whole['Arguments'];
  const { token, execution, generation, message } = Arguments.Payload;
  const payload: Record<string, Json | undefined> = {
    ...{ execution, generation, message, workflow: definition.name, step: name },
    ...(given.Payload['kind'] === 'publish' ? {} : { token }),
    ...given.Payload,
  };
  return { ...object, Retry, Arguments: { ...given, Payload: payload } as unknown as Json };
}

interface Whole {
  readonly Retry: Json;
  readonly Arguments: { readonly Payload: Readonly<Record<string, Json>> };
}
