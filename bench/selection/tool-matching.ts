import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { CapabilityMatcher, type PastAssignment } from '../../shared/domain/selection/capability-matcher.js';
import { rendezvous } from '../../shared/domain/selection/rendezvous.js';

const DATA = new URL('../../../shared/data/tool-matching/', import.meta.url);

/** One task in five is held out. */
const HELD_OUT = 5;

/** Ranks of the right capability over the tasks that were held out. */
export interface Matching {
  readonly learnt: number;
  readonly heldOut: number;
  /** Mean of 1 / rank of the right capability: by descriptions and past tasks. */
  readonly mrr: number;
  /** The same by descriptions alone. */
  readonly mrrOfDescriptions: number;
  /** Share of tasks whose right capability comes first. */
  readonly first: number;
}

/** Measures the matching of tasks to tools; undefined for a clone without the data. */
export async function measureMatching(): Promise<Matching | undefined> {
  if (!existsSync(DATA)) return undefined;
  const described = JSON.parse(await readFile(new URL('plugin_des.json', DATA), 'utf8')) as Record<string, string>;
  const tools = Object.entries(described).map(([name, description]) => ({ name, description }));
  const tasks = readTasks(await readFile(new URL('all_clean_data.csv', DATA), 'utf8'));
  // By the text, so that a task that stands there twice is not learnt and asked.
  const isHeldOut = ({ text }: PastAssignment) => rendezvous(text.trim().toLowerCase(), 'held out') % HELD_OUT === 0;
  const [heldOut, past] = [tasks.filter(isHeldOut), tasks.filter((task) => !isHeldOut(task))];
  const ranks = (matcher: CapabilityMatcher): number[] =>
    heldOut.map(({ text, capability }) => {
      const found = matcher.match(text, tools.length).findIndex((match) => match.capability === capability);
      return found < 0 ? Infinity : found + 1;
    });
  const taught = ranks(new CapabilityMatcher(tools, past));
  return {
    learnt: past.length,
    heldOut: heldOut.length,
    mrr: reciprocal(taught),
    mrrOfDescriptions: reciprocal(ranks(new CapabilityMatcher(tools))),
    first: taught.filter((rank) => rank === 1).length / taught.length,
  };
}

function reciprocal(ranks: readonly number[]): number {
  return ranks.reduce((sum, rank) => sum + 1 / rank, 0) / ranks.length;
}

/** Rows of a text and a tool, as RFC 4180 has them; the header is left out. */
function readTasks(csv: string): PastAssignment[] {
  const row = /^(?:"((?:[^"]|"")*)"|([^",\r\n]*)),([^",\r\n]+)\r?$/gm;
  const rows = [...csv.matchAll(row)].map(([, quoted, plain = '', capability = '']) => ({
    text: quoted?.replaceAll('""', '"') ?? plain,
    capability,
  }));
  return rows.slice(1);
}
