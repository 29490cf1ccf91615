import { readFileSync } from 'node:fs';
import type { AgentOptions } from 'node:https';
import { localRegion, type EngineTarget } from './engine.js';

/** Options of an SDK client by which it reaches a local engine. */
export interface EngineClientConfig {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly requestHandler?: { readonly httpsAgent: AgentOptions };
}

/**
 * The configuration for SDK clients of this process; over https it trusts the engine's own certificate. Each client
 * makes an agent of its own of the options, because the first client to be destroyed would end a common one's sockets.
 */
export function engineClientConfig({ endpoint, caFile }: Exclude<EngineTarget, { kind: 'aws' }>): EngineClientConfig {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const config = { endpoint, region: localRegion, credentials };
  return caFile === undefined ? config : { ...config, requestHandler: { httpsAgent: { ca: readFileSync(caFile) } } };
}
