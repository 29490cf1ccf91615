import type { LaneReceipts } from '../../domain/wire/message-bus.js';
import type { Ports } from '../../domain/ports.js';
import type { Senders } from '../../publishing/send-messages.js';
import type { LaneKey } from '../../topology/mailbox-names.js';
import type { Log } from '../context.js';
import type { ProcessGuards } from './process-guards.js';
import type { Stop } from './stopped-handling.js';

/** Ports and settings of the handling chain; the same in Lambda, in a worker and in the test harness. */
export interface Services extends Pick<
  Ports,
  'clock' | 'deliveries' | 'payloads' | 'deferredReplies' | 'breakers' | 'deadLetters'
> {
  /** A number in [0, 1), for jitter. */
  readonly random: () => number;
  readonly senders: Senders;
  readonly log: Log;
  /** Memory of the process: owners of its leases, retry budgets, and conversations over their budget. */
  readonly guards: ProcessGuards;
  /** Gets the function that stops a handling, in a process that does not renew leases; what it returns is called at the end. */
  readonly attach?: (stop: Stop) => () => void;
  /** Choices among agents, for commands on channels that select. */
  readonly choices?: Ports['choices'];
  /** Times for which the agent was in quarantine; without them an expired message is late in any case. */
  readonly heldTimes?: Ports['heldTimes'];
  /** Record of emergencies, where the topology has them. */
  readonly emergencies?: Pick<Ports['emergencies'], 'latest'>;
  /** Pauses of channels; without them none is paused. */
  readonly pauses?: Ports['pauses'];
  /** Called with each try of a handler that has ended, well or badly. */
  readonly tried?: (isGood: boolean) => void;
  /** Token buckets that processes share, for a pace that is exact. */
  readonly rates?: Ports['rates'];
  /** Version of the code that runs, where the deployment names one. */
  readonly version?: string;
}

/** One copy of a message, as a lane gave it. */
export interface ReceivedCopy {
  /** SQS message id. It is the same when this copy comes again; a duplicate has another one. */
  readonly copy: string;
  readonly receipt: string;
  readonly body: string;
  /** Number of times that this copy was received, from 1. */
  readonly receives: number;
}

/** A batch and the time that there is for it. */
export interface Batch {
  readonly copies: readonly ReceivedCopy[];
  /** Lane that the copies come from. @defaultValue one of the bus */
  readonly lane?: LaneKey;
  readonly receipts: LaneReceipts;
  /** Milliseconds until the process that handles it may be ended. */
  readonly remaining: () => number;
  /** Coordination with other batches of the process; absent when it handles one batch at a time. */
  readonly concurrency?: Concurrency | undefined;
  /** Renewal of short leases, for a process without an end of its own; absent in Lambda, where a lease lasts until the end. */
  readonly renewal?: Renewal;
}

/** Renewal of leases and visibility. */
export interface Renewal {
  /** Milliseconds that a lease lasts; a message is held back for so long after its process died. */
  readonly lease: number;
  /** Seconds for which copies are hidden when they come: longer than a lease, so that they need not be hidden first. */
  readonly receivedFor?: number;
  /** Calls `run` every so often until the returned function is called. */
  readonly repeat: (run: () => Promise<void>) => () => void;
}

/** Coordination of batches in a process that handles several at a time. */
export interface Concurrency {
  /** Runs beside other batches, and not beside one that runs alone. */
  beside<Result>(run: () => Promise<Result>): Promise<Result>;
  /** Runs with nothing beside it; not to be called from within `beside`. */
  alone<Result>(run: () => Promise<Result>): Promise<Result>;
}
