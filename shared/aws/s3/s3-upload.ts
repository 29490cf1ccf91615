import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { available } from '../base/aws-error.js';

/** Puts a file into a bucket. @throws LanewayError UNAVAILABLE */
export async function uploadFile(client: S3Client, Bucket: string, Key: string, file: string): Promise<void> {
  const { size } = await stat(file);
  const Body = createReadStream(file);
  await available(`uploading ${Key}`, client.send(new PutObjectCommand({ Bucket, Key, Body, ContentLength: size })));
}
