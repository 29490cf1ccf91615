import { readFileSync } from 'node:fs';
import { describeWorkflow, type WorkflowDefinition } from 'laneway/workflow';
import { workflowCost } from '../../../shared/operator/workflows/workflow-cost.js';
import { patterns } from '../patterns/all-patterns.js';
import { shortMachine, wholeMachine } from './machine-text.js';
import { stepRows, type StepRow } from './step-rows.js';

/** Folder of the pages. */
export const PAGES = 'docs/how-to/workflow-patterns';
const SOURCES = 'test/kit/patterns';
/** The page that shows a machine whole. */
const WHOLE = 'request-and-reply';

/** Names of the pages, the one that leads to the others first. */
export const pages: readonly string[] = ['README', ...Object.keys(patterns)];

/**
 * A page with its generated parts as they have to be now: what stands between `<!-- generated: <part> -->` and
 * `<!-- end -->`. The rest is written by hand.
 * @throws Error for a part that there is not
 */
export function generatedPage(name: string, page: string): string {
  return page.replaceAll(
    /(<!-- generated: (\S+) -->\n)[^]*?(<!-- prettier-ignore-end -->\n<!-- end -->)/g,
    (_all, begin: string, part: string, end: string) =>
      `${begin}<!-- prettier-ignore-start -->\n\n${partOf(name, part)}\n\n${end}`,
  );
}

/** The generated parts that a page has. */
export function partsIn(page: string): string[] {
  return [...page.matchAll(/<!-- generated: (\S+) -->/g)].map(([, part = '']) => part);
}

function partOf(name: string, part: string): string {
  if (name === 'README') {
    if (part === 'messages') return fenced('ts', shownIn('claims-messages'));
    if (part === 'topology') return fenced('ts', shownIn('claims-topology'));
    if (part === 'overview') return overview();
  }
  const definition = patterns[name];
  if (definition && part === 'definition') return fenced('ts', shownIn(name));
  if (definition && part === 'machine') return machineOf(name, definition);
  throw new Error(`${name}.md: there is no part '${part}'`);
}

/** Cuts out what stands between `// #region` and `// #endregion` of an example's source. */
function shownIn(file: string): string {
  const source = readFileSync(`${SOURCES}/${file}.ts`, 'utf8');
  const [, shown] = /^\/\/ #region \w+\n([^]*?)^\/\/ #endregion$/m.exec(source) ?? [];
  if (shown === undefined) throw new Error(`${SOURCES}/${file}.ts marks no region`);
  return shown.trimEnd();
}

function machineOf(name: string, definition: WorkflowDefinition): string {
  return [
    table(
      ['You write', 'It becomes', 'Transitions'],
      stepRows(definition, definitionIn(name, definition)).map(stepCells),
    ),
    fenced('mermaid', describeWorkflow(definition).mermaid),
    costTable(definition),
    name === WHOLE ? fenced('json', wholeMachine(definition.asl)) : fenced('jsonc', shortMachine(definition.asl)),
  ].join('\n\n');
}

/** The source of one of the definitions that a page shows. */
function definitionIn(name: string, definition: WorkflowDefinition): string {
  const parts = shownIn(name).split(/^(?=\/\*\*)/m);
  const own = parts.find((part) => part.includes(`'${definition.name}'`) && part.includes('defineWorkflow('));
  if (own === undefined) throw new Error(`${name}: the source shows no workflow '${definition.name}'`);
  return own;
}

function stepCells({ written, states, within }: StepRow): string[] {
  const became = [
    ...states.map(({ name, state }) => `\`${name}\`: ${state.Type}${waits(state) ? ', waits' : ''}`),
    ...within.map((name) => `output of \`${name}\``),
  ];
  const count = (perElement: boolean) => states.filter((state) => state.perElement === perElement).length;
  const [once, each] = [count(false), count(true)];
  return [
    written === '' ? 'the end of the function' : `\`${written}\``,
    became.join('<br>'),
    [...(once > 0 || each === 0 ? [`${once}`] : []), ...(each > 0 ? [`${each} for each element`] : [])].join(' and '),
  ];
}

function waits(state: StepRow['states'][number]['state']): boolean {
  return state.Type === 'Task' && state.Resource.endsWith('.waitForTaskToken');
}

function costTable(definition: WorkflowDefinition): string {
  const rows = workflowCost(definition.asl).map(({ states, transitions, dollarsPerThousand }) => [
    states.map((state) => `\`${state}\``).join(', '),
    String(transitions),
    `$${dollarsPerThousand.toFixed(3)}`,
  ]);
  return table(['Way through it', 'Transitions', '1,000 runs'], rows);
}

function overview(): string {
  const rows = Object.entries(patterns).map(([name, definition]) => {
    const counts = workflowCost(definition.asl).map(({ transitions }) => transitions);
    const [least, most] = [Math.min(...counts), Math.max(...counts)];
    const [, title = name] = /^# (.+)$/m.exec(readFileSync(`${PAGES}/${name}.md`, 'utf8')) ?? [];
    return [`[${title}](${name}.md)`, `\`${definition.name}\``, least === most ? `${most}` : `${least} to ${most}`];
  });
  return table(['Pattern', 'Example', 'Transitions'], rows);
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(heads), line(heads.map(() => '---')), ...rows.map(line)].join('\n');
}

function fenced(language: string, code: string): string {
  return `\`\`\`${language}\n${code}\n\`\`\``;
}
