import { SFNClient } from '@aws-sdk/client-sfn';
import { once, settingsOf, type AwsClientsOptions } from './client-settings.js';

/** A Step Functions client of its own. */
export function newSfn(options: AwsClientsOptions = {}): SFNClient {
  return new SFNClient(settingsOf(options));
}

/** Step Functions client of this process. */
export const sfnClient = /* @__PURE__ */ once(newSfn);
