import { LanewayError } from './errors.js';

/**
 * Names of the environment variables of Laneway's functions. The infrastructure sets them and the runtime reads them;
 * no other place spells a name. Lambda takes 4,096 bytes of variables, so that no value may grow with the topology.
 * Values that would grow are in the code, or follow from a naming rule.
 */
export const ENVIRONMENT = {
  bus: 'LANEWAY_BUS',
  ledgerTable: 'LANEWAY_LEDGER_TABLE',
  pendingTable: 'LANEWAY_PENDING_TABLE',
  /** Table of the instances of agents. */
  registryTable: 'LANEWAY_REGISTRY_TABLE',
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
  /** JSON: `MailboxNaming`, by which lanes are found. Set for functions that receive from lanes or send into them. */
  mailboxes: 'LANEWAY_MAILBOXES',
  /** Version of the agent's code: the beginning of its bundle's hash. */
  agentVersion: 'LANEWAY_AGENT_VERSION',
  /** JSON: binding name -> physical name. */
  bindings: 'LANEWAY_BINDINGS',
  /** JSON: `MachineNaming`, by which state machines are found. */
  workflows: 'LANEWAY_WORKFLOWS',
  /** JSON: `StartRate`, at which one process starts executions. */
  startRate: 'LANEWAY_START_RATE',
  /** Address of the page on which approvals are decided; only where the application has links. */
  approvalPage: 'LANEWAY_APPROVAL_PAGE',
  /** Name of the pending table for the approval page, which only reads in it. */
  approvalTable: 'LANEWAY_APPROVAL_TABLE',
  /** Name of the pending table for functions that read in it who is in quarantine. */
  quarantineTable: 'LANEWAY_QUARANTINE_TABLE',
  /** ARN of the key that signs the links to the approval page. */
  linkKey: 'LANEWAY_LINK_KEY',
  /**
   * JSON: ARN of a dead letter queue -> kind of its messages, such as `{ kind: 'unroutable' }`. Queues of mailboxes are
   * found by their names.
   */
  deadLetterQueues: 'LANEWAY_DLQS',
} as const;

/** Key of {@link ENVIRONMENT}. */
export type EnvironmentKey = keyof typeof ENVIRONMENT;

/** Environment variables, as `process.env` gives them. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** A variable's value. @throws LanewayError CONFIGURATION when it is not set. */
export function required(key: EnvironmentKey, env: Variables): string {
  const value = env[ENVIRONMENT[key]];
  if (value) return value;
  throw new LanewayError('CONFIGURATION', `the environment variable ${ENVIRONMENT[key]} is not set`, {
    help: ['the constructs of laneway/cdk set it on every function that needs it'],
  });
}

/** A JSON variable's value, or `{}` when it is not set. @throws LanewayError CONFIGURATION when it is no JSON object. */
export function jsonVariable<Value>(key: EnvironmentKey, env: Variables): Readonly<Record<string, Value>> {
  return env[ENVIRONMENT[key]] ? requiredJson<Record<string, Value>>(key, env) : {};
}

/** A JSON variable's value. @throws LanewayError CONFIGURATION when it is not set, or no JSON. */
export function requiredJson<Value>(key: EnvironmentKey, env: Variables): Value {
  const text = required(key, env);
  try {
    return JSON.parse(text) as Value;
  } catch (cause) {
    throw new LanewayError('CONFIGURATION', `${ENVIRONMENT[key]} is not JSON`, { cause });
  }
}
