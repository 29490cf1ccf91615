import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { once, settingsOf, type AwsClientsOptions } from './client-settings.js';

/** An EventBridge client of its own. */
export function newEventBridge(options: AwsClientsOptions = {}): EventBridgeClient {
  return new EventBridgeClient(settingsOf(options));
}

/** EventBridge client of this process. */
export const eventBridgeClient = /* @__PURE__ */ once(newEventBridge);
