import { Logger } from '@aws-lambda-powertools/logger';
import middy, { type MiddlewareObj } from '@middy/core';
import type { Context as LambdaContext, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import type { Services } from '../agent/receive/services.js';
import type { Agent } from '../agent/create-agent.js';
import { lanesFromEnvironment } from '../aws/physical-names.js';
import { receiptsOf } from '../aws/ports.js';
import { requiredJson } from '../domain/base/environment.js';
import { LanewayError } from '../domain/base/errors.js';
import { directReceivers, watchedReceivers } from '../topology/direct-receivers.js';
import { laneUrlsOf, type LaneKey, type MailboxNaming } from '../topology/mailbox-names.js';
import { servicesFromEnvironment } from './agent-services.js';
import { bindings, type Bindings } from './bindings.js';
import { handleSqsEvent } from './sqs-event.js';
import { logOver } from '../aws/base/powertools-log.js';

/** Argument of the function that makes an agent's dependencies. */
export interface BindContext {
  /** Physical names of the resources that `bind` of the application gave this agent, by binding name. */
  readonly bind: Bindings;
}

/** Options of {@link lambda}. */
export interface LambdaOptions {
  /** middy's own middleware, around the whole invocation. */
  readonly use?: readonly MiddlewareObj<SQSEvent, SQSBatchResponse>[];
}

/** A Lambda function over the lanes of one agent. */
export type LaneHandler = (event: SQSEvent, context: LambdaContext) => Promise<SQSBatchResponse>;

/**
 * Runs an agent as the Lambda function of its mailbox. At least once, unordered; each delivery has one outcome (see the
 * handling chain). Dependencies are made once for each process, at the first message.
 *
 * @param bind makes the agent's dependencies; may be left out when it needs none
 * @throws LanewayError CONFIGURATION at the first message when the environment contract is not met
 */
export function lambda<Deps>(
  agent: Agent<Deps>,
  ...[bind, options]: Record<never, never> extends Deps
    ? [bind?: (context: BindContext) => Deps | Promise<Deps>, options?: LambdaOptions]
    : [bind: (context: BindContext) => Deps | Promise<Deps>, options?: LambdaOptions]
): LaneHandler {
  const logger = new Logger({ serviceName: `${agent.topology.name}.${agent.id}` });
  const log = logOver(logger);
  let ready: Promise<{ deps: Deps; services: Services; lanes: readonly (readonly [LaneKey, string])[] }> | undefined;
  const { model } = agent.topology;
  // Lanes that it sends into, and those that it only counts.
  const reached = [...directReceivers(model, agent.model), ...watchedReceivers(model, agent.model)];
  const prepare = async () => ({
    deps: bind ? await bind({ bind: bindings() }) : ({} as Deps),
    services: servicesFromEnvironment(log, { lanes: () => lanesFromEnvironment(model, reached), terms: () => model }),
    lanes: Object.entries(
      laneUrlsOf(model, requiredJson<MailboxNaming>('mailboxes', process.env), [agent.id])[agent.id] ?? {},
    ) as [LaneKey, string][],
  });

  const handle = async (event: SQSEvent, context: LambdaContext): Promise<SQSBatchResponse> => {
    const began = Date.now();
    ready ??= prepare();
    const { deps, services, lanes } = await ready.catch((error: unknown) => {
      // The next invocation tries again: a binding that was not there yet must not poison the process.
      ready = undefined;
      throw error;
    });
    const arn = event.Records[0]?.eventSourceARN ?? '';
    // A queue's name ends both its ARN and its URL.
    const lane = lanes.find(([, url]) => url.split('/').at(-1) === arn.split(':').at(-1));
    if (lane === undefined) {
      throw new LanewayError(
        'CONFIGURATION',
        `the function of agent '${agent.id}' got messages of '${arn}', which is none of its lanes`,
      );
    }
    const [key, url] = lane;
    const from = { receipts: receiptsOf(url), lane: key };
    const response = await handleSqsEvent(agent.with(deps), services, event, from, () =>
      context.getRemainingTimeInMillis(),
    );
    const returned = response.batchItemFailures.length;
    // One line for every invocation, whatever became of its messages.
    log.info('batch', { lane: arn, messages: event.Records.length, returned, ms: Date.now() - began });
    return response;
  };
  return middy<SQSEvent, SQSBatchResponse>()
    .use([...(options?.use ?? [])])
    .handler(handle);
}
