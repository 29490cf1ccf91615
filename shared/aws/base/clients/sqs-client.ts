import { SQSClient } from '@aws-sdk/client-sqs';
import { once, settingsOf, type AwsClientsOptions } from './client-settings.js';

/** An SQS client of its own. */
export function newSqs(options: AwsClientsOptions = {}): SQSClient {
  // Queue URLs come from stack outputs; an engine may write a host into them that is not the one it is reached at.
  return new SQSClient({ ...settingsOf(options), useQueueUrlAsEndpoint: false });
}

/** SQS client of this process. */
export const sqsClient = /* @__PURE__ */ once(newSqs);
