import { readdirSync, readFileSync } from 'node:fs';
import { parityCases } from '../../kit/applications/engine-parity/parity-cases.js';

// docs/how-to/workflow-patterns/more-definitions.md shows definitions that test/scenarios/workflows/engine-parity.test.ts and
// test/integration/engine-parity.test.ts play; here is looked after that what it shows is what is played.

const page = readFileSync('docs/how-to/workflow-patterns/more-definitions.md', 'utf8');
const folder = 'test/kit/applications/engine-parity/definitions';
const sources = readdirSync(folder).map((file) => readFileSync(`${folder}/${file}`, 'utf8'));

const blocks = (language: string) => [...page.matchAll(/```(\w+)\n([^]*?)```/g)].filter(([, of]) => of === language);
const shown = blocks('ts').map(([, , code = '']) => code);

test('shows a definition for each pattern', () => {
  expect(shown.length).toBeGreaterThanOrEqual(12);
});

test.each(shown.map((code) => [/defineWorkflow\(parity, '([^']+)'/.exec(code)?.[1] ?? code, code]))(
  'shows %s as it is played',
  (name, code) => {
    expect(parityCases.map(({ workflow }) => workflow.name)).toContain(name);
    // Changed in one place only? Change it in the other as well.
    expect(sources.filter((source) => source.includes(code))).toHaveLength(1);
  },
);

test('shows the machine that the definition above it becomes', () => {
  const [[, , machine = ''] = []] = blocks('json');
  const name = /defineWorkflow\(parity, '([^']+)'/.exec(shown.at(-1) ?? '')?.[1];
  const definition = parityCases.find(({ workflow }) => workflow.name === name)?.workflow;
  // Compiled otherwise now? What was received is what belongs on the page.
  expect(JSON.stringify(definition?.asl, null, 2)).toEqual(JSON.stringify(JSON.parse(machine), null, 2));
});
