import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import type { Context, Handler, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import type { Log } from '../../shared/agent/context.js';
import { awsClients, type AwsClients } from '../../shared/aws/base/clients.js';
import { DynamoIntentStore } from '../../shared/aws/dynamo/dynamo-intent-store.js';
import { logOver } from '../../shared/aws/base/powertools-log.js';
import { QueueUrls } from '../../shared/aws/sqs/queue-url.js';
import { S3PayloadStore } from '../../shared/aws/s3/s3-payload-store.js';
import { lanesFromEnvironment, sendersFromEnvironment } from '../../shared/aws/services.js';
import { SqsLaneReceipts } from '../../shared/aws/sqs/sqs-lane-receipts.js';
import { required } from '../../shared/domain/base/environment.js';
import type { Clock } from '../../shared/domain/base/clock.js';
import type { QueuedCopy } from '../../shared/platform/ingress/queued-copy.js';
import type { Publishing } from '../../shared/publishing/publish-message.js';
import type { Topology } from '../../shared/topology/topology.js';
import { eachRecord, type ComeAgain } from './sqs-batch.js';

/** Topology, log, clients and clock from which every platform function is composed. */
export interface Surroundings {
  readonly topology: Topology;
  readonly log: Log;
  readonly clients: AwsClients;
  readonly clock: Clock;
}

/** Handles one event; made once a process and kept for all later events. */
export type Invocation<Event, Result> = (event: Event, context: Context) => Promise<Result>;

/**
 * A platform function: composed at its first invocation from the environment contract, then kept. Logs carry the
 * function's name and the request, never payloads or task tokens.
 *
 * @param compose makes the invocation; what it throws fails that invocation, and the next one tries again
 */
export function platformFunction<Event, Result>(
  topology: Topology,
  name: string,
  compose: (surroundings: Surroundings) => Invocation<Event, Result>,
): Handler<Event, Result> {
  const logger = new Logger({ serviceName: `${topology.name}.platform.${name}` });
  const log = logOver(logger);
  let invocation: Invocation<Event, Result> | undefined;
  const handle = async (event: Event, context: Context): Promise<Result> => {
    const began = Date.now();
    invocation ??= compose({ topology, log, clients: awsClients(), clock: { now: () => Date.now() } });
    const result = await invocation(event, context);
    // One line for every invocation, whatever its parts say.
    log.info('invoked', { ms: Date.now() - began });
    return result;
  };
  // middy's own types leave the result open to what a middleware may make of it; ours make nothing of it.
  const wrapped: unknown = middy<Event, Result>().use(injectLambdaContext(logger)).handler(handle);
  return wrapped as Handler<Event, Result>;
}

/** A platform function behind a queue: every record by itself, partial batch response. */
export function queueFunction(
  topology: Topology,
  name: string,
  compose: (surroundings: Surroundings) => (copy: QueuedCopy, context: Context) => Promise<void>,
): Handler<SQSEvent, SQSBatchResponse> {
  return platformFunction(topology, name, (surroundings) => {
    const handle = compose(surroundings);
    const comeAgain = comingAgain(surroundings.clients);
    return (event, context) =>
      eachRecord(
        event.Records,
        surroundings.log,
        (record) => handle({ copy: record.messageId, body: record.body }, context),
        comeAgain,
      );
  });
}

/** Brings the visibility of a failed record down. */
export function comingAgain({ sqs }: AwsClients): ComeAgain {
  const urls = new QueueUrls(sqs);
  return async ({ eventSourceARN, receiptHandle }, seconds) => {
    const receipts = new SqsLaneReceipts(sqs, await urls.of(eventSourceARN));
    await receipts.setVisibility([{ receipt: receiptHandle, seconds }]);
  };
}

/** Stores and senders with which a platform function publishes, from the environment contract; `name` stands in its source. */
export function publishingOf(surroundings: Surroundings, kind: Publishing['kind'], name: string): Publishing {
  const { topology, clients, clock } = surroundings;
  const payloads = new S3PayloadStore(clients.s3, required('payloadBucket'));
  return {
    topology,
    kind,
    name,
    clock,
    payloads,
    intents: new DynamoIntentStore(clients.documents, required('ledgerTable'), payloads),
    senders: sendersFromEnvironment(lanesFromEnvironment(topology.model), process.env, clients),
  };
}
