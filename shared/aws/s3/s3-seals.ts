import {
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type ListObjectsV2CommandOutput,
  type S3Client,
} from '@aws-sdk/client-s3';
import { canonical } from '../../domain/evidence/ledger-chain.js';
import { sealOf } from '../../domain/evidence/seal-form.js';
import type { Seal, SealStore } from '../../domain/evidence/seal.js';
import { readOrPass, type UnreadableRows } from '../../domain/form/passed-over.js';
import { available, awsCode, unavailable } from '../base/aws-error.js';

const PREFIX = 'seals/';
const NUMBER_DIGITS = 12;

/** Seals as objects `seals/day=<day>/<number>.json` of a bucket of their own, whose retention lock covers new objects. */
export class S3Seals implements SealStore {
  constructor(
    private readonly client: S3Client,
    private readonly bucket: string,
    private readonly passedOver: UnreadableRows,
  ) {}

  async keep(seal: Seal): Promise<void> {
    const number = String(seal.number).padStart(NUMBER_DIGITS, '0');
    try {
      await this.client.send(
        new PutObjectCommand({
          Bucket: this.bucket,
          Key: `${PREFIX}day=${seal.at.slice(0, 10)}/${number}.json`,
          Body: `${canonical(seal)}\n`,
          ContentType: 'application/json',
          // A bucket with a retention lock demands a checksum of what is put.
          ChecksumAlgorithm: 'SHA256',
          IfNoneMatch: '*',
        }),
      );
    } catch (error) {
      // It is kept already.
      if (awsCode(error) === 'PreconditionFailed') return;
      throw unavailable(`keeping seal ${seal.number}`, error);
    }
  }

  async *seals(from?: string): AsyncIterable<Seal> {
    for (let ContinuationToken: string | undefined; ;) {
      const page: ListObjectsV2CommandOutput = await available(
        'listing the seals',
        this.client.send(
          new ListObjectsV2Command({
            Bucket: this.bucket,
            Prefix: PREFIX,
            ContinuationToken,
            ...(from === undefined ? {} : { StartAfter: `${PREFIX}day=${from}` }),
          }),
        ),
      );
      for (const { Key } of page.Contents ?? []) {
        const answer = await available(
          `reading ${Key ?? 'a seal'}`,
          this.client.send(new GetObjectCommand({ Bucket: this.bucket, Key })),
        );
        const text = (await answer.Body?.transformToString('utf-8')) ?? '';
        const seal = readOrPass(text, sealOf, () => ({ kind: 'seal', where: Key ?? '' }), this.passedOver);
        if (seal) yield seal;
      }
      ContinuationToken = page.NextContinuationToken;
      if (ContinuationToken === undefined) return;
    }
  }
}
