import { GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { LanewayError } from '../../domain/base/errors.js';
import type { PayloadStore } from '../../domain/wire/payload-store.js';
import { awsCode, unavailable } from '../base/aws-error.js';
import { bytesOf } from '../base/send-batches.js';

/** Payloads as objects of a bucket. The same key again overwrites; a read after a write sees it (S3 is consistent). */
export class S3PayloadStore implements PayloadStore {
  constructor(
    private readonly client: S3Client,
    private readonly bucket: string,
  ) {}

  async put(key: string, text: string): Promise<void> {
    try {
      await this.client.send(
        new PutObjectCommand({
          Bucket: this.bucket,
          Key: key,
          Body: text,
          ContentLength: bytesOf(text),
          ContentType: 'application/json',
        }),
      );
    } catch (error) {
      throw unavailable(`storing payload ${key}`, error);
    }
  }

  async get(key: string): Promise<string> {
    try {
      const answer = await this.client.send(new GetObjectCommand({ Bucket: this.bucket, Key: key }));
      return (await answer.Body?.transformToString('utf-8')) ?? '';
    } catch (error) {
      if (awsCode(error) === 'NoSuchKey') throw missingPayload(key, error);
      throw unavailable(`reading payload ${key}`, error);
    }
  }
}

/** NOT_FOUND for a payload. */
function missingPayload(key: string, cause: unknown): LanewayError {
  return new LanewayError('NOT_FOUND', `the payload store has no '${key}'`, {
    cause,
    help: ['payloads are kept 21 days, longer while a dead letter refers to them; an older message cannot be read'],
  });
}
