import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { DeadLetter, DeadLetterQueue } from '../../domain/delivery/dead-letter.js';
import { storedDeadLetter } from '../../domain/evidence/stored-payloads.js';
import type { PayloadStore } from '../../domain/wire/payload-store.js';
import { available } from '../base/aws-error.js';
import { queueText } from '../base/queue-text.js';

/** SQS takes 1 MiB; some of it is left for what a redrive may add. */
const MOST_BYTES = 1_000_000;

/**
 * The dead letter queue of a mailbox. A received text of up to 1 MiB may be too big once it is quoted in a dead letter: then
 * it goes to the payload store first, and the dead letter refers to it (`bodyRef`).
 */
export class SqsDeadLetterQueue implements DeadLetterQueue {
  constructor(
    private readonly client: SQSClient,
    private readonly queueUrl: string,
    private readonly payloads: PayloadStore,
  ) {}

  async send(letter: DeadLetter): Promise<void> {
    const body = await storedDeadLetter(letter, this.payloads, MOST_BYTES);
    await available(
      `dead letter of ${letter.receiver}`,
      this.client.send(new SendMessageCommand({ QueueUrl: this.queueUrl, MessageBody: queueText(body) })),
    );
  }
}
