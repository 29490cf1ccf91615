import type { ArchiveStore } from '../../domain/evidence/archive.js';
import { LanewayError } from '../../domain/base/errors.js';
import type { ExportSelection } from '../../domain/evidence/ledger-export.js';
import type { Seal, SealStore } from '../../domain/evidence/seal.js';

/** The seals that an export lies between, and the days of the archive that hold what they seal. */
export interface SealSpan {
  /** Seals in their order, without gaps. */
  readonly seals: readonly Seal[];
  /** True when the chains continue after the first of the seals; false when they are exported from their beginning. */
  readonly anchored: boolean;
  readonly firstDay: string;
  readonly lastDay: string;
}

/** Days that a record may lie in the stream before it is archived (DynamoDB Streams keeps records 24 hours). */
const STREAM_DAYS = 1;

/**
 * Chooses the seals of an export: from the last one before the selection begins to the first one that must hold all that was
 * changed before it ends, or to the last there is. Where the archive's beginning has been cleaned away, a selection without
 * `from` starts at the first seal that does not need it.
 * @throws LanewayError NOT_FOUND
 */
export async function chooseSeals(
  { from, to }: ExportSelection,
  archive: ArchiveStore,
  store: Pick<SealStore, 'seals'>,
): Promise<SealSpan> {
  let seals = await collect(store, from === undefined ? undefined : dayBefore(from.slice(0, 10)));
  // A ledger that was quiet has its last seal further back.
  if (from !== undefined && !(seals[0] && seals[0].at < from)) seals = await collect(store);
  const anchor = from === undefined ? await firstWhole(seals, archive) : seals.findLastIndex(({ at }) => at < from);
  const settled = to === undefined ? undefined : dayAfter(to);
  const end = settled === undefined ? -1 : seals.findIndex(({ at }, index) => at >= settled && index > anchor);
  const chosen = seals.slice(Math.max(anchor, 0), end < 0 ? undefined : end + 1);
  const [first] = chosen;
  const last = chosen.at(-1);
  if (!first || !last) {
    throw new LanewayError('NOT_FOUND', 'nothing of the ledger has been sealed yet', {
      help: ['entries are sealed every few minutes once the stream has archived them: try again'],
    });
  }
  const anchored = anchor >= 0;
  return {
    seals: chosen,
    anchored,
    firstDay: anchored ? dayBefore(first.at.slice(0, 10), STREAM_DAYS) : '',
    lastDay: last.at.slice(0, 10),
  };
}

/** Index of the first seal after which nothing is missing; -1 when the archive begins where its chains do. */
async function firstWhole(seals: readonly Seal[], archive: ArchiveStore): Promise<number> {
  const [day] = await archive.days();
  if (day === undefined) return -1;
  const firsts = new Map<string, number>();
  for await (const line of archive.lines(day)) {
    if (!firsts.has(line.chain)) firsts.set(line.chain, line.number);
  }
  // The line that starts a chain is not read: the first entry is the second line.
  const cut = [...firsts].filter(([, number]) => number > 2);
  if (cut.length === 0) return -1;
  return seals.findIndex((seal) => {
    const heads = new Map(seal.heads.map((head) => [head.chain, head.number]));
    return cut.every(([chain, number]) => (heads.get(chain) ?? 0) >= number - 1);
  });
}

async function collect(store: Pick<SealStore, 'seals'>, from?: string): Promise<Seal[]> {
  const seals: Seal[] = [];
  for await (const seal of store.seals(from)) seals.push(seal);
  return seals;
}

/** The time by which the stream has given up all that was changed before `time`. */
function dayAfter(time: string): string {
  return new Date(Date.parse(time) + STREAM_DAYS * 86_400_000).toISOString();
}

function dayBefore(day: string, days = 1): string {
  return new Date(Date.parse(`${day}T00:00:00.000Z`) - days * 86_400_000).toISOString().slice(0, 10);
}
