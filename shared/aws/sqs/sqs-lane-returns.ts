import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { unknownName } from '../../domain/base/errors.js';
import type { LaneReturns, ReturnedCopy } from '../../domain/wire/message-bus.js';
import { inOrder, laneFor, type Priority } from '../../domain/base/priority.js';
import { available } from '../base/aws-error.js';
import type { LaneUrls } from '../../topology/mailbox-names.js';

/** Message attribute that counts how often a copy was put back; SQS keeps it when it moves the copy to its DLQ. */
export const RETURNS_ATTRIBUTE = 'laneway-returns';

/** Puts copies back into their lanes as they were received. */
export class SqsLaneReturns implements LaneReturns {
  constructor(
    private readonly client: SQSClient,
    private readonly lanes: LaneUrls,
  ) {}

  async put(copy: ReturnedCopy): Promise<void> {
    const lanes = Object.hasOwn(this.lanes, copy.receiver) ? this.lanes[copy.receiver] : undefined;
    const lane = laneFor(copy.lane, inOrder(Object.keys(lanes ?? {}) as Priority[]));
    const url = lane && lanes?.[lane];
    if (url === undefined) {
      const what = `no lane of '${copy.receiver}' may be sent to`;
      throw unknownName('UNKNOWN_RECEIVER', what, copy.receiver, Object.keys(this.lanes), 'the deployed topology');
    }
    await available(
      `returning a copy to '${copy.receiver}'`,
      this.client.send(
        new SendMessageCommand({
          QueueUrl: url,
          MessageBody: copy.body,
          MessageAttributes: { [RETURNS_ATTRIBUTE]: { DataType: 'Number', StringValue: String(copy.returns) } },
        }),
      ),
    );
  }
}
