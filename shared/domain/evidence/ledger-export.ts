import { canonical, sha256 } from './ledger-chain.js';
import { LEDGER_TABLES, rowsOf, type LedgerTable, type RowSource } from './ledger-rows.js';

/** Names of an export's files. */
export const EXPORT_FILES = { manifest: 'export.json', seals: 'seals.jsonl', chain: 'chain.jsonl' } as const;

/** Range of an export. Times are ISO 8601; `to` is excluded. */
export interface ExportSelection {
  readonly from?: string;
  readonly to?: string;
  readonly conversation?: string;
}

/** Manifest of an export: its range, its counts and the digests of its files. It is written last. */
export interface ExportManifest {
  readonly laneway: 'ledger-export';
  readonly version: 1;
  readonly application: string;
  readonly exported: string;
  readonly selection: ExportSelection;
  /** True when the first seal stands before the first line of the export; else the chains stand from their beginning. */
  readonly anchored: boolean;
  /** Number of the first and of the last seal. */
  readonly seals: { readonly first: number; readonly last: number };
  /** Number of lines with their content: those that the selection covers. */
  readonly entries: number;
  /** Number of lines whose content was withheld, as the selection does not cover it. */
  readonly withheld: number;
  /** True when every seal is signed. */
  readonly signed: boolean;
  /** Lines and SHA-256 of the bytes, by the file's name. */
  readonly files: Readonly<Record<string, { readonly lines: number; readonly sha256: string }>>;
  /** SHA-256 of the canonical JSON of all other members. */
  readonly digest: string;
}

/** A line of a chain without its content: enough to verify its neighbours. */
export interface WithheldLine {
  readonly chain: string;
  readonly number: number;
  /** Hash of the content. */
  readonly hash: string;
  readonly digest: string;
}

/** File of a day in an export. */
export function dayFile(day: string, name: string): string {
  return `day=${day}/${name}`;
}

/** The days among an export's files, ascending. */
export function daysOf(files: readonly string[]): string[] {
  return files.flatMap((file) => /^day=(\d{4}-\d\d-\d\d)\/chain\.jsonl$/.exec(file)?.[1] ?? []).sort();
}

/** File of a day's rows of a table. */
export function tableFile(day: string, table: LedgerTable): string {
  return dayFile(day, `${table}.jsonl`);
}

/** Digest of a manifest: SHA-256 of the canonical JSON of all its members but `digest`. */
export function manifestDigest(manifest: Omit<ExportManifest, 'digest'> & { readonly digest?: string }): string {
  const { digest: _digest, ...content } = manifest;
  return sha256(canonical(content));
}

/** Makes the rows of one day's lines, one after the other: a change that stands in a chain twice gives rows once. */
export class DayRows {
  readonly #seen = new Set<string>();

  /** Rows as canonical JSON, by table. */
  of(line: RowSource): Partial<Record<LedgerTable, string>> {
    const change = `${line.chain}/${line.sequence}`;
    if (this.#seen.has(change)) return {};
    this.#seen.add(change);
    const rows = rowsOf(line);
    return Object.fromEntries(
      LEDGER_TABLES.flatMap((table) => (rows[table] ? [[table, canonical(rows[table])] as const] : [])),
    );
  }
}
