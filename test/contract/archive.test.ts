import { UnreadableRows } from '../../shared/domain/form/passed-over.js';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ExportArchive, ExportFolder } from '../../cli/commands/ledger/export-folder.js';
import { DynamoChainStore } from '../../shared/aws/dynamo/dynamo-chain-store.js';
import { S3Archive } from '../../shared/aws/s3/s3-archive.js';
import { S3PayloadStore } from '../../shared/aws/s3/s3-payload-store.js';
import { S3Seals } from '../../shared/aws/s3/s3-seals.js';
import { exportLedger } from '../../shared/operator/evidence/export-ledger.js';
import { MemoryArchive } from '../../shared/testing/memory/evidence/memory-archive.js';
import { MemoryChains } from '../../shared/testing/memory/evidence/memory-chains.js';
import { describeOnEngine } from '../kit/stands/engine-resources.js';
import { archiveContract, type ArchiveUnderTest } from './suites/archive.contract.js';

function inMemory(): ArchiveUnderTest {
  const chains = new MemoryChains();
  return { archive: new MemoryArchive(), chains, seals: chains };
}

describe('the archive in memory', () => {
  archiveContract(() => Promise.resolve(inMemory()));
});

describe('the archive in a folder', () => {
  archiveContract(async () => {
    const world = inMemory();
    const folder = new ExportFolder(await mkdtemp(join(tmpdir(), 'laneway-export-')));
    const reader = async () => {
      await exportLedger({}, { application: 'shop', ...world, sink: folder, now: Date.now() });
      return new ExportArchive(folder);
    };
    return { ...world, reader };
  });
});

describeOnEngine('the archive in S3 and its chains in DynamoDB', (resources) => {
  archiveContract(async () => {
    const { s3, documents } = resources.clients;
    const bucket = await resources.bucket();
    const put = new S3PayloadStore(s3, bucket);
    return {
      archive: Object.assign(new S3Archive(s3, bucket, new UnreadableRows()), { put: put.put.bind(put) }),
      chains: new DynamoChainStore(documents, await resources.ledgerTable(), new UnreadableRows()),
      seals: new S3Seals(s3, bucket, new UnreadableRows()),
    };
  });
});
