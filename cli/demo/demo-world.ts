import type { Telemetry } from '../../functions/vehicle-maintenance/schemas.js';
import type { LedgerReader } from '../../shared/domain/evidence/conversation.js';
import type { Priority } from '../../shared/domain/base/priority.js';
import type { QueueCounts } from '../commands/messages/read-queues.js';
import type { Bystanders } from './demo-bystanders.js';

/** Clock of the demonstration. */
export interface DemoClock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Lets so many milliseconds go by, fewer when the signal aborts. */
  pause(ms: number, signal: AbortSignal): Promise<void>;
}

/** The vehicle application as it runs somewhere, with all that the demonstration does to it and sees of it. */
export interface DemoWorld {
  /** Engine that it runs on: `ministack`, `localstack`, `other`, or `in-process`. */
  readonly engine: string;
  readonly clock: DemoClock;
  readonly reader: LedgerReader;
  readonly bystanders: Bystanders;
  /** Publishes telemetry as the client `telemetry-gateway`. @returns the conversation that it began */
  report(telemetry: Telemetry, priority?: Priority): Promise<string>;
  /** Counts of waiting messages of each queue, now. */
  queues(): Promise<readonly QueueCounts[]>;
  /** Lines that tell a reader of the report where the application ran, and what that changes. */
  remarks(): readonly string[];
}
