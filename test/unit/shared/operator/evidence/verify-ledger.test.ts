import fc from 'fast-check';
import { canonical } from '../../../../../shared/domain/evidence/ledger-chain.js';
import { keyFingerprint, type Seal } from '../../../../../shared/domain/evidence/seal.js';
import { verifyLedger, type Verification } from '../../../../../shared/operator/evidence/verify-ledger.js';
import {
  change,
  LedgerStand,
  LocalSigner,
  type MemoryExport,
  sampleLedger,
} from '../../../../kit/stands/ledger-evidence.js';

const NEWER = 'day=2026-11-21/chain.jsonl';
const OLDER = 'day=2026-11-20/chain.jsonl';

let whole: MemoryExport;
beforeAll(async () => {
  whole = (await (await sampleLedger()).export()).files;
});

/** The export with lines of a file changed. */
function tampered(file: string, edit: (lines: string[]) => readonly string[], of = whole): MemoryExport {
  const copy = of.copy();
  const lines = edit(copy.linesNow(file));
  copy.texts.set(file, lines.map((line) => `${line}\n`).join(''));
  return copy;
}

function first({ findings }: Verification) {
  return findings[0];
}

function placeIn(file: string, line: number): { chain: string; number: number } {
  const { chain, number } = JSON.parse(whole.linesNow(file)[line - 1] ?? '') as { chain: string; number: number };
  return { chain, number };
}

const chainFiles = [OLDER, NEWER] as const;

describe('an export', () => {
  it('verifies, and says how far the proof goes', async () => {
    expect(await whole.files()).toEqual([
      ...['day=2026-11-20/chain.jsonl', 'day=2026-11-20/errors.jsonl', 'day=2026-11-20/message_audit.jsonl'],
      ...['day=2026-11-20/performance.jsonl', 'day=2026-11-21/chain.jsonl', 'day=2026-11-21/errors.jsonl'],
      ...['day=2026-11-21/message_audit.jsonl', 'day=2026-11-21/performance.jsonl', 'export.json', 'seals.jsonl'],
    ]);
    expect(await verifyLedger(whole)).toMatchObject({
      ...{ ok: true, findings: [], entries: 12, withheld: 0, seals: 3, sealed: '2026-11-21T10:00:00.000Z' },
    });
  });

  it('with any byte of any file changed is found out, in that file', async () => {
    const files = [...whole.texts.keys()];
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...files), fc.nat(), fc.integer({ min: 1, max: 126 }), async (file, at, by) => {
        const copy = whole.copy();
        const text = copy.texts.get(file) ?? '';
        const index = at % text.length;
        const code = text.charCodeAt(index);
        // Within ASCII; beyond it the test's texts hold no bytes of their own.
        const other = String.fromCharCode(code < 128 ? (code + by) % 127 : 0x40 + (by % 50));
        fc.pre(other !== text[index]);
        copy.texts.set(file, text.slice(0, index) + other + text.slice(index + 1));
        const result = await verifyLedger(copy);
        expect(result.ok).toBe(false);
        expect(first(result)?.file).toBe(file);
        if (file.endsWith('.jsonl') && code !== 10 && other !== '\n')
          expect(first(result)?.line).toBe(text.slice(0, index).split('\n').length);
      }),
      { numRuns: 120 },
    );
  });

  it('with two entries swapped is found out, at the first of them', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...chainFiles), fc.nat(), fc.nat(), async (file, a, b) => {
        const count = whole.linesNow(file).length;
        const [low, high] = [Math.min(a % count, b % count), Math.max(a % count, b % count)];
        // Lines of two chains may change places when nothing of either stands between: their order says nothing.
        fc.pre(low !== high && placeIn(file, low + 1).chain === placeIn(file, high + 1).chain);
        const copy = tampered(file, (lines) => {
          [lines[low], lines[high]] = [lines[high] ?? '', lines[low] ?? ''];
          return lines;
        });
        const result = await verifyLedger(copy);
        expect(first(result)).toMatchObject({ file, line: low + 1, chain: placeIn(file, low + 1).chain });
      }),
      { numRuns: 40 },
    );
  });

  it.each([
    ...[1, 2, 3, 4, 5, 6, 7].map((line) => [OLDER, line] as const),
    ...[1, 2, 3, 4, 5].map((line) => [NEWER, line] as const),
  ])('with a line removed names it: %s line %i', async (file, line) => {
    const gone = placeIn(file, line);
    const result = await verifyLedger(tampered(file, (lines) => lines.filter((_, index) => index !== line - 1)));
    const about = result.findings.filter(({ chain }) => chain === gone.chain);
    expect(about[0]?.what).toMatch(/missing/);
    expect(about.map(({ what, number }) => `${what} ${number ?? ''}`).join()).toContain(String(gone.number));
    expect(result.ok).toBe(false);
  });

  it('without its last entry names file, line, chain and number, even when rows and counts are mended', async () => {
    const last = whole.linesNow(NEWER).length;
    const gone = placeIn(NEWER, last);
    const copy = tampered(NEWER, (lines) => lines.slice(0, -1));
    expect(first(await verifyLedger(copy))).toMatchObject({ file: NEWER, line: last, ...gone });
  });

  it('whose last entry was changed, with every digest after it, disagrees with the seal', async () => {
    const stand = new LedgerStand(new LocalSigner());
    await stand.append('shardId-01', change(1));
    await stand.seal();
    const forged = new LedgerStand(new LocalSigner());
    await forged.append('shardId-01', change(1, { receiver: 'somebody-else' }));
    await forged.seal();
    const { files } = await stand.export();
    const other = (await forged.export()).files;
    for (const [file, text] of other.texts) if (file.startsWith('day=')) files.texts.set(file, text);
    expect(first(await verifyLedger(files))).toMatchObject({ file: OLDER, number: 2 });
    // The whole of it forged, with a key of one's own: only the key tells.
    expect(await verifyLedger(other)).toMatchObject({ ok: true });
    const key = keyFingerprint(
      (JSON.parse(files.linesNow('seals.jsonl')[0] ?? '') as Seal).signature ?? (undefined as never),
    );
    expect(await verifyLedger((await stand.export()).files, { key })).toMatchObject({ ok: true, key });
    expect(first(await verifyLedger(other, { key }))).toMatchObject({ file: 'seals.jsonl', line: 1 });
  });

  it('without its signatures, a seal, a whole chain or a file, or with one more, is found out', async () => {
    const unsigned = tampered('seals.jsonl', (lines) =>
      lines.map((line) => canonical({ ...(JSON.parse(line) as Seal), signature: null })),
    );
    expect(first(await verifyLedger(unsigned))?.what).toContain('a signature was removed');
    const lastSeal = await verifyLedger(tampered('seals.jsonl', (lines) => lines.slice(0, -1)));
    expect(first(lastSeal)).toMatchObject({ file: 'seals.jsonl', what: 'ends with seal 2: seal 3 is missing' });
    const chain = await verifyLedger(
      tampered(OLDER, (lines) => lines.filter((line) => !line.includes('"shardId-02"'))),
    );
    expect(chain.findings).toContainEqual(expect.objectContaining({ chain: 'shardId-02', number: 1 }));
    for (const file of whole.texts.keys()) {
      const copy = whole.copy();
      copy.texts.delete(file);
      expect((await verifyLedger(copy)).findings.map((finding) => finding.file)).toContain(file);
    }
    const more = whole.copy();
    more.texts.set('notes.txt', 'hello\n');
    expect(first(await verifyLedger(more))?.file).toBe('notes.txt');
  });
});

describe('part of a ledger', () => {
  it('of one conversation gives its entries, and the others as hashes that keep the chains whole', async () => {
    const { files, manifest } = await (await sampleLedger()).export({ conversation: 'c-2' });
    // Its two entries, and three lines that start chains.
    expect([manifest.entries, manifest.withheld]).toEqual([5, 7]);
    expect([...files.texts.values()].join()).not.toContain('c-1');
    expect(await verifyLedger(files)).toMatchObject({ ok: true });
    const hashed = files.linesNow(OLDER).findIndex((line) => line.includes('"hash"'));
    const copy = tampered(
      OLDER,
      (lines) => lines.map((line, index) => (index === hashed ? line.replace(/"hash":"./, '"hash":"z') : line)),
      files,
    );
    expect(first(await verifyLedger(copy))).toMatchObject({ file: OLDER, line: hashed + 1 });
  });

  it('of some time begins at the seal before it', async () => {
    const stand = await sampleLedger();
    const { files, manifest } = await stand.export({ from: '2026-11-20T11:30:00.000Z' });
    expect(manifest).toMatchObject({ anchored: true, seals: { first: 1, last: 3 } });
    expect(await verifyLedger(files)).toMatchObject({ ok: true });
    const copy = tampered(OLDER, (lines) => lines.slice(1), files);
    expect((await verifyLedger(copy)).ok).toBe(false);
  });

  it('after the archive was cleaned begins at the first seal that does not need what is gone', async () => {
    const stand = await sampleLedger();
    for (const key of stand.archive.objects.keys()) if (key.includes('11-20')) stand.archive.objects.delete(key);
    const { files, manifest } = await stand.export();
    expect(manifest).toMatchObject({ anchored: true, seals: { first: 2, last: 3 } });
    expect(await verifyLedger(files)).toMatchObject({ ok: true });
    await expect(stand.export({ from: '2026-11-20T11:30:00.000Z' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('is refused when the archive lacks what was sealed, or nothing was', async () => {
    const stand = await sampleLedger();
    const [key] = [...stand.archive.objects.keys()].filter((one) => one.includes('day=2026-11-21/shardId-01'));
    stand.archive.objects.delete(key ?? '');
    await expect(stand.export()).rejects.toThrow('the archive lacks numbers 5 to 6 of chain shardId-01');
    await expect(new LedgerStand().export()).rejects.toThrow('nothing of the ledger has been sealed yet');
  });

  it('of a ledger without a key says that nobody signed', async () => {
    const { files, manifest } = await (await sampleLedger(null)).export();
    expect(manifest.signed).toBe(false);
    const result = await verifyLedger(files);
    expect([result.ok, result.key]).toEqual([true, undefined]);
  });
});
