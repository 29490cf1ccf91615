import type { DynamoDBRecord } from 'aws-lambda';
import type { Log } from '../../../shared/agent/context.js';
import { plainItem } from '../../../shared/aws/dynamo/attribute-values.js';
import { breakerOf } from '../../../shared/aws/dynamo/breakers/breaker-items.js';
import { deferredReplyOf } from '../../../shared/aws/dynamo/dynamo-deferred-reply-store.js';
import { summarizeError } from '../../../shared/domain/base/errors.js';
import type { BreakerRecord } from '../../../shared/domain/breaker/breaker.js';
import { tellBreaker, type TellServices } from '../../../shared/platform/breakers/tell-breaker.js';
import type { StreamBatch } from './archive-records.js';

/** Publisher, log and counter for what the stream says of breakers. */
export interface TellingServices extends TellServices {
  readonly log: Log;
  /** Counts items that could not be read. */
  readonly countUnreadable: (rows: number) => void;
}

/**
 * Tells of the breakers that a batch of the ledger's stream has changed. Agents write them, and the replies that they put off beside
 * them: a row of either that cannot be read is passed over, and counts once for each change of it.
 * @returns sequence number to go on from, when something could not be told
 */
export async function tellBreakers(
  { Records = [] }: StreamBatch,
  services: TellingServices,
): Promise<string | undefined> {
  for (const { dynamodb } of Records) {
    const record = imageOf(dynamodb?.NewImage, services);
    if (!record) continue;
    try {
      await tellBreaker(record, before(dynamodb?.OldImage), services);
    } catch (error) {
      const { code, message: why } = summarizeError(error);
      services.log.error('a change of a breaker could not be told', { agent: record.agent, guard: record.name, why });
      // What no repetition mends must not hold up the archive.
      if (code === 'UNAVAILABLE') return dynamodb?.SequenceNumber;
    }
  }
  return undefined;
}

type Image = NonNullable<DynamoDBRecord['dynamodb']>['NewImage'];

function imageOf(image: Image, { log, countUnreadable }: TellingServices): BreakerRecord | undefined {
  if (image === undefined) return undefined;
  try {
    const item = plainItem(image);
    const breaker = breakerOf(item);
    // Nobody but its agent ever reads a reply that it has put off.
    if (!breaker) deferredReplyOf(item);
    return breaker;
  } catch (error) {
    const [partition, item] = [image['pk']?.S, image['sk']?.S];
    log.error('a row that an agent keeps cannot be read', { partition, item, why: summarizeError(error).message });
    countUnreadable(1);
    return undefined;
  }
}

/** The breaker before its change. One that could not be read counted when it was written. */
function before(image: Image): BreakerRecord | undefined {
  try {
    return image && breakerOf(plainItem(image));
  } catch {
    return undefined;
  }
}
