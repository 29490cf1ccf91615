import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import type { ArchiveRecord } from '../../../shared/domain/evidence/archive.js';
import type { DeliveryState } from '../../../shared/domain/delivery/delivery.js';
import { textLines } from '../../../shared/domain/evidence/archive-objects.js';
import type { ExportManifest, ExportSelection } from '../../../shared/domain/evidence/ledger-export.js';
import type { SealSignature, Signer } from '../../../shared/domain/evidence/seal.js';
import { exportLedger, type ExportSink } from '../../../shared/operator/evidence/export-ledger.js';
import type { ExportSource } from '../../../shared/operator/evidence/verify-ledger.js';
import { appendToArchive } from '../../../shared/platform/evidence/append-to-archive.js';
import { sealHeads } from '../../../shared/platform/evidence/seal-heads.js';
import { ManualClock } from '../../../shared/testing/memory/manual-clock.js';
import { MemoryArchive } from '../../../shared/testing/memory/evidence/memory-archive.js';
import { MemoryChains } from '../../../shared/testing/memory/evidence/memory-chains.js';

/** Signs with a key of its own, as KMS would. */
export class LocalSigner implements Signer {
  readonly #keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });

  async sign(content: string): Promise<SealSignature> {
    const publicKey = this.#keys.publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
    const value = sign('sha256', Buffer.from(content), { key: this.#keys.privateKey, dsaEncoding: 'der' });
    return Promise.resolve({ algorithm: 'ECDSA_SHA_256', publicKey, value: value.toString('base64') });
  }
}

/** The files of an export in memory. */
export class MemoryExport implements ExportSink, ExportSource {
  readonly texts = new Map<string, string>();

  async append(file: string, text: string): Promise<void> {
    this.texts.set(file, (this.texts.get(file) ?? '') + text);
    return Promise.resolve();
  }

  async files(): Promise<string[]> {
    return Promise.resolve([...this.texts.keys()].sort());
  }

  async *lines(file: string): AsyncIterable<string | undefined> {
    const parts = (this.texts.get(file) ?? '').split('\n');
    const rest = parts.pop();
    yield* await Promise.resolve(parts);
    if (rest !== '') yield undefined;
  }

  async hash(file: string): Promise<string> {
    const text = this.texts.get(file) ?? '';
    return Promise.resolve(createHash('sha256').update(text).digest('hex'));
  }

  linesNow(file: string): string[] {
    return textLines(this.texts.get(file) ?? '');
  }

  copy(): MemoryExport {
    const copy = new MemoryExport();
    for (const [file, text] of this.texts) copy.texts.set(file, text);
    return copy;
  }
}

/** A change of a delivery, as the stream gives it. */
export function change(
  sequence: number,
  own: { at?: string; conversation?: string; receiver?: string; state?: DeliveryState; message?: string } = {},
): ArchiveRecord {
  const { at = '2026-11-20T10:00:00.000Z', conversation = 'c-1', receiver = 'clerk', state = 'completed' } = own;
  return {
    sequence: String(sequence),
    change: 'MODIFY',
    at,
    conversation,
    entry: {
      kind: 'delivery',
      at,
      delivery: {
        correlationId: conversation,
        messageId: own.message ?? `m-${sequence}`,
        origin: 'client.web/orders',
        receiver,
        facts: {
          ...{ type: 'OrderPlaced', channel: 'orders', priority: 'normal', source: 'laneway.shop.client.web' },
          ...{ time: new Date(Date.parse(at) - 40).toISOString(), expires: at, attempt: 1, hops: 0 },
        },
        state,
        tries: 1,
        emissions: [],
        firstReceived: new Date(Date.parse(at) - 30).toISOString(),
        updated: at,
        ...(state === 'dead-lettered'
          ? { error: { code: 'HANDLER', name: 'Error', message: 'it broke – ungünstig', retryable: true } }
          : {}),
      },
    },
  };
}

/** A ledger's evidence in memory: what is appended can be sealed and exported. */
export class LedgerStand {
  readonly archive = new MemoryArchive();
  readonly chains = new MemoryChains();
  readonly clock = new ManualClock(Date.parse('2026-11-20T10:00:00.000Z'));
  readonly #application = 'shop';

  constructor(readonly signer: Signer | null = new LocalSigner()) {}

  get services() {
    const { archive, chains, clock } = this;
    return { application: this.#application, archiveWriter: archive, chains, clock };
  }

  async append(chain: string, ...records: readonly ArchiveRecord[]): Promise<void> {
    const { error } = await appendToArchive(chain, records, this.services);
    if (error !== undefined) throw error as Error;
  }

  async seal(at?: string) {
    if (at !== undefined) this.clock.advanceTo(Date.parse(at));
    return sealHeads({ ...this.services, seals: this.chains, sealSigner: this.signer ?? undefined });
  }

  async export(selection: ExportSelection = {}): Promise<{ files: MemoryExport; manifest: ExportManifest }> {
    const files = new MemoryExport();
    const services = { application: this.#application, archive: this.archive, seals: this.chains, sink: files };
    return { files, manifest: await exportLedger(selection, { ...services, now: this.clock.now() }) };
  }
}

/** A ledger of two days and three chains, one of which follows another, with several seals. */
export async function sampleLedger(signer?: Signer | null): Promise<LedgerStand> {
  const stand = new LedgerStand(signer);
  const late = '2026-11-21T09:00:00.000Z';
  await stand.append('shardId-01', change(1, { state: 'leased', message: 'a' }), change(2, { message: 'a' }));
  await stand.append('shardId-02', change(10, { receiver: 'packer' }), change(11, { state: 'dead-lettered' }));
  await stand.seal('2026-11-20T11:00:00.000Z');
  await stand.append('shardId-01', change(3, { conversation: 'c-2' }));
  await stand.seal('2026-11-20T12:00:00.000Z');
  await stand.append('shardId-03', change(20, { at: late }), change(21, { at: late, state: 'dead-lettered' }));
  await stand.append('shardId-01', change(4, { at: late, conversation: 'c-2' }), change(5, { at: late }));
  await stand.seal('2026-11-21T10:00:00.000Z');
  return stand;
}
