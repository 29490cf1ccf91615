import { createHash } from 'node:crypto';
import type { ArchiveLine, ArchiveReader, ArchiveStore } from '../../../shared/domain/evidence/archive.js';
import type { ChainStore, SealStore } from '../../../shared/domain/evidence/seal.js';
import { appendToArchive } from '../../../shared/platform/evidence/append-to-archive.js';
import { sealHeads } from '../../../shared/platform/evidence/seal-heads.js';
import { change } from '../../kit/stands/ledger-evidence.js';

/** An archive that can be written as the ledger's stream writes it. */
export interface ArchiveUnderTest {
  readonly archive: ArchiveStore & { put(key: string, text: string): Promise<void> };
  readonly chains: ChainStore;
  readonly seals: SealStore;
  /** Reader of the archive, when that is not the archive itself. */
  reader?(): Promise<ArchiveReader>;
}

const OLDER = '2026-11-20';
const NEWER = '2026-11-21';

/** Demands on every archive, its chains and its seals. */
export function archiveContract(make: () => Promise<ArchiveUnderTest>): void {
  let world: ArchiveUnderTest;
  let reader: ArchiveReader;
  const services = () => ({ application: 'shop', clock: { now: Date.now }, ...world, archiveWriter: world.archive });

  beforeAll(async () => {
    world = await make();
    const late = `${NEWER}T08:00:00.000Z`;
    const request = { kind: 'request' as const, at: late, request: requestEntry(late) };
    await appendToArchive('shardId-b', [change(5), change(6)], services());
    await appendToArchive('shardId-a', [change(1), change(2, { at: late })], services());
    await appendToArchive('shardId-a', [{ ...change(3, { at: late }), entry: request }], services());
    await sealHeads({ ...services(), sealSigner: undefined });
    reader = (await world.reader?.()) ?? world.archive;
  });

  it('lists its days', async () => {
    expect(await reader.days()).toEqual([OLDER, NEWER]);
  });

  it('gives the entries of a day, chain after chain in the order of their numbers', async () => {
    expect(places(await all(reader.lines(OLDER)))).toEqual(['shardId-a 2', 'shardId-b 2', 'shardId-b 3']);
    expect(places(await all(reader.lines(NEWER)))).toEqual(['shardId-a 3', 'shardId-a 4']);
    expect(await all(reader.lines('2026-11-22'))).toEqual([]);
    const [line] = await all(reader.lines(OLDER));
    expect(line).toMatchObject(change(1));
  });

  it('gives the entries of one kind', async () => {
    expect(places(await all(reader.lines(NEWER, 'request')))).toEqual(['shardId-a 4']);
    expect(await all(reader.lines(NEWER, 'operator'))).toEqual([]);
  });

  it('gives the entries beyond a place', async () => {
    const beyond = async (day: string, chain: string, number: number) =>
      places(await all(reader.lines(day, undefined, { chain, number })));
    expect(await beyond(OLDER, 'shardId-a', 1)).toEqual(['shardId-a 2', 'shardId-b 2', 'shardId-b 3']);
    expect(await beyond(OLDER, 'shardId-a', 2)).toEqual(['shardId-b 2', 'shardId-b 3']);
    expect(await beyond(OLDER, 'shardId-b', 2)).toEqual(['shardId-b 3']);
    expect(await beyond(NEWER, 'shardId-a', 3)).toEqual(['shardId-a 4']);
    expect(await beyond(NEWER, 'shardId-a', 4)).toEqual([]);
  });

  it('gives chains as they were written, their beginnings included', async () => {
    const texts = await all(world.archive.chainLines(OLDER));
    expect(texts.map((text) => (JSON.parse(text) as ArchiveLine).number)).toEqual([1, 2, 1, 2, 3]);
  });

  it('keeps heads by name, and moves one only from where it stands', async () => {
    const { chains } = world;
    const [a, b] = await chains.heads();
    expect([a?.chain, b?.chain, a?.number, b?.number]).toEqual(['shardId-a', 'shardId-b', 4, 3]);
    expect(await chains.head('shardId-a')).toEqual(a);
    expect(await chains.head('shardId-c')).toBeUndefined();
    if (!a || !b) throw new Error('no heads');
    expect(await chains.advance(undefined, { ...a, number: 5 })).toBe(false);
    expect(await chains.advance({ ...a, digest: b.digest }, { ...a, number: 5 })).toBe(false);
    expect(await chains.advance({ ...a, number: 3 }, { ...a, number: 5 })).toBe(false);
    const next = { ...a, number: 5, digest: '5'.repeat(64), sequence: '9' };
    const both = await Promise.all([chains.advance(a, next), chains.advance(a, { ...next, number: 6 })]);
    expect([...both].sort()).toEqual([false, true]);
  });

  it('keeps a seal once, and the last of them only after the one before', async () => {
    const { chains, seals } = world;
    const last = await chains.lastSeal();
    if (!last) throw new Error('no seal');
    expect(last).toMatchObject({ number: 1, application: 'shop', signature: null });
    await seals.keep({ ...last, digest: 'f'.repeat(64) });
    expect(await all(seals.seals())).toEqual([last]);
    expect(await all(seals.seals('2999-01-01'))).toEqual([]);
    expect(await chains.nextSeal({ ...last, number: 3 })).toBe(false);
    expect(await chains.nextSeal({ ...last, number: 1 })).toBe(false);
    const next = { ...last, number: 2 };
    expect([await chains.nextSeal(next), await chains.nextSeal(next)]).toEqual([true, false]);
    await seals.keep(next);
    expect((await all(seals.seals(last.at.slice(0, 10)))).map(({ number }) => number)).toEqual([1, 2]);
  });

  it('keeps a seal of as many chains as 128 shards have in a week, and the one after it', async () => {
    const { chains, seals } = world;
    const last = await chains.lastSeal();
    if (!last) throw new Error('no seal');
    // A shard is replaced by another one about every four hours.
    const heads = Array.from({ length: 128 * 6 * 7 }, (_, shard) => ({
      ...{ chain: `shardId-${String(shard).padStart(20, '0')}-00000000`, number: 10_000_000 },
      digest: createHash('sha256').update(`${shard}`).digest('hex'),
    }));
    const large = { ...last, number: last.number + 1, heads, digest: 'a'.repeat(64) };
    const rival = { ...large, digest: 'b'.repeat(64), at: '2026-11-22T00:00:00.000Z' };
    expect(Buffer.byteLength(JSON.stringify(large))).toBeGreaterThan(409_600);
    expect([await chains.nextSeal(large), await chains.nextSeal(rival)]).toEqual([true, false]);
    expect(await chains.lastSeal()).toEqual(large);
    await seals.keep(large);
    expect((await all(seals.seals())).at(-1)).toEqual(large);
    const after = { ...large, number: large.number + 1, digest: 'c'.repeat(64) };
    expect(await chains.nextSeal(after)).toBe(true);
    expect(await chains.lastSeal()).toEqual(after);
    const small = { ...after, number: after.number + 1, heads: heads.slice(0, 10), digest: 'd'.repeat(64) };
    expect(await chains.nextSeal(small)).toBe(true);
    expect(await chains.lastSeal()).toEqual(small);
    expect((await chains.heads()).length).toBeGreaterThan(0);
  });
}

function requestEntry(at: string) {
  return { correlationId: 'c-1', requestId: 'r-1', type: 'T', state: 'replied' as const, by: 'm-1', at };
}

function places(lines: readonly ArchiveLine[]): string[] {
  return lines.map(({ chain, number }) => `${chain} ${number}`);
}

async function all<Value>(values: AsyncIterable<Value>): Promise<Value[]> {
  const found: Value[] = [];
  for await (const value of values) found.push(value);
  return found;
}
