import * as z from 'zod';
import { canonical, NO_DIGEST } from '../../domain/evidence/ledger-chain.js';
import { EXPORT_FILES, type ExportManifest } from '../../domain/evidence/ledger-export.js';
import { keyFingerprint, sealDigest, signatureHolds, type Seal } from '../../domain/evidence/seal.js';
import { headShape } from './export-shapes.js';
import type { ExportFinding } from './export-finding.js';

const sealShape = z.object({
  application: z.string(),
  number: z.int(),
  at: z.string(),
  previous: z.string(),
  heads: z.array(headShape),
  digest: z.string(),
  signature: z.object({ algorithm: z.string(), publicKey: z.string(), value: z.string() }).nullable(),
});

/** Demands that the seals of an export make on its chains. */
export interface SealDemands {
  /** Digest at a number of a chain, and the seal that states it. */
  readonly digests: ReadonlyMap<string, ReadonlyMap<number, { readonly digest: string; readonly seal: number }>>;
  readonly seals: readonly Seal[];
  /** Fingerprints of the keys that signed. */
  readonly keys: readonly string[];
}

/** Checks the seals among themselves: form, digest, order, signature, and the key if one is demanded. */
export function verifySeals(
  lines: readonly (string | undefined)[],
  manifest: ExportManifest | undefined,
  key: string | undefined,
  report: (finding: ExportFinding) => void,
): SealDemands {
  const file = EXPORT_FILES.seals;
  const seals: Seal[] = [];
  const keys = new Set<string>();
  const digests = new Map<string, Map<number, { digest: string; seal: number }>>();
  lines.forEach((text, index) => {
    const line = index + 1;
    const wrong = (what: string) => report({ file, line, what });
    const seal = parseSeal(text);
    if (!seal) return wrong('is no seal in canonical JSON');
    if (sealDigest(seal) !== seal.digest) wrong(`seal ${seal.number} was changed: its content has another digest`);
    const before = seals.at(-1);
    if (before && seal.number !== before.number + 1)
      wrong(`seal ${seal.number} stands where ${before.number + 1} belongs`);
    else if (before ? seal.previous !== before.digest : seal.number === 1 && seal.previous !== NO_DIGEST)
      wrong(`seal ${seal.number} does not follow the one before it`);
    if (manifest && seal.application !== manifest.application)
      wrong(`seal ${seal.number} is of the application ${seal.application}`);
    if (seal.signature) {
      if (!signatureHolds(seal)) wrong(`the signature of seal ${seal.number} does not hold`);
      keys.add(keyFingerprint(seal.signature));
    }
    if (key !== undefined && (!seal.signature || keyFingerprint(seal.signature) !== key))
      wrong(`seal ${seal.number} is not signed by the key ${key}`);
    seals.push(seal);
    for (const head of seal.heads) {
      const numbers = digests.get(head.chain) ?? new Map<number, { digest: string; seal: number }>();
      digests.set(head.chain, numbers);
      if (!numbers.has(head.number)) numbers.set(head.number, { digest: head.digest, seal: seal.number });
    }
  });
  if (manifest) checkSpan(seals, manifest, lines.length, report);
  if (keys.size > 1) report({ file, what: `seals are signed by ${keys.size} keys: ${[...keys].join(', ')}` });
  return { digests, seals, keys: [...keys] };
}

function checkSpan(
  seals: readonly Seal[],
  { seals: span, anchored, signed }: ExportManifest,
  lines: number,
  report: (finding: ExportFinding) => void,
): void {
  const file = EXPORT_FILES.seals;
  const first = seals[0]?.number;
  const last = seals.at(-1)?.number;
  if (first !== span.first) report({ file, line: 1, what: `begins with seal ${first ?? 'none'}, not ${span.first}` });
  if (last !== span.last)
    report({ file, line: Math.max(lines, 1), what: `ends with seal ${last ?? 'none'}: seal ${span.last} is missing` });
  if (!anchored && span.first !== 1) report({ file, line: 1, what: 'the seals before the first one are missing' });
  if (signed && seals.some(({ signature }) => signature === null))
    report({ file, what: 'a signature was removed: the manifest says that every seal is signed' });
}

function parseSeal(text: string | undefined): Seal | undefined {
  try {
    const read: unknown = JSON.parse(text ?? '');
    return sealShape.safeParse(read).success && canonical(read) === text ? (read as Seal) : undefined;
  } catch {
    return undefined;
  }
}
