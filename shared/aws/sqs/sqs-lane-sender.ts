import { SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { LaneMessage, LaneSender, SendResult } from '../../domain/wire/message-bus.js';
import { laneUrl, type LaneUrls } from '../../topology/mailbox-names.js';
import { bytesOf, refused, sendBatches } from '../base/send-batches.js';
import { queueText } from '../base/queue-text.js';

/** SendMessageBatch takes 10 messages and 1 MiB a call (SQS developer guide, "Message quotas"). */
const CALL = { mostEntries: 10, mostBytes: 1_048_576 };

interface Sending {
  readonly body: string;
  readonly delaySeconds: number;
}

/**
 * Sends envelopes straight into lanes of direct channels; the body is the envelope itself. Where the receiver lacks the lane, its next
 * higher one takes the message, as the bus's rules do. Only failed entries are repeated, those that were denied for some seconds. At
 * least once, unordered.
 */
export class SqsLaneSender implements LaneSender {
  constructor(
    private readonly client: SQSClient,
    private readonly lanes: LaneUrls,
  ) {}

  async send(messages: readonly LaneMessage[]): Promise<readonly SendResult[]> {
    const placed = messages.map((message) => ({ message, url: this.url(message) }));
    const known = placed.flatMap(({ message, url }) => {
      if (url === undefined) return [];
      const body = queueText(JSON.stringify(message.envelope));
      return [{ item: { body, delaySeconds: message.delaySeconds ?? 0 }, group: url, bytes: bytesOf(body) }];
    });
    const results = (await sendBatches(known, (items, url) => this.call(items, url), CALL)).values();
    return placed.map(({ message, url }): SendResult => {
      if (url !== undefined) return results.next().value ?? refused('NoAnswer', 'no result', true);
      const lanes = Object.keys(this.lanes).sort().join(', ') || '(none)';
      return refused('UNKNOWN_RECEIVER', `no lane of '${message.receiver}' may be sent to; known: ${lanes}`, false);
    });
  }

  private url(message: LaneMessage): string | undefined {
    return laneUrl(this.lanes, message.receiver, message.lane, true);
  }

  private async call(items: readonly Sending[], url: string): Promise<readonly SendResult[]> {
    const answer = await this.client.send(
      new SendMessageBatchCommand({
        QueueUrl: url,
        Entries: items.map((item, index) => ({
          Id: String(index),
          MessageBody: item.body,
          ...(item.delaySeconds > 0 ? { DelaySeconds: Math.min(900, Math.ceil(item.delaySeconds)) } : {}),
        })),
      }),
    );
    const failed = new Map((answer.Failed ?? []).map((entry) => [entry.Id, entry]));
    const sent = new Set((answer.Successful ?? []).map((entry) => entry.Id));
    return items.map((_, index): SendResult => {
      const fault = failed.get(String(index));
      if (fault) return refused(fault.Code ?? 'Unknown', fault.Message ?? '', fault.SenderFault !== true);
      return sent.has(String(index)) ? { ok: true } : refused('NoAnswer', 'the service named no result', true);
    });
  }
}
