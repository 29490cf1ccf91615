import { LanewayError } from '../../../../../shared/domain/base/errors.js';
import {
  continueChain,
  NO_DIGEST,
  startChain,
  type SealedHead,
} from '../../../../../shared/domain/evidence/ledger-chain.js';
import type { ArchiveLine } from '../../../../../shared/domain/evidence/archive.js';
import { verifyLedger } from '../../../../../shared/operator/evidence/verify-ledger.js';
import { appendToArchive, SHARED_CHAIN } from '../../../../../shared/platform/evidence/append-to-archive.js';
import { sealHeads } from '../../../../../shared/platform/evidence/seal-heads.js';
import { change, LedgerStand, LocalSigner } from '../../../../kit/stands/ledger-evidence.js';

const DAY = '2026-11-20';

async function numbers(stand: LedgerStand, day = DAY): Promise<[string, number, string][]> {
  const lines: [string, number, string][] = [];
  for await (const line of stand.archive.lines(day)) lines.push([line.chain, line.number, line.sequence]);
  return lines;
}

describe('a chain', () => {
  it('starts with the heads of the others and goes on without gaps', async () => {
    const stand = new LedgerStand();
    await stand.append('shardId-01', change(1), change(2));
    await stand.append('shardId-01', change(3));
    await stand.append('shardId-02', change(9));
    const texts: string[] = [];
    for await (const text of stand.archive.chainLines(DAY)) texts.push(text);
    const lines = texts.map((text) => JSON.parse(text) as ArchiveLine & { start?: { roots: SealedHead[] } });
    expect(lines.map(({ chain, number }) => `${chain} ${number}`)).toEqual([
      ...['shardId-01 1', 'shardId-01 2', 'shardId-01 3', 'shardId-01 4', 'shardId-02 1', 'shardId-02 2'],
    ]);
    expect(lines[4]?.start?.roots).toEqual([{ chain: 'shardId-01', number: 4, digest: lines[3]?.digest }]);
    // Written out once more by the published rule.
    const start = startChain('shardId-01', new Date(stand.clock.now()).toISOString(), {
      application: 'shop',
      roots: [],
    });
    expect(lines[0]?.digest).toBe(start.digest);
    expect(continueChain(start, [change(1), change(2), change(3)])).toEqual(lines.slice(1, 4));
  });

  it('takes a change in once, however its batches are cut when they come again', async () => {
    const stand = new LedgerStand();
    const all = Array.from({ length: 9 }, (_, index) => change(index + 1));
    await stand.append('shardId-01', ...all.slice(0, 4));
    await stand.append('shardId-01', ...all.slice(0, 4));
    await stand.append('shardId-01', ...all.slice(2, 7));
    await stand.append('shardId-01', ...all);
    expect((await numbers(stand)).map(([, , sequence]) => Number(sequence))).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('compares sequence numbers as numbers, of any length', async () => {
    const stand = new LedgerStand();
    const long = { ...change(0), sequence: '100000000000000000000000001' };
    await stand.append('shardId-01', change(9), long);
    await stand.append('shardId-01', change(10));
    expect((await numbers(stand)).map(([, , sequence]) => sequence)).toEqual(['9', long.sequence]);
  });

  it('is not forked by a writer that dies between object and head, nor by two at a time', async () => {
    const stand = new LedgerStand();
    await stand.append('shardId-01', change(1));
    const dying = { ...stand.services, chains: Object.create(stand.chains) as typeof stand.chains };
    dying.chains.head = (chain) => stand.chains.head(chain);
    dying.chains.advance = () => Promise.reject(new LanewayError('UNAVAILABLE', 'gone'));
    const { done, error } = await appendToArchive('shardId-01', [change(2), change(3), change(4)], dying);
    expect([done, (error as Error).message]).toEqual([0, 'gone']);
    await stand.append('shardId-01', change(2), change(3));
    await stand.append('shardId-01', change(4));
    await Promise.all([5, 6, 7, 8].map((n) => stand.append(SHARED_CHAIN, change(n))));
    expect(stand.archive.objects.size).toBeGreaterThan(8);
    await stand.seal();
    const { files, manifest } = await stand.export();
    expect(await verifyLedger(files)).toMatchObject({ ok: true, findings: [] });
    // Two lines that start a chain beside the eight changes.
    expect(manifest.entries).toBe(10);
    const shared = (await numbers(stand)).filter(([chain]) => chain === SHARED_CHAIN);
    expect(new Set(shared.map(([, , sequence]) => sequence))).toEqual(new Set(['5', '6', '7', '8']));
  });

  it('says how far it came when an object cannot be written, and goes on from there', async () => {
    const stand = new LedgerStand();
    const next = '2026-11-21T00:00:01.000Z';
    const records = [change(1), change(2), change(3, { at: next }), change(4, { at: next })];
    const put = stand.archive.put.bind(stand.archive);
    stand.archive.put = (key, text) => (key.includes('11-21') ? Promise.reject(new Error('full')) : put(key, text));
    expect(await appendToArchive('shardId-01', records, stand.services)).toMatchObject({ done: 2 });
    stand.archive.put = put;
    expect(await appendToArchive('shardId-01', records.slice(2), stand.services)).toEqual({ done: 2 });
    expect((await numbers(stand, '2026-11-21')).map(([, number]) => number)).toEqual([4, 5]);
  });

  it('takes in text that canonical JSON forbids: half a surrogate pair is replaced', async () => {
    const stand = new LedgerStand();
    const odd = 'half \ud83d, whole \u{1f697}, \\ud83d spelled out';
    await stand.append('shardId-01', change(1, { conversation: odd }));
    await stand.seal();
    const { files } = await stand.export();
    expect(await verifyLedger(files)).toMatchObject({ ok: true, entries: 2 });
    for await (const { conversation } of stand.archive.lines(DAY))
      expect(conversation).toBe('half \ufffd, whole \u{1f697}, \\ud83d spelled out');
  });

  it.each([1, 200, 2_000, 3_900, 100_000])(
    'takes in an entry nested %i deep among others, and verifies it as it was written',
    async (depth) => {
      const stand = new LedgerStand();
      const odd = JSON.parse(`${'{"a":['.repeat(depth)}1${']}'.repeat(depth)}`) as never;
      const deep = change(2);
      const records = [change(1), { ...deep, entry: { ...deep.entry, data: odd } as never }, change(3)];
      expect(await appendToArchive('shardId-01', records, stand.services)).toEqual({ done: 3 });
      await stand.seal();
      const { files } = await stand.export();
      for (let times = 0; times < 3; times++)
        expect(await verifyLedger(files)).toMatchObject({ ok: true, entries: 4, findings: [] });
    },
  );

  it('never goes back a day: a late change stands under the chain’s day, with its own time', async () => {
    const stand = new LedgerStand();
    await stand.append('shardId-01', change(1, { at: '2026-11-21T00:00:00.000Z' }), change(2));
    expect(await stand.archive.days()).toEqual(['2026-11-21']);
    expect(await numbers(stand, '2026-11-21')).toHaveLength(2);
  });
});

describe('a seal', () => {
  it('is made when a head has moved, signed, and follows the one before it', async () => {
    const stand = new LedgerStand();
    expect(await stand.seal()).toMatchObject({ seal: 0, made: false });
    await stand.append('shardId-01', change(1));
    expect(await stand.seal()).toMatchObject({ seal: 1, made: true, signed: true });
    expect(await stand.seal()).toMatchObject({ seal: 1, made: false });
    await stand.append('shardId-01', change(2));
    expect(await stand.seal()).toMatchObject({ seal: 2, made: true });
    const kept = [];
    for await (const seal of stand.chains.seals()) kept.push(seal);
    expect(kept.map(({ number }) => number)).toEqual([1, 2]);
    expect([kept[0]?.previous, kept[1]?.previous]).toEqual([NO_DIGEST, kept[0]?.digest]);
  });

  it('that its maker did not keep is kept by the next; of two makers at a time one makes it', async () => {
    const stand = new LedgerStand();
    await stand.append('shardId-01', change(1));
    const services = { ...stand.services, sealSigner: new LocalSigner(), seals: stand.chains };
    const lost = { keep: () => Promise.reject(new Error('no bucket')) };
    await expect(sealHeads({ ...services, seals: lost })).rejects.toThrow('no bucket');
    const both = await Promise.all([sealHeads(services), sealHeads(services)]);
    expect(both.map(({ seal }) => seal)).toEqual([1, 1]);
    await stand.append('shardId-01', change(2));
    const racing = await Promise.all([sealHeads(services), sealHeads(services)]);
    expect(racing.filter(({ made }) => made)).toHaveLength(1);
    const kept = [];
    for await (const { number } of stand.chains.seals()) kept.push(number);
    expect(kept).toEqual([1, 2]);
  });
});
