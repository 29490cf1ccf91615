import { IAMClient } from '@aws-sdk/client-iam';
import { once, settingsOf, type AwsClientsOptions } from './client-settings.js';

/** An IAM client of its own. */
export function newIam(options: AwsClientsOptions = {}): IAMClient {
  return new IAMClient(settingsOf(options));
}

/** IAM client of this process. */
export const iamClient = /* @__PURE__ */ once(newIam);
