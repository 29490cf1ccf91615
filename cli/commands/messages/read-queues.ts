import { GetQueueAttributesCommand, ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { awsClients } from '../../../shared/aws/base/clients/all-clients.js';
import type { Deployment } from '../../../shared/client/deployment.js';
import type { TopologyModel } from '../../../shared/topology/model.js';
import { laneKeysOf } from '../../../shared/topology/mailbox-names.js';
import { outputKey } from '../../../shared/topology/deployed/output-key.js';

/** A queue of a deployed application with the counts of its messages. */
export interface QueueState {
  readonly owner: string;
  /** Priority of a lane, `dead letters`, or the purpose of a platform queue. */
  readonly queue: string;
  readonly kind: 'lane' | 'dead-letters' | 'platform';
  readonly url: string;
  /** Messages that wait, as SQS estimates it. */
  readonly depth: number;
  /** Received, not yet acknowledged. */
  readonly inFlight: number;
  /** Sent, not yet visible. */
  readonly delayed: number;
  /** Age of the oldest waiting message that was seen, in milliseconds; absent when none was. */
  readonly oldestMs?: number;
}

/** Counts of a queue without its address, so that a queue in process has them too. */
export type QueueCounts = Omit<QueueState, 'url'>;

type Known = Pick<QueueState, 'owner' | 'queue' | 'kind' | 'url'>;

const platform = {
  UnroutableQueue: 'unroutable',
  UndeliveredQueue: 'undelivered',
  PlatformDeadLetters: 'dead letters',
  TimerQueue: 'timers',
} as const;
const sampled = 10;

/** The queues of a topology, as far as the deployment has them: lanes and dead letters by agent, then the platform's. */
export function knownQueues(model: TopologyModel, deployment: Deployment): Known[] {
  const of = (owner: string, queue: string, kind: QueueState['kind'], key: string): Known[] => {
    const url = deployment[key];
    return url === undefined ? [] : [{ owner, queue, kind, url }];
  };
  return [
    ...Object.values(model.agents).flatMap((agent) => [
      ...laneKeysOf(model, agent.id).flatMap((lane) => of(agent.id, lane, 'lane', outputKey('Lane', agent.id, lane))),
      ...of(agent.id, 'dead letters', 'dead-letters', outputKey('DeadLetters', agent.id)),
    ]),
    ...Object.entries(platform).flatMap(([key, queue]) =>
      of('(platform)', queue, key === 'PlatformDeadLetters' ? 'dead-letters' : 'platform', key),
    ),
  ];
}

/**
 * Reads the counts of waiting messages of each queue. SQS counts approximately, and tells no ages. With `ages` up to ten
 * waiting messages of each queue are received and put straight back. That counts as one receipt of each (of the 100 after
 * which SQS moves a message to the dead letters). On AWS it is a sample, so that the oldest message may be older.
 */
export async function readQueues(
  model: TopologyModel,
  deployment: Deployment,
  options: { readonly ages: boolean; readonly client?: SQSClient; readonly now?: () => number },
): Promise<QueueState[]> {
  const { ages, client = awsClients().sqs, now = Date.now } = options;
  return Promise.all(
    knownQueues(model, deployment).map(async (known) => {
      const counts = await readCounts(client, known.url);
      const oldest = ages && counts.depth > 0 ? await oldestSent(client, known.url) : undefined;
      return { ...known, ...counts, ...(oldest === undefined ? {} : { oldestMs: Math.max(0, now() - oldest) }) };
    }),
  );
}

async function readCounts(client: SQSClient, url: string) {
  const names = [
    'ApproximateNumberOfMessages',
    'ApproximateNumberOfMessagesNotVisible',
    'ApproximateNumberOfMessagesDelayed',
  ] as const;
  const { Attributes = {} } = await client.send(
    new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: [...names] }),
  );
  const [depth = 0, inFlight = 0, delayed = 0] = names.map((name) => Number(Attributes[name] ?? 0));
  return { depth, inFlight, delayed };
}

/** Instant at which the oldest of up to ten waiting messages was sent, milliseconds since 1970. */
async function oldestSent(client: SQSClient, url: string): Promise<number | undefined> {
  const { Messages = [] } = await client.send(
    new ReceiveMessageCommand({
      QueueUrl: url,
      MaxNumberOfMessages: sampled,
      VisibilityTimeout: 0,
      WaitTimeSeconds: 0,
      MessageSystemAttributeNames: ['SentTimestamp'],
    }),
  );
  const sent = Messages.map((message) => Number(message.Attributes?.SentTimestamp)).filter((time) => time > 0);
  return sent.length === 0 ? undefined : Math.min(...sent);
}
