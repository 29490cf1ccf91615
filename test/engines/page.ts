import { readFileSync } from 'node:fs';
import { capabilities, type Capability } from '../../infra/engines/capabilities.js';
import { lacksOf } from '../../infra/engines/engine-lacks.js';
import { ministackActions, ministackGaps } from '../../infra/engines/ministack-gaps.js';
import { ENGINES, type FileRun, type Runs, type Selection, type TestedEngine } from './runs.js';

const TITLES: Readonly<Record<TestedEngine, string>> = {
  ministack: 'MiniStack',
  'ministack-iam': 'MiniStack, IAM enforced',
  localstack: 'LocalStack',
};

/** docs/reference/engines.md: what is written by hand, and tables of what the engines lack and of which test ran where. */
export function enginesPage(runs: Runs, selection: Selection): string {
  const written = readFileSync('test/engines/page.md', 'utf8');
  const tables: Readonly<Record<string, () => string[]>> = {
    capabilities: capabilityTable,
    bridged: bridgedTable,
    tests: () => testTable(runs, selection),
    skipped: () => skippedList(runs),
  };
  return written.replaceAll(/^<!-- (\w+) -->$/gm, (_, name: string) => {
    const make = tables[name];
    if (make === undefined) throw new Error(`test/engines/page.md asks for '${name}'`);
    return make().join('\n');
  });
}

function capabilityTable(): string[] {
  const cell = (engine: TestedEngine, capability: Capability) => {
    const why = lacksOf[engine][capability];
    return why === undefined ? 'yes' : `no: ${why}`;
  };
  return table(
    ['capability', ...ENGINES.map((engine) => TITLES[engine])],
    (Object.keys(capabilities) as Capability[]).map((capability) => [
      `**${capability}**: ${capabilities[capability]}`,
      ...ENGINES.map((engine) => cell(engine, capability)),
    ]),
  );
}

function bridgedTable(): string[] {
  const left = ministackGaps.leftOut.map(({ type, having, because }) => [
    having === undefined ? `\`${type}\`` : `\`${type}\` with \`${having}\``,
    `left out of templates: ${because}`,
  ]);
  // Of a resource that is left out, the line above says what becomes of it.
  const isLeftOut = (type: string) => ministackGaps.leftOut.some((one) => one.type === type);
  const kept = ministackGaps.bridged.filter(({ types }) => !types.every(isLeftOut));
  const set = kept.map(({ types, property }) => [
    `${types.map((type) => `\`${type}\``).join(', ')}: \`${property}\``,
    'dropped from templates; set by API after deploy',
  ]);
  const asked = ministackActions.map(({ asks, inPlaceOf, on }) => [
    `\`${asks}\``,
    asks === inPlaceOf
      ? `IAM enforced: looked for on \`*\`, and added so to templates for this engine`
      : `IAM enforced: looked for in place of \`${inPlaceOf}\`, and added${on === 'all' ? ' on `*`' : ''} to templates for this engine`,
  ]);
  return table(['of MiniStack', 'what is done'], [...left, ...set, ...asked]);
}

function testTable(runs: Runs, selection: Selection): string[] {
  const files = [...new Set(ENGINES.flatMap((engine) => Object.keys(runs[engine])))].sort();
  return table(
    ['test file', ...ENGINES.map((engine) => TITLES[engine])],
    files.map((file) => [
      `\`${file.replace(/^test\//, '').replace(/\.test\.ts$/, '')}\``,
      ...ENGINES.map((engine) => {
        const run = runs[engine][file];
        return run === undefined ? leftOut(selection[engine], file) : cell(run);
      }),
    ]),
  );
}

function cell({ ran, skipped }: FileRun): string {
  if (!ran) return 'skipped, see below';
  return skipped.length === 0 ? 'ran' : 'ran but for what is named below';
}

function leftOut(reasons: Readonly<Record<string, string>>, file: string): string {
  const reason = Object.entries(reasons).find(([beginning]) => file.startsWith(beginning))?.[1];
  return reason === undefined ? 'no run recorded' : `left out: ${reason}`;
}

function skippedList(runs: Runs): string[] {
  const lines = ENGINES.flatMap((engine) =>
    Object.entries(runs[engine]).flatMap(([file, { skipped }]) =>
      skipped.map((title) => `- ${TITLES[engine]}, \`${file.replace(/^test\//, '')}\`: ${title}`),
    ),
  );
  return lines.length === 0 ? ['- nothing'] : lines;
}

/** Writes a table like prettier does, so that the page stays as it is generated. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => (row[column] ?? '').length)));
  const line = (cells: readonly string[]) => `| ${cells.map((text, at) => text.padEnd(widths[at] ?? 0)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)];
}
