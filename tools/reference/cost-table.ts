import { AIMS, isMet } from '../../bench/cost/aims.js';
import { PRICE_LIST } from '../../bench/cost/prices.js';
import { sumOf, type BillLine } from '../../bench/cost/meter.js';
import { costs, type Cost } from '../../bench/cost/scenes.js';
import { standingCost, type StandingCost } from '../../bench/cost/standing.js';

/** Lines of the README between which the generated part stands. */
const BEGIN = '<!-- cost: npm run reference -->';
const END = '<!-- /cost -->';

const TRAFFIC = ['full batches', 'one a second', 'each alone'] as const;

/** Words of the first table for the thing that `bench cost` measures under a name. */
const ROWS: readonly (readonly [name: string, what: string])[] = [
  ['bus hop', '1 M messages over the bus, published by a handler'],
  ['direct hop', 'the same on direct channels'],
  ['message of a client', 'the same over the bus, published by a client (its intent is stored too)'],
  ['request and reply', '1 M requests of an agent: two messages, a record, a timer'],
];

/** The README with what `npm run bench -- cost` measures now. */
export async function readmeWithCosts(readme: string): Promise<string> {
  const from = readme.indexOf(BEGIN);
  const to = readme.indexOf(END);
  if (from < 0 || to < from) throw new Error(`README.md: the lines ${BEGIN} and ${END} are not there`);
  return `${readme.slice(0, from)}${BEGIN}\n\n${costTables(await costs(), await standingCost())}\n\n${readme.slice(to)}`;
}

/** Tables of what was measured, with the aim beside each thing that has one. */
export function costTables(measured: readonly Cost[], standing: StandingCost): string {
  const of = (name: string): Cost | undefined => measured.find((one) => one.name === name);
  const cell = (name: string): string => of(name)?.usdPerMillion.toFixed(2) ?? '';
  const { queues, alarms } = standing.resources;
  const hops = ROWS.map(([name, what]) => [
    what,
    ...TRAFFIC.map((traffic) => cell(`${name}, ${traffic}`)),
    TRAFFIC.flatMap((traffic) => aimOf(`${name}, ${traffic}`, `${traffic} `)).join(', '),
  ]);
  const vehicle = ['1 M healthy vehicles', cell('healthy vehicle'), '', '', ...aimOf('healthy vehicle')];
  const still = [
    `standing still, a month: ${queues} queues, ${alarms} alarms, a KMS key`,
    `about ${Math.round(standing.usdPerMonth)}`,
    ...['', '', ''],
  ];
  const hop = TRAFFIC.map((traffic) => of(`bus hop, ${traffic}`)?.parts ?? []);
  const names = [...new Set(hop.flat().map(({ part }) => part))];
  const shares = names.map((name) => [name, ...hop.map((parts) => share(parts, name))]);
  return [
    table(['USD', ...TRAFFIC, 'aim'], [...hops, vehicle, still]),
    aimsMet(measured),
    `Of a message over the bus (list prices of ${PRICE_LIST.region}, ${PRICE_LIST.asOf}):`,
    table(['part', ...TRAFFIC], shares),
  ].join('\n\n');
}

/** Text of an aim; none where there is none. */
function aimOf(name: string, before = ''): string[] {
  const aim = AIMS[name];
  return aim === undefined ? [] : [`${before}${aim.toFixed(2)}`];
}

function aimsMet(measured: readonly Cost[]): string {
  const met = measured.map(({ name, usdPerMillion }) => isMet(name, usdPerMillion)).filter((one) => one !== undefined);
  const missed = met.filter((one) => !one).length;
  return `Aims missed: ${missed} of ${met.length}.`;
}

function share(parts: readonly BillLine[], name: string): string {
  return sumOf(parts.filter(({ part }) => part === name)).toFixed(2);
}

/** A table as Prettier writes it. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows];
  const widths = head.map((_, at) => Math.max(3, ...all.map((row) => (row[at] ?? '').length)));
  const line = (row: readonly string[]): string =>
    `| ${widths.map((width, at) => (row[at] ?? '').padEnd(width)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}
