import { S3Client } from '@aws-sdk/client-s3';
import { once, settingsOf, type AwsClientsOptions } from './client-settings.js';

/** An S3 client of its own. */
export function newS3(options: AwsClientsOptions = {}): S3Client {
  // Host-style bucket names resolve only where there is a DNS zone for them, which an explicit endpoint seldom has.
  const forcePathStyle = Boolean(
    options.endpoint ?? process.env['AWS_ENDPOINT_URL_S3'] ?? process.env['AWS_ENDPOINT_URL'],
  );
  return new S3Client({ ...settingsOf(options), forcePathStyle });
}

/** S3 client of this process. */
export const s3Client = /* @__PURE__ */ once(newS3);
