import { PutEventsCommand, type EventBridgeClient, type PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';
import type { Envelope } from '../../domain/wire/envelope.js';
import type { MessageBus, SendResult } from '../../domain/wire/message-bus.js';
import { bytesOf, refused, sendBatches } from '../base/send-batches.js';
import { queueText } from '../base/queue-text.js';

/** PutEvents takes 10 entries and 1 MB a call (EventBridge user guide, "Amazon EventBridge quotas", 2026-01). */
const CALL = { mostEntries: 10, mostBytes: 1_000_000 };

/** Codes of entries that will be refused again. */
const PERMANENT = new Set(['MalformedDetail', 'InvalidArgument']);

/** Tuning of {@link EventBridgeBus}. */
export interface EventBridgeBusOptions {
  /** Tries of an entry that is not denied. Default 4. */
  readonly tries?: number;
  /** Milliseconds before the first repetition. Default 50. */
  readonly firstDelay?: number;
}

/**
 * The bus on EventBridge: `source` = envelope's source, `detail-type` = its type, `detail` = the envelope. One source
 * and one detail-type a call, because the IAM condition keys `events:source` and `events:detail-type` look at a whole
 * request: one that is not allowed would cost the others. Only failed entries are repeated, those that
 * were denied for some seconds. At least once, unordered.
 */
export class EventBridgeBus implements MessageBus {
  constructor(
    private readonly client: EventBridgeClient,
    private readonly busName: string,
    private readonly options: EventBridgeBusOptions = {},
  ) {}

  async publish(envelopes: readonly Envelope[]): Promise<readonly SendResult[]> {
    const entries = envelopes.map((envelope) => {
      const item = this.entry(envelope);
      return { item, group: JSON.stringify([envelope.source, envelope.type]), bytes: sizeOf(item) };
    });
    return sendBatches(entries, (items) => this.call(items), { ...CALL, ...this.options });
  }

  private async call(items: readonly PutEventsRequestEntry[]): Promise<readonly SendResult[]> {
    const answer = await this.client.send(new PutEventsCommand({ Entries: [...items] }));
    return (answer.Entries ?? []).map((entry): SendResult => {
      if (entry.ErrorCode === undefined) return { ok: true };
      return refused(entry.ErrorCode, entry.ErrorMessage ?? entry.ErrorCode, !PERMANENT.has(entry.ErrorCode));
    });
  }

  private entry(envelope: Envelope): PutEventsRequestEntry {
    return {
      EventBusName: this.busName,
      Source: envelope.source,
      DetailType: envelope.type,
      Detail: queueText(JSON.stringify(envelope)),
      Time: new Date(envelope.time),
    };
  }
}

/** Size as EventBridge counts it: time 14 bytes, source, detail-type and detail in UTF-8 ("PutEvents", entry size). */
function sizeOf(entry: PutEventsRequestEntry): number {
  return 14 + bytesOf(entry.Source ?? '') + bytesOf(entry.DetailType ?? '') + bytesOf(entry.Detail ?? '');
}
