import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { UnreadableRows } from '../../domain/form/passed-over.js';
import { RegisteredStandings, type StandingTerms } from '../../domain/registry/registered-standings.js';
import type { AgentStandings } from '../../domain/selection/standing.js';
import type { LaneUrls } from '../../topology/mailbox-names.js';
import { sqsClient } from '../base/clients/sqs-client.js';
import { DynamoRegistry } from '../dynamo/registry/dynamo-registry.js';
import { SqsStandings } from '../sqs/sqs-standings.js';

/** Registry by which standings are read. */
export interface StandingsTable {
  readonly client: DynamoDBDocumentClient;
  readonly table: string;
  readonly unreadable: UnreadableRows;
  readonly terms: StandingTerms;
}

/** Standings of agents by what waits in their lanes and, where its table is known, by the registry. */
export function makeStandings(urls: LaneUrls, registry: StandingsTable | undefined): AgentStandings {
  const counts = new SqsStandings(sqsClient(), urls);
  if (!registry) return counts;
  return new RegisteredStandings({
    ...{ counts, clock: { now: () => Date.now() }, terms: registry.terms },
    registry: new DynamoRegistry(registry.client, registry.table, registry.unreadable),
    warn: (text) => process.emitWarning(text),
  });
}
