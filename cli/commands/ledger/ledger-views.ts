import { defined } from '../../../shared/domain/base/defined.js';
import type { ArchiveReader } from '../../../shared/domain/evidence/archive.js';
import {
  ledgerStats,
  viewEntries,
  type LedgerStats,
  type StatsBy,
  type ViewedEntry,
} from '../../../shared/operator/evidence/ledger-views.js';
import type { CommandContext } from '../../context/command-context.js';
import { ExportArchive, ExportFolder } from './export-folder.js';
import { openDeployed } from '../../context/open-deployed.js';
import { slowProgress } from './slow-progress.js';
import { readSpan } from '../../input/read-time.js';
import { table } from '../../render/table.js';

/** Options of the commands that look at the archive. */
export interface LedgerViewOptions {
  readonly agent?: string;
  readonly type?: string;
  readonly state?: string;
  readonly kind?: string;
  readonly from?: string;
  readonly to?: string;
  /** Folder of an export to look at instead. */
  readonly in?: string;
}

/** Entries as they last stood, the latest first. */
export async function ledgerListCommand(
  context: CommandContext,
  { limit, ...options }: LedgerViewOptions & { readonly limit: number },
): Promise<void> {
  const { output } = context;
  const archive = await archiveOf(context, options);
  const entries = await viewEntries(archive, filterOf(options), toldOf(context));
  const shown = entries.slice(0, limit);
  output.result(shown, () => listText(shown, entries.length, output.width));
}

/** Counts and durations of deliveries. */
export async function ledgerStatsCommand(
  context: CommandContext,
  { by, ...options }: LedgerViewOptions & { readonly by: StatsBy },
): Promise<void> {
  const archive = await archiveOf(context, options);
  const stats = await ledgerStats(archive, by, filterOf(options), toldOf(context));
  context.output.result(stats, () => statsText(by, stats));
}

async function archiveOf(context: CommandContext, options: LedgerViewOptions): Promise<ArchiveReader> {
  if (options.in !== undefined) return new ExportArchive(ExportFolder.open(options.in));
  const { topology } = await context.operated();
  return (await openDeployed(topology)).archive;
}

function filterOf({ from, to, in: _in, ...filter }: LedgerViewOptions) {
  return { ...filter, ...readSpan(defined({ from, to })) };
}

function toldOf({ output }: CommandContext): (day: string, lines: number) => void {
  const slow = slowProgress(output.progress);
  return (day, lines) => slow(() => `reading ${day}: ${lines} lines so far`);
}

function listText(entries: readonly ViewedEntry[], all: number, width: number): string {
  if (entries.length === 0) return 'the archive has no such entries; the stream writes it a second or two late';
  const rows = entries.map((entry) => [
    entry.updated,
    entry.kind,
    entry.type ?? '',
    entry.receiver ?? '',
    entry.state ?? '',
    entry.tries === null ? '' : String(entry.tries),
    entry.conversation,
  ]);
  const head = ['changed', 'kind', 'type', 'agent', 'state', 'tries', 'conversation'];
  const lines = table(rows, { head, right: [5], width });
  return [...lines, ...(all > entries.length ? [`${all - entries.length} more: --limit`] : [])].join('\n');
}

function statsText(by: StatsBy, stats: readonly LedgerStats[]): string {
  if (stats.length === 0) return 'the archive has no such deliveries; the stream writes it a second or two late';
  const ms = (value: number | undefined) => (value === undefined ? '-' : String(value));
  const rows = stats.map((one) => [
    one.of,
    ...[one.deliveries, one.completed, one.expired, one.deadLettered, one.inFlight, one.tries].map(String),
    ...[one.waitP50, one.waitP99, one.handlingP50, one.handlingP99].map(ms),
  ]);
  const counts = ['deliveries', 'completed', 'expired', 'dead-lettered', 'in flight', 'tries'];
  const durations = ['wait p50 ms', 'p99', 'handling p50 ms', 'p99'];
  return table(rows, { head: [by, ...counts, ...durations], right: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10] }).join('\n');
}
