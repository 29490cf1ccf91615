import { KMSClient } from '@aws-sdk/client-kms';
import { once, settingsOf, type AwsClientsOptions } from './client-settings.js';

/** A KMS client of its own. */
export function newKms(options: AwsClientsOptions = {}): KMSClient {
  return new KMSClient(settingsOf(options));
}

/** KMS client of this process. */
export const kmsClient = /* @__PURE__ */ once(newKms);
