import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { unknownName } from '../../domain/base/errors.js';
import type { LaneReturns, ReturnedCopy } from '../../domain/wire/message-bus.js';
import { available } from '../base/aws-error.js';
import { queueText } from '../base/queue-text.js';
import { RETURNS_ATTRIBUTE } from './returns-attribute.js';
import { laneUrl, type LaneUrls } from '../../topology/mailbox-names.js';

/** Puts copies back into their lanes as they were received, or as an operator's redrive wrote them. */
export class SqsLaneReturns implements LaneReturns {
  constructor(
    private readonly client: SQSClient,
    private readonly lanes: LaneUrls,
  ) {}

  async put(copy: ReturnedCopy): Promise<void> {
    const url = laneUrl(this.lanes, copy.receiver, copy.lane, copy.direct);
    if (url === undefined) {
      const what = `no lane of '${copy.receiver}' may be sent to`;
      throw unknownName('UNKNOWN_RECEIVER', what, copy.receiver, Object.keys(this.lanes), 'the deployed topology');
    }
    await available(
      `returning a copy to '${copy.receiver}'`,
      this.client.send(
        new SendMessageCommand({
          QueueUrl: url,
          MessageBody: queueText(copy.body),
          MessageAttributes: { [RETURNS_ATTRIBUTE]: { DataType: 'Number', StringValue: String(copy.returns) } },
        }),
      ),
    );
  }
}
