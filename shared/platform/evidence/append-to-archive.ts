import { archiveKey } from '../../domain/evidence/archive-key.js';
import type { ArchiveRecord } from '../../domain/evidence/archive.js';
import { LanewayError } from '../../domain/base/errors.js';
import {
  canonical,
  compareSequences,
  continueChain,
  NO_DIGEST,
  startChain,
  type ChainHead,
  type SealedHead,
} from '../../domain/evidence/ledger-chain.js';
import type { ChainStore } from '../../domain/evidence/seal.js';
import type { Ports } from '../../domain/ports.js';

/** Ports and settings for writing the archive of the ledger. */
export interface ArchiveServices extends Pick<Ports, 'archiveWriter' | 'chains' | 'clock'> {
  readonly application: string;
}

/** The chain of a stream that does not tell its shards apart; any number of writers may meet in it. */
export const SHARED_CHAIN = 'stream';

/** Lost races that a writer makes good in one invocation; after one more it gives up as `UNAVAILABLE`. */
const MOST_MEETINGS = 8;

/**
 * Appends records to a chain: an object for each day among them, then the head, which moves only if it still stands where
 * the object begins. An object whose head did not move (its writer died, or came second) is never part of the chain. A shard's
 * records come in the order of their sequence numbers, so that those up to the head's are repetitions and passed over. A chain
 * that shards share takes repetitions in as lines of their own.
 *
 * @returns how many of the records are in the archive for good: all before the first that could not be written
 */
export async function appendToArchive(
  chain: string,
  records: readonly ArchiveRecord[],
  services: ArchiveServices,
): Promise<{ readonly done: number; readonly error?: unknown }> {
  let done = 0;
  try {
    for (let meetings = 0; done < records.length;) {
      const head = await services.chains.head(chain);
      if (head?.sequence !== undefined && chain !== SHARED_CHAIN) {
        const last = head.sequence;
        while (done < records.length && compareSequences(records[done]?.sequence ?? '0', last) <= 0) done++;
      }
      const part = sameDay(records.slice(done), head?.day);
      if (part.records.length === 0) break;
      if (await append(chain, head, part, services)) done += part.records.length;
      else if (++meetings > MOST_MEETINGS)
        throw new LanewayError('UNAVAILABLE', `chain ${chain} is being written by others`, { retryable: true });
    }
    return { done };
  } catch (error) {
    return { done, error };
  }
}

interface Part {
  readonly day: string;
  readonly records: readonly ArchiveRecord[];
}

/** The first records that belong under one day. A late record goes under the chain's day: chains never go back. */
function sameDay(records: readonly ArchiveRecord[], notBefore = ''): Part {
  const dayOf = ({ at }: ArchiveRecord) => (at.slice(0, 10) > notBefore ? at.slice(0, 10) : notBefore);
  const [first] = records;
  if (!first) return { day: notBefore, records: [] };
  const day = dayOf(first);
  const end = records.findIndex((record) => dayOf(record) > day);
  return { day, records: end < 0 ? records : records.slice(0, end) };
}

async function append(
  chain: string,
  head: ChainHead | undefined,
  { day, records }: Part,
  { application, archiveWriter, chains, clock }: ArchiveServices,
): Promise<boolean> {
  const start = head
    ? undefined
    : startChain(chain, new Date(clock.now()).toISOString(), { application, roots: await rootsOf(chains) });
  const from: SealedHead = head ?? { chain, number: 1, digest: start?.digest ?? '' };
  const lines = continueChain(from, records);
  const last = lines.at(-1);
  const sequence = records.at(-1)?.sequence;
  if (!last || sequence === undefined) return true;
  const first = head ? head.number + 1 : 1;
  const key = archiveKey({ day, chain, first, before: head?.digest ?? NO_DIGEST, after: last.digest });
  const text = [...(start ? [start] : []), ...lines].map((line) => `${canonical(line)}\n`).join('');
  await archiveWriter.put(key, text);
  return chains.advance(head, { chain, number: last.number, digest: last.digest, sequence, day });
}

async function rootsOf(chains: ChainStore): Promise<SealedHead[]> {
  return (await chains.heads()).map(({ chain, number, digest }) => ({ chain, number, digest }));
}
