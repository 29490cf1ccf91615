import { LanewayError } from './errors.js';

/**
 * The environment contract of Laneway's functions. The infrastructure sets these, the runtime reads them; nothing else
 * spells a variable's name.
 */
export const ENVIRONMENT = {
  bus: 'LANEWAY_BUS',
  ledgerTable: 'LANEWAY_LEDGER_TABLE',
  pendingTable: 'LANEWAY_PENDING_TABLE',
  payloadBucket: 'LANEWAY_PAYLOAD_BUCKET',
  /** Bucket of the archive (ledger stream). */
  archiveBucket: 'LANEWAY_ARCHIVE_BUCKET',
  /** Table of the archive's chains of digests. */
  chainTable: 'LANEWAY_CHAIN_TABLE',
  /** Bucket of the seals (signed heads). */
  sealBucket: 'LANEWAY_SEAL_BUCKET',
  /** ARN of the key that signs seals. */
  sealKey: 'LANEWAY_SEAL_KEY',
  timerQueue: 'LANEWAY_TIMER_QUEUE',
  /** URL of the dead letter queue of the function's mailbox. */
  deadLetterQueue: 'LANEWAY_DEAD_LETTER_QUEUE',
  /** JSON: agent -> priority -> queue URL, of the lanes the function may send to. */
  lanes: 'LANEWAY_LANES',
  /** JSON: queue ARN -> queue URL, of the lanes the function receives from. */
  ownLanes: 'LANEWAY_OWN_LANES',
  /** Version of the agent's code: what its bundle's hash begins with. */
  agentVersion: 'LANEWAY_AGENT_VERSION',
  /** JSON: binding name -> physical name. */
  bindings: 'LANEWAY_BINDINGS',
  /** JSON: workflow name -> state machine ARN. */
  workflows: 'LANEWAY_WORKFLOWS',
  /** JSON: workflow name -> name of the message type that starts it; only workflows that a message starts. */
  workflowStarts: 'LANEWAY_WORKFLOW_STARTS',
  /** JSON: `{ steps }`, the steps of workflows that wait for messages. */
  awaited: 'LANEWAY_AWAITED',
  /** Address of the page on which approvals are decided; only where the application has links. */
  approvalPage: 'LANEWAY_APPROVAL_PAGE',
  /** Name of the pending table, for that page, which only reads in it. */
  approvalTable: 'LANEWAY_APPROVAL_TABLE',
  /** ARN of the key that signs its links. */
  linkKey: 'LANEWAY_LINK_KEY',
  /** JSON: queue ARN -> what its messages are: `{ kind: 'mailbox', receiver }`, `{ kind: 'unroutable' }`, ... */
  deadLetterQueues: 'LANEWAY_DLQS',
} as const;

/** Key of {@link ENVIRONMENT}. */
export type EnvironmentKey = keyof typeof ENVIRONMENT;

/** A variable's value. @throws LanewayError CONFIGURATION when it is not set. */
export function required(key: EnvironmentKey, env: Readonly<Record<string, string | undefined>> = process.env): string {
  const value = env[ENVIRONMENT[key]];
  if (value) return value;
  throw new LanewayError('CONFIGURATION', `the environment variable ${ENVIRONMENT[key]} is not set`, {
    help: ['the constructs of laneway/cdk set it on every function that needs it'],
  });
}

/** A JSON variable's value, or `{}` when it is not set. @throws LanewayError CONFIGURATION when it is no JSON object. */
export function jsonVariable<Value>(
  key: EnvironmentKey,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Readonly<Record<string, Value>> {
  const text = env[ENVIRONMENT[key]];
  if (!text) return {};
  try {
    return JSON.parse(text) as Record<string, Value>;
  } catch (cause) {
    throw new LanewayError('CONFIGURATION', `${ENVIRONMENT[key]} is not JSON`, { cause });
  }
}
