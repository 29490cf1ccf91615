import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Attack } from './attack.js';
import type { MatrixCell, Possible } from './matrix.js';
import type { SubjectKind } from './subjects.js';

/** All that the page is made of. */
export interface Findings {
  readonly attacks: readonly Attack[];
  /** Decisions of AWS, and of the harness. */
  readonly cells: readonly MatrixCell[];
  /** The same attacks as MiniStack with permissions enforced decides. */
  readonly engineCells: readonly MatrixCell[];
  readonly possible: readonly Possible[];
}

/** Columns of the matrix, in the order of what they are trusted with. */
const KINDS: readonly (readonly [SubjectKind, string])[] = [
  ['agent', 'agents'],
  ['client', 'clients'],
  ['publisher', 'outside publishers'],
  ['link', 'holders of a link'],
  ['page', 'approval page'],
  ['workflow', 'state machines'],
  ['platform', 'platform functions'],
];

/** The page docs/security.md. */
export function pageOf({ attacks, cells, engineCells, possible }: Findings): string {
  const text = readFileSync(join(dirname(fileURLToPath(import.meta.url)), 'page.md'), 'utf8');
  const head = ['attack', ...KINDS.map(([, title]) => title), 'MiniStack, IAM enforced'];
  const rows = attacks.map((attack) => {
    const of = cells.filter((cell) => cell.attack === attack.name);
    const engine = engineCells.filter((cell) => cell.attack === attack.name);
    return [
      `**${attack.name}** (${attack.severity}): ${attack.title}`,
      ...KINDS.map(([kind]) => summaryOf(of.filter((cell) => cell.kind === kind))),
      engine.length === 0 ? 'as in the harness' : `${engine.filter(isRefused).length} of ${engine.length} refused`,
    ];
  });
  const listed = possible.map(({ attack, role, severity, why }) => [severity, attack, role, why]);
  const grave = possible.filter(({ severity }) => severity === 'critical' || severity === 'high').length;
  const verdict = grave === 0 ? 'Nothing of severity critical or high.' : `**Of severity critical or high: ${grave}.**`;
  return text
    .replace('<!-- grave -->', () => verdict)
    .replace('<!-- matrix -->', () => table(head, rows))
    .replace('<!-- possible -->', () => table(['severity', 'attack', 'role', 'why'], listed))
    .replace(
      '<!-- counts -->',
      () =>
        `${attacks.length} attacks, ${cells.length} cells, ${cells.filter(isRefused).length} refused, ${possible.length} possible`,
    );
}

/** Cells of one attack and one kind of role: how many are refused, and by what. */
function summaryOf(cells: readonly MatrixCell[]): string {
  if (cells.length === 0) return '–';
  const refused = cells.filter(isRefused);
  const by = [...new Set(refused.flatMap(({ refusedBy = '' }) => refusedBy.split('; ').map(shortened)))].sort();
  const some = refused.length === cells.length ? 'refused' : `${refused.length} of ${cells.length} refused`;
  return refused.length === 0 ? 'possible' : `${some}: ${by.join(', ')}`;
}

/** Rights that nobody has are one reason, whatever they are. */
const shortened = (reason: string): string => (reason.startsWith('no right to ') ? 'no right' : reason);
const isRefused = ({ possible }: MatrixCell): boolean => possible === undefined;

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
