import { sha256 } from '../../domain/evidence/ledger-chain.js';
import { storedTextsOf, textsOfEmissions, type StoredText } from '../../domain/evidence/stored-payloads.js';
import { summarizeError } from '../../domain/base/errors.js';
import type { PayloadStore } from '../../domain/wire/payload-store.js';
import type { ExportFinding } from './export-finding.js';

/** The payload store that an export's entries refer to, and the days that it keeps what is in it. */
export interface StoredTexts {
  readonly payloads: Pick<PayloadStore, 'get'>;
  /** Days after which a text may be gone. */
  readonly keptDays: number;
  /** Present time, milliseconds since 1970. */
  readonly now: number;
}

/** Texts of the payload store that were looked at, each once. */
export interface StoredTextCounts {
  /** Texts that are what was stored. */
  readonly whole: number;
  /** Texts that are gone with their retention. */
  readonly expired: number;
  /** Texts whose entries do not say what was stored: they are of an earlier version. */
  readonly notCovered: number;
}

/** Compares what an export's entries refer to with what the payload store has. */
export class StoredTextVerifier {
  readonly #seen = new Set<string>();
  readonly #counts = { whole: 0, expired: 0, notCovered: 0 };

  constructor(
    private readonly texts: StoredTexts,
    private readonly report: (finding: ExportFinding) => void,
  ) {}

  /** Texts that were looked at so far. */
  get counts(): StoredTextCounts {
    return { ...this.#counts };
  }

  /**
   * Looks at the texts that an entry refers to. @param place where the entry stands @param at when it was written, ISO 8601
   * @throws LanewayError UNAVAILABLE
   */
  async take(entry: Readonly<Record<string, unknown>>, place: Omit<ExportFinding, 'what'>, at: string): Promise<void> {
    for (const text of storedTextsOf(entry)) await this.#look(text, place, at);
  }

  async #look(
    { key, hash, holdsEmissions }: StoredText,
    place: Omit<ExportFinding, 'what'>,
    at: string,
  ): Promise<void> {
    if (this.#seen.has(key)) return;
    this.#seen.add(key);
    const text = await this.#read(key);
    if (text === undefined) {
      if (Date.parse(at) + this.texts.keptDays * 86_400_000 <= this.texts.now) this.#counts.expired++;
      else this.report({ ...place, what: `the payload store has no '${key}', which the entry refers to` });
      return;
    }
    if (hash === undefined) this.#counts.notCovered++;
    else if (sha256(text) === hash) this.#counts.whole++;
    else
      return this.report({
        ...place,
        what: `'${key}' of the payload store is not what was stored: it was overwritten`,
      });
    if (holdsEmissions) for (const payload of textsOfEmissions(parsed(text))) await this.#look(payload, place, at);
  }

  async #read(key: string): Promise<string | undefined> {
    try {
      return await this.texts.payloads.get(key);
    } catch (error) {
      const { code, retryable } = summarizeError(error);
      // Longer than anything that is stored, so that it is another text.
      if (code === 'TOO_LARGE') return '';
      // One that this role may not read is not missing.
      if (code !== 'NOT_FOUND' || retryable) throw error;
      return undefined;
    }
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
