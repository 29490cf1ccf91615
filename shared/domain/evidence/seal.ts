import { createHash, createPublicKey, verify } from 'node:crypto';
import { canonical, sha256, type ChainHead, type SealedHead } from './ledger-chain.js';

/** Signature of a seal, with the public key that verifies it. */
export interface SealSignature {
  readonly algorithm: 'ECDSA_SHA_256';
  /** SubjectPublicKeyInfo (RFC 5280), DER, base64. */
  readonly publicKey: string;
  /** ECDSA signature over the seal's canonical content, DER, base64. */
  readonly value: string;
}

/** Content of a seal: the last line of every chain of an application at one instant. */
export interface SealContent {
  readonly application: string;
  /** Number of the seal, from 1, without gaps. */
  readonly number: number;
  readonly at: string;
  /** Digest of the seal before it; of the first one, 64 zeros. */
  readonly previous: string;
  /** Chains that may still grow, or did within the last days, by name. */
  readonly heads: readonly SealedHead[];
}

/** A signed statement of where the ledger's chains end. It is kept apart from the archive that it is about. */
export interface Seal extends SealContent {
  /** SHA-256 of the canonical content. */
  readonly digest: string;
  /**
   * Signature of the content. `null` where the application has no key: such a seal proves order and completeness only
   * to those who trust its keeper.
   */
  readonly signature: SealSignature | null;
}

/** Signs the content of seals. */
export interface Signer {
  /** @throws LanewayError UNAVAILABLE, to be repeated */
  sign(content: string): Promise<SealSignature>;
}

/** Heads of the chains and the last seal. The writers of the archive and of the seals agree by them. */
export interface ChainStore {
  /** Consistent read. */
  head(chain: string): Promise<ChainHead | undefined>;
  /** Heads of all chains that may still grow, and of some that ended in the last days, by name. Consistent read. */
  heads(): Promise<ChainHead[]>;
  /** Moves a head on if it still stands as `from` (undefined: there is none yet). @returns true when it did */
  advance(from: ChainHead | undefined, to: ChainHead): Promise<boolean>;
  lastSeal(): Promise<Seal | undefined>;
  /** Stores a seal as the last if it follows the one that is. @returns true when it did */
  nextSeal(seal: Seal): Promise<boolean>;
}

/** Store of the seals. */
export interface SealStore {
  /** Stores a seal, once: one that is there already stays as it is. */
  keep(seal: Seal): Promise<void>;
  /** Seals from a day (UTC) on, all without one, in the order of their numbers. */
  seals(from?: string): AsyncIterable<Seal>;
}

/** The text that is digested and signed. */
export function sealText({ application, number, at, previous, heads }: SealContent): string {
  return canonical({ application, number, at, previous, heads });
}

/** Digest of a seal's content. */
export function sealDigest(content: SealContent): string {
  return sha256(sealText(content));
}

/** True when the signature is that of the key which the seal names; false for a seal without one. */
export function signatureHolds(seal: Seal): boolean {
  if (seal.signature?.algorithm !== 'ECDSA_SHA_256') return false;
  try {
    const key = createPublicKey({ key: fromBase64(seal.signature.publicKey), format: 'der', type: 'spki' });
    const value = fromBase64(seal.signature.value);
    return verify('sha256', Buffer.from(sealText(seal)), { key, dsaEncoding: 'der' }, value);
  } catch {
    // A text that is no key or no signature was not made by the key.
    return false;
  }
}

/** Bytes of a base64 text. It must be the canonical one of the several texts that stand for the same bytes. */
function fromBase64(text: string): Buffer {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.toString('base64') !== text) throw new TypeError('no canonical base64');
  return bytes;
}

/** Fingerprint of the key that signed: SHA-256 of its SubjectPublicKeyInfo, 64 hexadecimal digits. */
export function keyFingerprint({ publicKey }: SealSignature): string {
  return createHash('sha256').update(Buffer.from(publicKey, 'base64')).digest('hex');
}
