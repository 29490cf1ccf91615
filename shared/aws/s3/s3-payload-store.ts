import { Buffer } from 'node:buffer';
import type { Readable } from 'node:stream';
import { GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { LanewayError } from '../../domain/base/errors.js';
import { PAYLOAD_LIMIT_BYTES } from '../../domain/wire/json-form.js';
import { tooLong, type PayloadStore } from '../../domain/wire/payload-store.js';
import { awsCode, awsMessage, isDenied, unavailable } from '../base/aws-error.js';
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

  async get(key: string, most = PAYLOAD_LIMIT_BYTES): Promise<string> {
    try {
      const { Body, ContentLength } = await this.client.send(new GetObjectCommand({ Bucket: this.bucket, Key: key }));
      if (Body === undefined) return '';
      return await readAtMost(Body as Readable, { key, most, said: ContentLength ?? 0 });
    } catch (error) {
      if (error instanceof LanewayError) throw error;
      if (awsCode(error) === 'NoSuchKey') throw missingPayload(key, error);
      if (isDenied(error)) throw deniedPayload(key, error);
      throw unavailable(`reading payload ${key}`, error);
    }
  }
}

/**
 * Reads a stream, and ends it as soon as it is longer than allowed: by the length that the service says, or by what has come.
 * @throws LanewayError TOO_LARGE
 */
async function readAtMost(
  stream: Readable,
  { key, most, said }: { readonly key: string; readonly most: number; readonly said: number },
): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = said;
  if (said <= most) {
    bytes = 0;
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > most) break;
      chunks.push(chunk);
    }
  }
  if (bytes <= most) return Buffer.concat(chunks).toString('utf8');
  stream.destroy();
  throw tooLong(key, most);
}

/** NOT_FOUND for a payload. */
function missingPayload(key: string, cause: unknown): LanewayError {
  return new LanewayError('NOT_FOUND', `the payload store has no '${key}'`, {
    cause,
    help: ['payloads are kept 30 days; an older message cannot be read'],
  });
}

/** NOT_FOUND for a payload that may not be read, or is not there: S3 tells them apart only for those who may list the bucket. */
function deniedPayload(key: string, cause: unknown): LanewayError {
  return new LanewayError(
    'NOT_FOUND',
    `the payload store has no '${key}', or this role may not read it: ${awsMessage(cause)}`,
    {
      cause,
      // After a deploy, a grant takes its time to be known everywhere.
      retryable: true,
      help: [
        'a missing object reads as a denial where s3:ListBucket is not given, which is everywhere; payloads are kept 30 days',
        'a role reads the payloads of the channels that it hears; an operator needs a role that reads the bucket',
      ],
    },
  );
}
