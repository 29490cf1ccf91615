import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { LanewayError } from '../../domain/base/errors.js';
import type { AgentStanding, AgentStandings } from '../../domain/selection/standing.js';
import type { LaneUrls } from '../../topology/mailbox-names.js';
import { available } from '../base/aws-error.js';

/** Counts of a queue, all of them approximate (SQS API reference, GetQueueAttributes). */
const COUNTS = [
  'ApproximateNumberOfMessages',
  'ApproximateNumberOfMessagesNotVisible',
  'ApproximateNumberOfMessagesDelayed',
] as const;

/**
 * Load of agents by what SQS counts in their lanes: one call for each lane. What waits for its next try counts, so that an
 * agent whose handlings fail looks busy. SQS knows neither outcomes nor health: every agent is available, with no tries
 * counted; the registry knows more.
 */
export class SqsStandings implements AgentStandings {
  constructor(
    private readonly client: SQSClient,
    private readonly lanes: LaneUrls,
  ) {}

  async of(agents: readonly string[]): Promise<readonly AgentStanding[]> {
    const known = agents.filter((agent) => Object.hasOwn(this.lanes, agent));
    if (known.length === 0)
      throw new LanewayError(
        'UNAVAILABLE',
        `no lane of ${agents.join(', ')} is known here, whose messages would count`,
      );
    return Promise.all(known.map((agent) => this.standing(agent)));
  }

  private async standing(agent: string): Promise<AgentStanding> {
    const urls = Object.values(this.lanes[agent] ?? {});
    const counts = await Promise.all(urls.map((url) => this.count(url)));
    const open = counts.reduce((sum, count) => sum + count, 0);
    return { agent, available: true, open, completed: 0, failed: 0 };
  }

  private async count(url: string): Promise<number> {
    const command = new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: [...COUNTS] });
    const { Attributes = {} } = await available(`counting the messages of ${url}`, this.client.send(command));
    return COUNTS.reduce((sum, name) => sum + Number(Attributes[name] ?? 0), 0);
  }
}
