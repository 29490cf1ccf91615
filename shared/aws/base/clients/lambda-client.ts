import { LambdaClient } from '@aws-sdk/client-lambda';
import { once, settingsOf, type AwsClientsOptions } from './client-settings.js';

/** A Lambda client of its own. */
export function newLambda(options: AwsClientsOptions = {}): LambdaClient {
  return new LambdaClient(settingsOf(options));
}

/** Lambda client of this process. */
export const lambdaClient = /* @__PURE__ */ once(newLambda);
