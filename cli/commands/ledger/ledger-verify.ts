import { LanewayError } from '../../../shared/domain/base/errors.js';
import type { Finding } from '../../../shared/operator/evidence/finding.js';
import { verifyLedger, type Verification } from '../../../shared/operator/evidence/verify-ledger.js';
import type { CommandContext } from '../../context/command-context.js';
import { EXIT, type ExitCode } from '../../context/exit-codes.js';
import { ExportFolder } from './export-folder.js';
import { slowProgress } from './slow-progress.js';

/** Options of `laneway ledger verify`. */
export interface LedgerVerifyOptions {
  /** Fingerprint of the key that must have signed. */
  readonly key?: string;
}

/**
 * Verifies an export without AWS. Ends with 0 when it is whole, 1 when it is not.
 * @throws LanewayError NOT_FOUND when the folder holds no export; INVALID_OPTION for a fingerprint that can be none
 */
export async function ledgerVerifyCommand(
  { output }: Pick<CommandContext, 'output'>,
  path: string,
  { key }: LedgerVerifyOptions,
): Promise<ExitCode> {
  if (key !== undefined && !/^[0-9a-f]{64}$/.test(key)) {
    throw new LanewayError('INVALID_OPTION', `--key is '${key}'`, {
      help: ['allowed: the SHA-256 of the public key (DER), 64 hexadecimal digits; docs/how-to/prove-what-happened.md'],
    });
  }
  const slow = slowProgress(output.progress);
  const verification = await verifyLedger(ExportFolder.open(path), {
    ...(key === undefined ? {} : { key }),
    progress: (day, lines) => slow(() => `verifying ${day}: ${lines} entries so far`),
  });
  output.result(verification, () => describe(verification, key !== undefined));
  return verification.ok ? EXIT.ok : EXIT.failed;
}

function describe(verification: Verification, pinned: boolean): string {
  const { ok, findings, entries, withheld, seals, sealed, key, manifest } = verification;
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
  ].join('\n');
}

function placeOf({ file, line, chain, number }: Finding): string {
  return [
    file,
    line === undefined ? '' : `:${line}`,
    chain === undefined ? '' : ` (${chain} number ${number ?? '?'})`,
  ].join('');
}
