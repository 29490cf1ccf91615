import { NO_DIGEST, type SealedHead } from '../../domain/evidence/ledger-chain.js';
import type { Ports } from '../../domain/ports.js';
import { sealDigest, sealText, type Seal } from '../../domain/evidence/seal.js';

/** Ports and settings for sealing the heads of the chains. */
export interface SealServices extends Pick<Ports, 'chains' | 'clock'> {
  readonly application: string;
  readonly seals: Pick<Ports['seals'], 'keep'>;
  /** Signer of the seals; undefined where seals are not signed. */
  readonly sealSigner: Ports['sealSigner'] | undefined;
}

/** Result of {@link sealHeads}: the last seal there is. */
export interface SealSummary {
  /** Number of the last seal, 0 when the ledger has never had an entry. */
  readonly seal: number;
  readonly at: string | undefined;
  /** True when this call made the seal; false when it was there before, or another caller came first. */
  readonly made: boolean;
  readonly signed: boolean;
}

/**
 * Seals the present heads of the chains, unless the last seal has the same. The seal stands in the chain store first, which
 * decides between two that seal at a time, and is then kept under its retention lock. A seal whose maker died before that is kept
 * by the next call.
 */
export async function sealHeads(services: SealServices): Promise<SealSummary> {
  const { application, chains, seals, sealSigner, clock } = services;
  const last = await chains.lastSeal();
  if (last) await seals.keep(last);
  const heads = (await chains.heads()).map(({ chain, number, digest }) => ({ chain, number, digest }));
  if (sameHeads(last?.heads ?? [], heads)) return summaryOf(last, false);
  const content = {
    application,
    number: (last?.number ?? 0) + 1,
    at: new Date(clock.now()).toISOString(),
    previous: last?.digest ?? NO_DIGEST,
    heads,
  };
  const signature = sealSigner ? await sealSigner.sign(sealText(content)) : null;
  const seal: Seal = { ...content, digest: sealDigest(content), signature };
  if (!(await chains.nextSeal(seal))) return summaryOf(await chains.lastSeal(), false);
  await seals.keep(seal);
  return summaryOf(seal, true);
}

function summaryOf(seal: Seal | undefined, made: boolean): SealSummary {
  return { seal: seal?.number ?? 0, at: seal?.at, made, signed: Boolean(seal?.signature) };
}

/** True when no head has moved. A chain that has ended leaves the list in time, which is nothing to seal. */
function sameHeads(before: readonly SealedHead[], now: readonly SealedHead[]): boolean {
  const known = new Map(before.map((head) => [head.chain, head.digest]));
  return now.every(({ chain, digest }) => known.get(chain) === digest);
}
