import { defined } from '../../../shared/domain/base/defined.js';
import { LanewayError } from '../../../shared/domain/base/errors.js';
import type { ExportFinding } from '../../../shared/operator/evidence/export-finding.js';
import { verifyLedger, type Verification } from '../../../shared/operator/evidence/verify-ledger.js';
import type { StoredTextCounts, StoredTexts } from '../../../shared/operator/evidence/verify-stored-texts.js';
import { PAYLOAD_DAYS } from '../../../shared/domain/evidence/retention.js';
import { openDeployed } from '../../context/open-deployed.js';
import type { CommandContext } from '../../context/command-context.js';
import { EXIT, type ExitCode } from '../../context/exit-codes.js';
import { ExportFolder } from './export-folder.js';
import { slowProgress } from './slow-progress.js';

/** Options of `laneway ledger verify`. */
export interface LedgerVerifyOptions {
  /** Fingerprint of the key that must have signed. */
  readonly key?: string;
  /** True: compares what the payload bucket holds with what the entries say. @defaultValue false */
  readonly stored?: boolean;
}

/**
 * Verifies an export: its files without AWS, and with `stored` also the texts of the payload bucket that they refer to. Ends
 * with 0 when all is whole, 1 when it is not.
 * @throws LanewayError NOT_FOUND when the folder holds no export; INVALID_OPTION for a fingerprint that can be none
 */
export async function ledgerVerifyCommand(
  context: Pick<CommandContext, 'output' | 'operated'>,
  path: string,
  { key, stored = false }: LedgerVerifyOptions,
): Promise<ExitCode> {
  const { output } = context;
  if (key !== undefined && !/^[0-9a-f]{64}$/.test(key)) {
    throw new LanewayError('INVALID_OPTION', `--key is '${key}'`, {
      help: ['allowed: the SHA-256 of the public key (DER), 64 hexadecimal digits; docs/how-to/prove-what-happened.md'],
    });
  }
  const slow = slowProgress(output.progress);
  const verification = await verifyLedger(ExportFolder.open(path), {
    ...defined({ key, stored: stored ? await storedTexts(context) : undefined }),
    progress: (day, lines) => slow(() => `verifying ${day}: ${lines} entries so far`),
  });
  output.result(verification, () => describe(verification, key !== undefined));
  return verification.ok ? EXIT.ok : EXIT.failed;
}

/** The payload bucket of the deployed application. */
async function storedTexts({ operated }: Pick<CommandContext, 'operated'>): Promise<StoredTexts> {
  const { topology } = await operated();
  const { payloads } = await openDeployed(topology);
  return { payloads, keptDays: PAYLOAD_DAYS, now: Date.now() };
}

function describe(verification: Verification, pinned: boolean): string {
  const { ok, findings, entries, withheld, seals, sealed, key, manifest, stored } = verification;
  if (!ok) {
    return [
      `NOT as it was written: ${findings.length === 1 ? 'one place' : `${findings.length} places or more`}`,
      ...findings.map((finding) => `  ${placeOf(finding)}: ${finding.what}`),
    ].join('\n');
  }
  return [
    `whole: ${entries} entries${withheld > 0 ? ` and ${withheld} hashes` : ''} of ${manifest?.application ?? ''}`,
    `sealed ${seals} times, the last time ${sealed ?? ''}; nothing is proved of what came later`,
    ...(key === undefined
      ? ['NOT SIGNED: whoever could write all of the files could have written another whole export']
      : [
          `signed by the key ${key}`,
          ...(pinned ? [] : ['which is what the export says: compare it, or give it with --key']),
        ]),
    ...(stored === undefined
      ? ['payloads by reference were not looked at: --stored compares them']
      : [textsOf(stored)]),
  ].join('\n');
}

function textsOf({ whole, expired, notCovered }: StoredTextCounts): string {
  return [
    `texts of the payload store: ${whole} as they were stored`,
    ...(expired > 0 ? [`${expired} gone after ${PAYLOAD_DAYS} days`] : []),
    ...(notCovered > 0 ? [`${notCovered} NOT COVERED: entries of an earlier version do not say what was stored`] : []),
  ].join(', ');
}

function placeOf({ file, line, chain, number }: ExportFinding): string {
  return [
    file,
    line === undefined ? '' : `:${line}`,
    chain === undefined ? '' : ` (${chain} number ${number ?? '?'})`,
  ].join('');
}
