import { defined } from '../../domain/base/defined.js';
import { canonical } from '../../domain/evidence/ledger-chain.js';
import {
  dayFile,
  DayRows,
  daysOf,
  EXPORT_FILES,
  manifestDigest,
  tableFile,
  type ExportManifest,
} from '../../domain/evidence/ledger-export.js';
import { LEDGER_TABLES, type LedgerTable } from '../../domain/evidence/ledger-rows.js';
import { manifestShape } from './export-shapes.js';
import type { ExportFinding } from './export-finding.js';
import { chainStart, ChainVerifier, type ExportLine } from './verify-chains.js';
import { verifySeals } from './verify-seals.js';
import { StoredTextVerifier, type StoredTextCounts, type StoredTexts } from './verify-stored-texts.js';

/** Reads the files of an export. */
export interface ExportSource {
  /** Names of all files, with `/` between folders. */
  files(): Promise<string[]>;
  /** Lines without their ends; undefined for one that is no UTF-8 or was not ended. Nothing for a file that is not there. */
  lines(file: string): AsyncIterable<string | undefined>;
  /** SHA-256 of a file's bytes. */
  hash(file: string): Promise<string>;
}

/** Result of the verification of an export. */
export interface Verification {
  readonly ok: boolean;
  /** Findings in the order they were found, at most {@link MOST_FINDINGS}; the first names the place. */
  readonly findings: readonly ExportFinding[];
  readonly manifest: ExportManifest | undefined;
  readonly entries: number;
  readonly withheld: number;
  readonly seals: number;
  /** Time of the last seal, ISO 8601: nothing is proved of what came after it. */
  readonly sealed: string | undefined;
  /** SHA-256 of the public key that signed; undefined when seals are not signed. */
  readonly key: string | undefined;
  /** Texts of the payload store that were compared; undefined when they were not looked at. */
  readonly stored?: StoredTextCounts;
}

/** Options of {@link verifyLedger}. */
export interface VerifyOptions {
  /** The fingerprint that the signing key must have. Without it the key in the export is believed. */
  readonly key?: string;
  /** Payload store to compare what the entries refer to. Without it the export's files alone are verified. */
  readonly stored?: StoredTexts;
  /** Called before each day is read, with the day (`2026-11-21`) and the number of lines so far. */
  readonly progress?: (day: string, lines: number) => void;
}

/** Findings that are told; one change of a byte can make many. */
export const MOST_FINDINGS = 20;

/**
 * Verifies an export, from its files alone unless a payload store is given: that the seals follow each other and are signed by one key, that every chain is
 * whole from its beginning or the first seal to the last one, and that the tables are what the chains say.
 */
export async function verifyLedger(source: ExportSource, options: VerifyOptions = {}): Promise<Verification> {
  const findings: ExportFinding[] = [];
  // What the chains say comes before what is made from them: the first finding is the place.
  const ofTables: ExportFinding[] = [];
  const report = (finding: ExportFinding) => void (findings.length < MOST_FINDINGS && findings.push(finding));
  const manifest = await readManifest(source, report);
  const sealLines = await collect(source.lines(EXPORT_FILES.seals));
  const demands = verifySeals(sealLines, manifest, options.key, report);
  const chains = new ChainVerifier(demands, manifest?.anchored ?? false, manifest?.selection ?? {}, report);
  const days = daysOf(await source.files());
  const texts = options.stored && new StoredTextVerifier(options.stored, (finding) => void ofTables.push(finding));
  for (const day of days) {
    for await (const text of source.lines(dayFile(day, EXPORT_FILES.chain))) {
      const start = chainStart(text);
      if (start) chains.expectRoots(start);
    }
  }
  for (const day of days) {
    options.progress?.(day, chains.entries + chains.withheld);
    await verifyDay(source, day, { chains, texts, report: (finding) => void ofTables.push(finding) });
  }
  chains.finish();
  ofTables.forEach(report);
  if (manifest) await verifyFiles(source, manifest, { chains, findings, report });
  return {
    ok: findings.length === 0,
    findings,
    manifest,
    entries: chains.entries,
    withheld: chains.withheld,
    seals: sealLines.length,
    sealed: demands.seals.at(-1)?.at,
    key: demands.keys[0],
    ...defined({ stored: texts?.counts }),
  };
}

/** Verifiers that the lines of a day are held against. */
interface DayVerifiers {
  readonly chains: ChainVerifier;
  readonly texts: StoredTextVerifier | undefined;
  readonly report: (finding: ExportFinding) => void;
}

/** The lines of a day, and that its tables hold the rows that they make. */
async function verifyDay(source: ExportSource, day: string, { chains, texts, report }: DayVerifiers): Promise<void> {
  const rows = new DayRows();
  const tables = LEDGER_TABLES.map((table) => new TableReader(source, day, table, report));
  let line = 0;
  for await (const text of source.lines(dayFile(day, EXPORT_FILES.chain))) {
    const read = chains.take(dayFile(day, EXPORT_FILES.chain), ++line, text);
    if (!read || !isEntry(read)) continue;
    const made = rows.of(read);
    for (const table of tables) await table.expect(made[table.table], read);
    const { chain, number, at, entry } = read;
    await texts?.take({ ...entry }, { file: dayFile(day, EXPORT_FILES.chain), line, chain, number }, at);
  }
  for (const table of tables) await table.end();
}

/** Compares a table's file with the rows that it must have. */
class TableReader {
  readonly #file: string;
  readonly #lines: AsyncIterator<string | undefined, unknown>;
  #line = 0;
  #lost = false;

  constructor(
    source: ExportSource,
    day: string,
    readonly table: LedgerTable,
    private readonly report: (finding: ExportFinding) => void,
  ) {
    this.#file = tableFile(day, table);
    this.#lines = source.lines(this.#file)[Symbol.asyncIterator]();
  }

  async expect(row: string | undefined, { chain, number }: ExportLine): Promise<void> {
    if (row === undefined || this.#lost) return;
    const { done, value } = await this.#lines.next();
    this.#line++;
    if (done !== true && value === row) return;
    // From here on every row would be said to be wrong.
    this.#lost = true;
    const what = `row ${done === true ? 'is missing' : 'is not'} what number ${number} of the chain says`;
    this.report({ file: this.#file, line: this.#line, chain, number, what });
  }

  async end(): Promise<void> {
    if (this.#lost) return;
    const { done } = await this.#lines.next();
    if (done !== true) this.report({ file: this.#file, line: this.#line + 1, what: 'row that no entry stands for' });
  }
}

/** Results of reading all entries, with which the files are compared. */
interface ReadEntries {
  readonly chains: ChainVerifier;
  readonly findings: readonly ExportFinding[];
  readonly report: (finding: ExportFinding) => void;
}

async function verifyFiles(
  source: ExportSource,
  manifest: ExportManifest,
  { chains, findings, report }: ReadEntries,
): Promise<void> {
  const file = EXPORT_FILES.manifest;
  const named = new Set(findings.map((finding) => finding.file));
  const present = new Set(await source.files());
  for (const [name, { sha256 }] of Object.entries(manifest.files)) {
    if (!present.delete(name)) report({ file: name, what: 'the file is missing' });
    else if (!named.has(name) && (await source.hash(name)) !== sha256)
      report({ file: name, what: 'the file is not the one that was written' });
  }
  present.delete(file);
  for (const name of present) report({ file: name, what: 'the file is not part of the export' });
  if (chains.entries !== manifest.entries)
    report({ file, line: 1, what: `counts ${manifest.entries} entries; there are ${chains.entries}` });
  if (chains.withheld !== manifest.withheld)
    report({ file, line: 1, what: `counts ${manifest.withheld} withheld entries; there are ${chains.withheld}` });
}

async function readManifest(
  source: ExportSource,
  report: (finding: ExportFinding) => void,
): Promise<ExportManifest | undefined> {
  const file = EXPORT_FILES.manifest;
  const [text, ...more] = await collect(source.lines(file));
  try {
    const read: unknown = JSON.parse(text ?? '');
    manifestShape.parse(read);
    const manifest = read as ExportManifest;
    if (more.length > 0 || canonical(manifest) !== text || manifestDigest(manifest) !== manifest.digest)
      report({ file, line: 1, what: 'was changed: its digest does not fit its content' });
    return manifest;
  } catch {
    report({ file, line: 1, what: 'is no manifest of a ledger export (version 1)' });
    return undefined;
  }
}

function isEntry(line: ExportLine): line is Extract<ExportLine, { readonly entry: unknown }> {
  return 'entry' in line;
}

async function collect<Value>(values: AsyncIterable<Value>): Promise<Value[]> {
  const all: Value[] = [];
  for await (const value of values) all.push(value);
  return all;
}
