import type { Lacks } from './capabilities.js';

/** A kind of resource that an engine refuses, with the reason why that is no loss locally, or with its substitute. */
export interface LeftOut {
  /** CloudFormation type, or its beginning when it ends with `*`. */
  readonly type: string;
  /** Only resources that have this property, as CDK's L1 construct spells it. */
  readonly having?: string;
  /** Reason, for docs/reference/engines.md. */
  readonly because: string;
}

/** A property that an engine accepts in a template and drops, or a resource left out, and the API call that sets it. */
export interface Bridged {
  readonly types: readonly string[];
  /** Name of the property in CloudFormation; resources without it are passed over. */
  readonly property: string;
  readonly step: BridgeStepName;
}

/** The steps that `bridge-steps.ts` knows. */
export type BridgeStepName = 'time-to-live' | 'archive' | 'reserved-concurrency' | 'dead-letter-target';

/** All gaps of one engine among the features that Laneway's stacks use. */
export interface EngineGaps {
  /** Resources that a template for the engine leaves out. */
  readonly leftOut: readonly LeftOut[];
  /** Properties that are set by API after deploy. */
  readonly bridged: readonly Bridged[];
  /** Features that nothing makes up for. */
  readonly lacks: Lacks;
}

/** Name of the condition in a template made for an engine; by it the bridge recognises resources that were left out. */
export const leftOutCondition = 'LanewayLeftOutByEngine';
