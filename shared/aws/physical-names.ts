import { ENVIRONMENT, required, requiredJson, type Variables } from '../domain/base/environment.js';
import { LanewayError } from '../domain/base/errors.js';
import type { StandingTerms } from '../domain/registry/registered-standings.js';
import { laneUrlsOf, type LaneUrls, type MailboxNaming } from '../topology/mailbox-names.js';
import type { TopologyModel } from '../topology/model.js';

/** Resources that have one physical name in a deployment: those of `ENVIRONMENT`, and the ARN of the bus. */
export type NamedResource =
  | 'bus'
  | 'busArn'
  | 'ledgerTable'
  | 'pendingTable'
  | 'approvalTable'
  | 'quarantineTable'
  | 'registryTable'
  | 'payloadBucket'
  | 'archiveBucket'
  | 'chainTable'
  | 'sealBucket'
  | 'sealKey'
  | 'timerQueue'
  | 'deadLetterQueue'
  | 'linkKey';

/** ARNs of state machines by the name of the workflow. */
export type MachineArns = Readonly<Record<string, string>>;

/** Physical names of a deployment's resources: from the environment of a function, or from the outputs of its stacks. */
export interface PhysicalNames {
  /** Name, URL or ARN, as the adapter of the resource takes it. @throws LanewayError for one that is not known here */
  of(resource: NamedResource): string;
  /** True for a resource whose name is known here. */
  has(resource: NamedResource): boolean;
  /** URLs of the lanes that may be sent to. */
  lanes(): LaneUrls;
  /** State machines. @throws LanewayError for a source that knows none */
  machines(): MachineArns;
  /** Writers of the ledger, by whom a conversation is read. @throws LanewayError for a source that knows none */
  writers(): readonly string[];
  /** Terms of the topology for the agents among whom is chosen. */
  terms(): StandingTerms;
}

/** Names that the environment has only a rule for; the code of a function knows what to apply it to. */
export interface RuledNames {
  /** @defaultValue none */
  readonly lanes?: () => LaneUrls;
  /** @defaultValue unknown: the port of workflows cannot be opened */
  readonly machines?: () => MachineArns;
  /** @defaultValue unknown: the port of conversations cannot be opened */
  readonly writers?: () => readonly string[];
  /** @defaultValue no agent declares anything */
  readonly terms?: () => StandingTerms;
}

/**
 * Names by the environment contract; each variable is read when its resource is first used.
 * @param env the variables @defaultValue those of the process
 */
export function namesFromEnvironment(ruled: RuledNames, env: Variables = process.env): PhysicalNames {
  const { lanes = () => ({}), machines = noMachines, writers = noWriters, terms = () => ({ agents: {} }) } = ruled;
  return {
    lanes,
    machines,
    writers,
    terms,
    of: (resource) => {
      if (resource !== 'busArn') return required(resource, env);
      throw new LanewayError('CONFIGURATION', 'the environment of a function does not have the ARN of the bus', {
        help: ['work with the names of stack outputs where the archive of the bus is needed'],
      });
    },
    has: (resource) => resource !== 'busArn' && Boolean(env[ENVIRONMENT[resource]]),
  };
}

/**
 * Lanes by the naming rule in the environment; none when it is not set there.
 * @param of agents whose lanes they are @defaultValue all
 */
export function lanesFromEnvironment(
  model: TopologyModel,
  of?: readonly string[],
  env: Variables = process.env,
): LaneUrls {
  return env[ENVIRONMENT.mailboxes] ? laneUrlsOf(model, requiredJson<MailboxNaming>('mailboxes', env), of) : {};
}

function noMachines(): never {
  throw new LanewayError('CONFIGURATION', 'the function works with workflows, but was composed without them', {
    help: ['give namesFromEnvironment the state machines'],
  });
}

function noWriters(): never {
  throw new LanewayError('CONFIGURATION', 'the function reads conversations, but was composed without their writers', {
    help: ['give namesFromEnvironment the writers of the ledger'],
  });
}
