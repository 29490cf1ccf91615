import type { ArchiveLine } from '../../domain/evidence/archive.js';
import { canonical, contentHash, nextDigest, NO_DIGEST, type ChainStart } from '../../domain/evidence/ledger-chain.js';
import type { ExportSelection, WithheldLine } from '../../domain/evidence/ledger-export.js';
import type { SealDemands } from './verify-seals.js';
import { lineShape } from './export-shapes.js';
import type { ExportFinding } from './export-finding.js';

/** A line of an export's chain file, as far as it can be read. */
export type ExportLine = ArchiveLine | ChainStart | WithheldLine;

/** Position in a chain: the line that its verification read last. */
interface Place {
  number: number;
  /** Digests that the next line may follow: two after a line whose own did not fit. */
  digests: readonly string[];
  /** File and line of the last line that was read. */
  file: string;
  line: number;
}

/** Follows the chains of an export line by line, and says where one is not what it was. */
export class ChainVerifier {
  readonly #places = new Map<string, Place>();
  /** Heads that the start of a chain names, by chain and number. */
  readonly #roots = new Map<string, Map<number, { digest: string; of: string }>>();
  /** Findings about the starts of chains. They are told last: when the first line of a chain was changed, that line is the place. */
  readonly #rootless: ExportFinding[] = [];
  entries = 0;
  withheld = 0;

  constructor(
    private readonly demands: SealDemands,
    anchored: boolean,
    private readonly selection: ExportSelection,
    private readonly report: (finding: ExportFinding) => void,
  ) {
    const [first] = demands.seals;
    if (anchored && first)
      for (const { chain, number, digest } of first.heads)
        this.#places.set(chain, { number, digests: [digest], file: 'seals.jsonl', line: 1 });
  }

  /** Notes the heads of other chains that the start of a chain names. All starts are to be noted before the first {@link take}. */
  expectRoots({ chain, start }: ChainStart): void {
    for (const root of start.roots) {
      const numbers = this.#roots.get(root.chain) ?? new Map<number, { digest: string; of: string }>();
      this.#roots.set(root.chain, numbers);
      numbers.set(root.number, { digest: root.digest, of: chain });
    }
  }

  /** Checks the next line. @returns it, unless it cannot be read */
  take(file: string, line: number, text: string | undefined): ExportLine | undefined {
    const at = { file, line };
    const read = parseLine(text);
    if (!read) {
      this.report({ ...at, ...this.#expected(file), what: 'is no line of a chain in canonical JSON: it was changed' });
      return undefined;
    }
    const { chain, number, digest } = read;
    const place = this.#places.get(chain) ?? { number: 0, digests: [NO_DIGEST], file, line: 0 };
    const wrong = (what: string) => this.report({ ...at, chain, number, what });
    if (number !== place.number + 1) {
      wrong(
        number > place.number
          ? `number ${place.number + 1}${number > place.number + 2 ? ` to ${number - 1}` : ''} of the chain is missing before it`
          : `number ${number} stands where ${place.number + 1} belongs`,
      );
    }
    const hash = 'hash' in read ? read.hash : contentHash(read);
    const computed = place.digests.map((before) => nextDigest(before, hash));
    const fits = computed.includes(digest);
    if (!fits && number === place.number + 1)
      wrong(`number ${number} was changed: its digest does not fit its content`);
    // Put in last: the chain that was read last.
    this.#places.delete(chain);
    this.#places.set(chain, {
      number,
      digests: fits || number !== place.number + 1 ? [digest] : [digest, ...computed],
      file,
      line,
    });
    this.#compare(at, read);
    this.#count(at, read);
    return read;
  }

  /** Checks that every chain goes as far as the seals say. */
  finish(): void {
    for (const [chain, numbers] of this.demands.digests) {
      const end = Math.max(...numbers.keys());
      const place = this.#places.get(chain);
      if ((place?.number ?? 0) >= end) continue;
      const first = (place?.number ?? 0) + 1;
      this.report({
        file: place?.file ?? 'chain.jsonl',
        ...(place ? { line: place.line + 1 } : {}),
        chain,
        number: first,
        what: `${first === end ? `number ${end}` : `numbers ${first} to ${end}`} of the chain, which seal ${numbers.get(end)?.seal ?? 0} counts, ${first === end ? 'is' : 'are'} missing`,
      });
    }
    for (const [chain, { number, file, line }] of this.#places) {
      const end = Math.max(0, ...(this.demands.digests.get(chain)?.keys() ?? []));
      if (number > end)
        this.report({ file, line, chain, number, what: `numbers after ${end} of the chain are in no seal` });
    }
    this.#rootless.forEach(this.report);
  }

  #compare(at: { file: string; line: number }, { chain, number, digest }: ExportLine): void {
    const sealed = this.demands.digests.get(chain)?.get(number);
    if (sealed && sealed.digest !== digest)
      this.report({ ...at, chain, number, what: `seal ${sealed.seal} has another digest for number ${number}` });
    const root = this.#roots.get(chain)?.get(number);
    if (root && root.digest !== digest)
      this.#rootless.push({ ...at, chain, number, what: `the chain ${root.of} began after another number ${number}` });
  }

  #count(at: { file: string; line: number }, read: ExportLine): void {
    if ('hash' in read) {
      this.withheld++;
      return;
    }
    this.entries++;
    if (!('entry' in read)) return;
    const { conversation, from, to } = this.selection;
    const covered =
      (conversation === undefined || read.conversation === conversation) &&
      (from === undefined || read.at >= from) &&
      (to === undefined || read.at < to);
    if (!covered)
      this.report({ ...at, chain: read.chain, number: read.number, what: 'is not what the export says it is of' });
  }

  /** The place that a line which cannot be read most likely had. */
  #expected(file: string): Partial<ExportFinding> {
    const last = [...this.#places].filter(([, place]) => place.file === file).at(-1);
    return last ? { chain: last[0], number: last[1].number + 1 } : {};
  }
}

/** A line that starts a chain; undefined for any other. */
export function chainStart(text: string | undefined): ChainStart | undefined {
  if (text?.includes('"start":{') !== true) return undefined;
  const read = parseLine(text);
  return read && 'start' in read ? read : undefined;
}

function parseLine(text: string | undefined): ExportLine | undefined {
  try {
    const read: unknown = JSON.parse(text ?? '');
    return lineShape.safeParse(read).success && canonical(read) === text ? (read as ExportLine) : undefined;
  } catch {
    return undefined;
  }
}
