import type { Duration } from '../../shared/domain/base/duration.js';
import type { EnvironmentKey } from '../../shared/domain/base/environment.js';
import type { TopologyModel } from '../../shared/topology/model.js';
import { repliesOf } from '../../shared/topology/replies.js';
import type { RoutedQueue } from '../../shared/topology/rules.js';

/** Timeout of a platform function that names none, and what the visibility of its queue is made from. */
export const PLATFORM_TIMEOUT: Duration = '30 seconds';

/** Most copies that a platform function receives from a queue at once. */
export const QUEUE_BATCH = 10;

/** Metric of finished runs of schedules, in namespace `Laneway`; its dimensions are `application` and `schedule`. */
export const HEARTBEATS = 'Heartbeats';

/** Metric of breakers that failures opened, in namespace `Laneway`; its dimension is `application`. */
export const BREAKERS_OPENED = 'BreakersOpened';

/** Facts of an application that decide which platform functions it has. */
export interface DeclaredApplication {
  /** Checked form of its topology. */
  readonly topology: TopologyModel;
  /** Number of workflows. */
  readonly workflows: number;
  /** True where people decide approvals by links. */
  readonly links: boolean;
}

/** A condition on an application. */
export interface PlatformNeed {
  /** Completes "needed ...". */
  readonly when: string;
  /** True for an application that needs the function. */
  readonly holds: (application: DeclaredApplication) => boolean;
}

/** Conditions under which platform functions are needed. */
export const NEEDS = {
  always: { when: 'always', holds: () => true },
  ingress: { when: 'with an ingress', holds: ({ topology }) => Object.keys(topology.ingress).length > 0 },
  requests: {
    when: 'with a command that names a reply, or with workflows',
    holds: ({ topology, workflows }) => repliesOf(topology).length > 0 || workflows > 0,
  },
  workflows: { when: 'with workflows', holds: ({ workflows }) => workflows > 0 },
  links: { when: 'with `approvalLinks`', holds: ({ links }) => links },
} as const satisfies Readonly<Record<string, PlatformNeed>>;

/**
 * A queue that a platform function empties: those that rules lead to, the delayed messages of deadlines, the ends of
 * executions, or every dead letter queue.
 */
export type PlatformQueue = Exclude<RoutedQueue, 'unroutable'> | 'timers' | 'workflow-status' | 'dead-letters';

/** Trigger of a platform function. */
export type PlatformTrigger =
  /** Copies of a queue, each answered for by itself. */
  | { readonly kind: 'queue'; readonly queue: PlatformQueue; readonly batch: number }
  /** Changes of the ledger table. */
  | { readonly kind: 'stream'; readonly batch: number }
  /** A rule of that logical id; `sealEvery` is the option of the ledger. `input` is the event, in place of EventBridge's. */
  | {
      readonly kind: 'schedule';
      readonly id: string;
      readonly every: Duration | 'sealEvery';
      readonly input?: object;
    }
  /** State machines, for every step that sends a message. */
  | { readonly kind: 'steps' }
  /** Anybody who knows its address. */
  | { readonly kind: 'url' }
  /** A command of `laneway`; `output` is the key by which the command finds it, besides that of all platform functions. */
  | { readonly kind: 'operator'; readonly command: string; readonly output?: string };

/** A schedule that invokes a platform function. */
export type ScheduleTrigger = Extract<PlatformTrigger, { readonly kind: 'schedule' }>;

/**
 * A right on a table: reading, putting or changing single items, reading many of them, one partition, or the index by due
 * time. Nobody of an application deletes or scans.
 */
export type TableAccess = 'get' | 'put' | 'update' | 'get-many' | 'query' | 'due';

/** Kinds of rows of the ledger: deliveries of agents, decisions on approvals, messages of clients, ingresses and the approval page. */
export type LedgerRows = 'deliveries' | 'decisions' | 'messages';

/** Rows of the ledger under the names of others. */
export interface OthersRows {
  /** Kinds that are read only. @defaultValue none */
  readonly reads?: readonly LedgerRows[];
  /** Kinds that are written, and read where the function reads. @defaultValue none */
  readonly writes?: readonly LedgerRows[];
}

/** Publishing rights of a platform function. */
export interface PlatformPublishing {
  /**
   * Sources besides its own: none, those of the ingresses, or those of every publisher, for messages that were
   * recorded and perhaps never sent.
   */
  readonly alsoUnder?: 'ingresses' | 'every-publisher';
  /** Names of the system's types that it may publish; `all` for the sweeper, which sends what others recorded. */
  readonly system: readonly string[] | 'all';
  /**
   * Types of the application that it may publish: those of the ingresses, or any, where requests are sent again, undone, or
   * sent by steps. @defaultValue none
   */
  readonly application?: 'ingresses' | 'any';
}

/**
 * All that the rest of Laneway knows of one platform function. The infrastructure makes function, triggers and rights of
 * it; health checks and the reference read it. The logic is in `shared/platform`, the composition in `lambda.ts` beside it.
 */
export interface PlatformFunctionDeclaration<Name extends string = string> {
  /** Name of its folder in `functions/platform`; it stands in its source `laneway.<application>.platform.<name>`. */
  readonly name: Name;
  /** Completes "it ...". */
  readonly description: string;
  /** Stack that it is deployed with: `orchestration` for what has to do with workflows and links of approvals. */
  readonly stack: 'agents' | 'orchestration';
  /** Condition under which an application has it. */
  readonly needed: PlatformNeed;
  /** Queues, schedules or callers that invoke it. */
  readonly triggers: readonly PlatformTrigger[];
  /** Time of one invocation. @defaultValue 30 seconds */
  readonly timeout?: Duration;
  /** Variables besides those that {@link variablesOf} adds. */
  readonly environment: readonly EnvironmentKey[];
  /** Rights on the ledger table. @defaultValue none */
  readonly ledger?: readonly TableAccess[];
  /** Rows of the ledger that it touches besides those under its own names. @defaultValue all rows */
  readonly rows?: OthersRows;
  /** Access to pending records, and sending timers. */
  readonly pending?: readonly TableAccess[];
  /** Reads who is in quarantine. @defaultValue false */
  readonly readsQuarantines?: true;
  /** Reads the record of emergencies, where the topology has them. @defaultValue false */
  readonly readsEmergencies?: true;
  /** Reads which channels are paused, where its rights on the ledger do not cover that. @defaultValue false */
  readonly readsPauses?: true;
  /** Reads the registry of agents: who is down, and who has room, before it chooses among them. @defaultValue false */
  readonly readsRegistry?: true;
  /** Keeps the limits of ingresses, those that are exact by shared counters. @defaultValue false */
  readonly keepsRates?: true;
  /** Reads the registry of agents, writes the platform's word into it, and looks at functions, mappings and lanes. @defaultValue false */
  readonly watchesAgents?: true;
  /** Rights on the payload bucket. @defaultValue none */
  readonly payloads?: 'read-write';
  /** Absent for a function that publishes nothing. */
  readonly publishes?: PlatformPublishing;
  /** Sending into lanes: messages of direct channels, or copies that go back to where they died. */
  readonly lanes?: 'sends' | 'returns';
  /** Putting what it cannot handle into the dead letter queue of the platform. */
  readonly putsAside?: true;
  /** Part in the ledger's evidence: writes archive and chains, seals their heads, or reads the archive. */
  readonly evidence?: 'chains' | 'seals' | 'reads-archive';
  /** Answering task tokens of steps that wait. */
  readonly answersTokens?: true;
  /** Rights on executions of workflows. @defaultValue none */
  readonly executions?: 'starts' | 'describes' | 'supervises';
  /** Part in links of approvals, where the application has them: makes them, or decides by them. */
  readonly links?: 'signs' | 'verifies';
  /** Alarms of its own, besides `function-errors` and the `no-heartbeat` of each schedule. */
  readonly alarms?: readonly (
    | 'unanswered-steps'
    | 'sweep-failures'
    | 'sweep-lag'
    | 'deep-sweep-lag'
    | 'unsent-messages'
    | 'unreadable-rows'
    | 'ledger-stream-age'
    | 'breaker-open'
  )[];
}

/** Schedules of a function. */
export function schedulesOf({ triggers }: Pick<PlatformFunctionDeclaration, 'triggers'>): ScheduleTrigger[] {
  return triggers.filter((trigger) => trigger.kind === 'schedule');
}

/** Variables that a function is given: the fabric's, with pending records theirs, with links theirs, and those it names. */
export function variablesOf({
  pending,
  readsQuarantines,
  readsRegistry,
  watchesAgents,
  links,
  environment,
}: PlatformFunctionDeclaration): EnvironmentKey[] {
  return [
    ...(['bus', 'ledgerTable', 'payloadBucket'] as const),
    ...(pending ? (['pendingTable', 'timerQueue'] as const) : []),
    ...(readsQuarantines ? (['quarantineTable'] as const) : []),
    ...((watchesAgents ?? readsRegistry) ? (['registryTable'] as const) : []),
    ...environment,
    ...(links === 'signs' ? (['approvalPage', 'linkKey'] as const) : []),
  ];
}
