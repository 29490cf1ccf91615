import { STSClient } from '@aws-sdk/client-sts';
import { once, settingsOf, type AwsClientsOptions } from './client-settings.js';

/** An STS client of its own. */
export function newSts(options: AwsClientsOptions = {}): STSClient {
  return new STSClient(settingsOf(options));
}

/** STS client of this process. */
export const stsClient = /* @__PURE__ */ once(newSts);
