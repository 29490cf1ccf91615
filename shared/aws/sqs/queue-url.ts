import { GetQueueUrlCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { available } from '../base/aws-error.js';

/** Finds URLs of queues by ARN, asking once for each. */
export class QueueUrls {
  readonly #known = new Map<string, Promise<string>>();

  constructor(private readonly client: SQSClient) {}

  /** @throws LanewayError UNAVAILABLE, when SQS does not answer or there is no such queue */
  async of(arn: string): Promise<string> {
    const known = this.#known.get(arn) ?? this.#ask(arn);
    this.#known.set(arn, known);
    return known.catch((error: unknown) => {
      this.#known.delete(arn);
      throw error;
    });
  }

  async #ask(arn: string): Promise<string> {
    const [, , , , QueueOwnerAWSAccountId, QueueName] = arn.split(':');
    const command = new GetQueueUrlCommand({ QueueName, QueueOwnerAWSAccountId });
    const { QueueUrl } = await available(`the URL of ${arn}`, this.client.send(command));
    return QueueUrl ?? '';
  }
}
