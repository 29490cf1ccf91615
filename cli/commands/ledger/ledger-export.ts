import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { defined } from '../../../shared/domain/base/defined.js';
import { awsClients } from '../../../shared/aws/base/clients/all-clients.js';
import { uploadFile } from '../../../shared/aws/s3/s3-upload.js';
import { LanewayError } from '../../../shared/domain/base/errors.js';
import { outputOf } from '../../../shared/client/deployment.js';
import type { ExportManifest } from '../../../shared/domain/evidence/ledger-export.js';
import { exportLedger } from '../../../shared/operator/evidence/export-ledger.js';
import type { CommandContext } from '../../context/command-context.js';
import { invokeFunction } from '../../context/invoke-function.js';
import { ExportFolder } from './export-folder.js';
import { openDeployed } from '../../context/open-deployed.js';
import { slowProgress } from './slow-progress.js';
import { readSpan } from '../../input/read-time.js';

/** Options of `laneway ledger export`. */
export interface LedgerExportOptions {
  readonly to?: string;
  readonly out: string;
  readonly from?: string;
  readonly conversation?: string;
  readonly seal: boolean;
}

/**
 * Seals the ledger as it stands and exports it into a folder or a bucket.
 * @throws LanewayError NOT_FOUND when nothing is deployed, sealed, or left of what is asked for; INVALID_OPTION when
 * there is something in the folder
 */
export async function ledgerExportCommand(context: CommandContext, options: LedgerExportOptions): Promise<void> {
  const { output } = context;
  const target = parseTarget(options.out);
  const { topology } = await context.operated();
  if (target.kind === 'folder') await checkEmpty(target.path);
  const { archive, seals, deployment } = await openDeployed(topology);
  if (options.seal) await invokeFunction(outputOf(deployment, 'SealFunction'), {});
  const path = target.kind === 'folder' ? target.path : await mkdtemp(join(tmpdir(), 'laneway-export-'));
  const folder = new ExportFolder(path);
  const slow = slowProgress(output.progress);
  try {
    const manifest = await exportLedger(
      {
        ...readSpan(options),
        ...defined({ conversation: options.conversation }),
      },
      {
        application: topology.name,
        archive,
        seals,
        sink: folder,
        now: Date.now(),
        progress: (day, lines) => slow(() => `exporting ${day}: ${lines} entries so far`),
      },
    );
    if (target.kind === 'bucket') await upload(folder, target, (line) => slow(() => line));
    output.result({ ...manifest, to: options.out }, () => describe(manifest, options.out));
  } finally {
    if (target.kind === 'bucket') await rm(path, { recursive: true, force: true });
  }
}

type Target =
  | { readonly kind: 'folder'; readonly path: string }
  | { readonly kind: 'bucket'; readonly bucket: string; readonly prefix: string };

function parseTarget(given: string): Target {
  if (!given.startsWith('s3:')) return { kind: 'folder', path: resolve(given) };
  const [, bucket, prefix = ''] = /^s3:\/\/([a-z0-9][a-z0-9.-]+)(?:\/(.*))?$/.exec(given) ?? [];
  if (bucket === undefined) {
    throw new LanewayError('INVALID_OPTION', `--out is '${given}'`, {
      help: ['allowed: a folder, or s3://<bucket>/<prefix>'],
    });
  }
  return { kind: 'bucket', bucket, prefix: prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/` };
}

async function upload(
  folder: ExportFolder,
  { bucket, prefix }: Extract<Target, { kind: 'bucket' }>,
  say: (line: string) => void,
): Promise<void> {
  for (const file of await folder.files()) {
    say(`uploading ${file}`);
    await uploadFile(awsClients().s3, bucket, `${prefix}${file}`, join(folder.path, file));
  }
}

/** Files that are there already would be part of the export, and its verification would name them. */
async function checkEmpty(path: string): Promise<void> {
  const files = await readdir(path).catch(() => []);
  if (files.length === 0) return;
  throw new LanewayError('INVALID_OPTION', `--out is ${path}, where there are ${files.length} files`, {
    help: ['give a folder that is empty or does not exist'],
  });
}

function describe({ entries, withheld, seals, signed, files }: ExportManifest, out: string): string {
  const lines = [
    `${entries} entries in ${Object.keys(files).length} files, sealed by seals ${seals.first} to ${seals.last}`,
    ...(withheld > 0 ? [`${withheld} others as hashes, which keep the chains whole`] : []),
    signed ? 'every seal is signed' : 'NOT SIGNED: the deployment has no key, or made some seals without it',
    ...(out.startsWith('s3:') ? [] : [`verify it: laneway ledger verify ${out}`]),
  ];
  return lines.join('\n');
}
