import { createHash, type Hash } from 'node:crypto';
import type { ArchiveLine } from '../../domain/evidence/archive.js';
import { LanewayError } from '../../domain/base/errors.js';
import { canonical, contentHash } from '../../domain/evidence/ledger-chain.js';
import {
  dayFile,
  DayRows,
  EXPORT_FILES,
  manifestDigest,
  tableFile,
  type ExportManifest,
  type ExportSelection,
  type WithheldLine,
} from '../../domain/evidence/ledger-export.js';
import { unreadable } from '../../domain/form/stored-json.js';
import { LEDGER_TABLES } from '../../domain/evidence/ledger-rows.js';
import type { Seal } from '../../domain/evidence/seal.js';
import type { Ports } from '../../domain/ports.js';
import { chooseSeals } from './choose-seals.js';

/** Place that an export is written to: texts are appended to files in the order they are given. */
export interface ExportSink {
  append(file: string, text: string): Promise<void>;
}

/** Ports and settings of an export. */
export interface ExportServices extends Pick<Ports, 'archive'> {
  readonly application: string;
  readonly seals: Pick<Ports['seals'], 'seals'>;
  readonly sink: ExportSink;
  readonly now: number;
  /** Called before each day is read, with the day (`2026-11-21`) and the number of lines so far. */
  readonly progress?: (day: string, lines: number) => void;
}

/**
 * Writes an export: for each day the lines of the chains and the tables made from them, then the seals that the lines lie
 * between, then the manifest. Lines that the selection does not cover are withheld: their hashes keep the chains whole.
 * Entries after the last seal are not in it: seal first.
 *
 * @throws LanewayError NOT_FOUND when nothing has been sealed, or the archive no longer holds what lies between the seals
 */
export async function exportLedger(selection: ExportSelection, services: ExportServices): Promise<ExportManifest> {
  const { application, archive, now, progress } = services;
  const span = await chooseSeals(selection, archive, services.seals);
  const files = new Files(services.sink);
  const ends = endsOf(span.seals);
  const at = new Map((span.anchored ? (span.seals[0]?.heads ?? []) : []).map((head) => [head.chain, head.number]));
  const heads = span.seals.flatMap((seal) => seal.heads.map(({ digest }) => digest));
  let entries = 0;
  let withheld = 0;
  for (const day of (await archive.days()).filter((one) => one >= span.firstDay && one <= span.lastDay)) {
    progress?.(day, entries + withheld);
    const rows = new DayRows();
    for await (const text of archive.chainLines(day, heads)) {
      const line = lineOf(text, day);
      const before = at.get(line.chain) ?? 0;
      if (line.number <= before || line.number > (ends.get(line.chain) ?? 0)) continue;
      if (line.number !== before + 1) throw missing(line.chain, before + 1, line.number - 1);
      at.set(line.chain, line.number);
      if (!isSelected(line, selection)) {
        await files.write(dayFile(day, EXPORT_FILES.chain), canonical(withhold(line)));
        withheld++;
        continue;
      }
      await files.write(dayFile(day, EXPORT_FILES.chain), text);
      entries++;
      if (!isEntry(line)) continue;
      const made = rows.of(line);
      for (const table of LEDGER_TABLES) if (made[table]) await files.write(tableFile(day, table), made[table]);
    }
    await files.flush();
  }
  for (const [chain, end] of ends) {
    const reached = at.get(chain) ?? 0;
    if (reached < end) throw missing(chain, reached + 1, end);
  }
  for (const seal of span.seals) await files.write(EXPORT_FILES.seals, canonical(seal));
  await files.flush();
  const content = {
    laneway: 'ledger-export' as const,
    version: 1 as const,
    application,
    exported: new Date(now).toISOString(),
    selection,
    anchored: span.anchored,
    seals: { first: span.seals[0]?.number ?? 0, last: span.seals.at(-1)?.number ?? 0 },
    entries,
    withheld,
    signed: span.seals.every(({ signature }) => signature !== null),
    files: files.facts(),
  };
  const manifest = { ...content, digest: manifestDigest(content) };
  await services.sink.append(EXPORT_FILES.manifest, `${canonical(manifest)}\n`);
  return manifest;
}

/** The last number of every chain that the seals name. */
export function endsOf(seals: readonly Pick<Seal, 'heads'>[]): Map<string, number> {
  const ends = new Map<string, number>();
  for (const { heads } of seals) for (const { chain, number } of heads) ends.set(chain, number);
  return ends;
}

function withhold(line: Pick<ArchiveLine, 'chain' | 'number' | 'digest'>): WithheldLine {
  return { chain: line.chain, number: line.number, hash: contentHash(line), digest: line.digest };
}

function isEntry(line: Partial<ArchiveLine>): line is ArchiveLine {
  return line.entry !== undefined;
}

/** Lines that start a chain are always given: they hold no entry. */
function isSelected(line: Partial<ArchiveLine>, { from, to, conversation }: ExportSelection): boolean {
  if (!isEntry(line)) return true;
  if (conversation !== undefined && line.conversation !== conversation) return false;
  return (from === undefined || line.at >= from) && (to === undefined || line.at < to);
}

function missing(chain: string, first: number, last: number): LanewayError {
  return new LanewayError('NOT_FOUND', `the archive lacks numbers ${first} to ${last} of chain ${chain}`, {
    help: [
      'they were cleaned or expired: give a later --from',
      'or somebody removed them: docs/how-to/runbook.md and docs/explanation/ledger.md say what to do',
    ],
  });
}

/** Files as they grow: their lines, and the hash of their bytes. */
class Files {
  readonly #known = new Map<string, { lines: number; hash: Hash }>();
  readonly #pending = new Map<string, string[]>();
  #size = 0;

  constructor(private readonly sink: ExportSink) {}

  async write(file: string, line: string): Promise<void> {
    const lines = this.#pending.get(file) ?? [];
    this.#pending.set(file, lines);
    lines.push(`${line}\n`);
    this.#size += line.length;
    if (this.#size > 1_000_000) await this.flush();
  }

  async flush(): Promise<void> {
    for (const [file, lines] of this.#pending) {
      const text = lines.join('');
      const known = this.#known.get(file) ?? { lines: 0, hash: createHash('sha256') };
      this.#known.set(file, known);
      known.lines += lines.length;
      known.hash.update(text);
      await this.sink.append(file, text);
    }
    this.#pending.clear();
    this.#size = 0;
  }

  facts(): ExportManifest['files'] {
    return Object.fromEntries(
      [...this.#known].map(([file, { lines, hash }]) => [file, { lines, sha256: hash.copy().digest('hex') }]),
    );
  }
}

/** A line of a chain, nested as deep as it was written. @throws LanewayError UNREADABLE: no export goes past a broken chain */
function lineOf(text: string, day: string): Partial<ArchiveLine> & Pick<ArchiveLine, 'chain' | 'number' | 'digest'> {
  try {
    return JSON.parse(text) as ReturnType<typeof lineOf>;
  } catch {
    throw unreadable(`a line of the archive of ${day} is not JSON`);
  }
}
