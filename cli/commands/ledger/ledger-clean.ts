import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { awsClients } from '../../../shared/aws/base/clients/all-clients.js';
import { cleanArchive, type CleanedArchive } from '../../../shared/aws/s3/s3-archive-cleaner.js';
import { findDeployment, outputOf } from '../../../shared/client/deployment.js';
import { EXPORT_FILES, type ExportManifest } from '../../../shared/domain/evidence/ledger-export.js';
import type { CommandContext } from '../../context/command-context.js';
import { EXIT, type ExitCode } from '../../context/exit-codes.js';
import { slowProgress } from './slow-progress.js';

/** Options of `laneway ledger clean`. */
export interface LedgerCleanOptions {
  readonly keepDays: number;
  readonly dryRun?: boolean;
  /** Folder of exports to clean instead of the archive. */
  readonly in?: string;
}

const DAY_MS = 86_400_000;
const MOST_REFUSED = 5;

/**
 * Deletes days of the archive, or exports of a folder, that are older than `keepDays`. Ends with 1 when something was not
 * let go. Seals are not touched: their bucket's lifecycle ends them.
 */
export async function ledgerCleanCommand(
  context: CommandContext,
  { keepDays, dryRun = false, in: folder }: LedgerCleanOptions,
): Promise<ExitCode> {
  const { output } = context;
  const before = new Date(Date.now() - keepDays * DAY_MS).toISOString();
  if (folder !== undefined) {
    const exports = await cleanExports(folder, before, dryRun);
    output.result({ exports, dryRun }, () => exportsText(exports, dryRun));
    return EXIT.ok;
  }
  const { topology } = await context.operated();
  const bucket = outputOf(await findDeployment(topology.name), 'ArchiveBucket');
  const slow = slowProgress(output.progress);
  const cleaned = await cleanArchive(awsClients().s3, bucket, before.slice(0, 10), {
    dryRun,
    progress: (deleted) => slow(() => `${deleted} objects so far`),
  });
  output.result({ ...cleaned, dryRun }, () => archiveText(cleaned, dryRun));
  return cleaned.refused.length > 0 ? EXIT.failed : EXIT.ok;
}

/** Whole exports only: one without some of its days proves nothing. */
async function cleanExports(folder: string, before: string, dryRun: boolean): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const old: string[] = [];
  for (const entry of entries.filter((one) => one.isDirectory())) {
    const path = join(folder, entry.name);
    const text = await readFile(join(path, EXPORT_FILES.manifest), 'utf8').catch(() => '{}');
    const { laneway, exported = '' } = parse(text);
    if (laneway !== 'ledger-export' || exported >= before) continue;
    if (!dryRun) await rm(path, { recursive: true });
    old.push(path);
  }
  return old.sort();
}

function parse(text: string): Partial<ExportManifest> {
  try {
    return JSON.parse(text) as Partial<ExportManifest>;
  } catch {
    // Not ours: left alone.
    return {};
  }
}

function exportsText(exports: readonly string[], dryRun: boolean): string {
  if (exports.length === 0) return 'no export is that old';
  return [
    `${dryRun ? 'would delete' : 'deleted'} ${exports.length} exports:`,
    ...exports.map((path) => `  ${path}`),
  ].join('\n');
}

function archiveText({ days, deleted, bytes, refused }: CleanedArchive, dryRun: boolean): string {
  const span = days.length === 0 ? '' : ` of ${days.length} days, ${days[0] ?? ''} to ${days.at(-1) ?? ''}`;
  const lines = [`${dryRun ? 'would delete' : 'deleted'} ${deleted} objects (${bytes} bytes)${span}`];
  if (refused.length > 0) {
    lines.push(
      `REFUSED ${refused.length}: a retention lock holds them, or s3:DeleteObjectVersion is not allowed`,
      ...refused.slice(0, MOST_REFUSED).map(({ key, why }) => `  ${key}: ${why}`),
    );
  }
  return lines.join('\n');
}
