import type { Faults, Harness, HarnessConversation } from 'laneway/testing';
import type { WorkflowDefinition } from 'laneway/workflow';
import type { ExecutionDetail } from '../../../shared/domain/execution/executions.js';
import { HarnessWorld } from '../../../shared/testing/harness/harness-world.js';
import { harnessOver } from '../../../shared/testing/harness/harness.js';
import { seededRandom } from '../../../shared/testing/memory/seeded-random.js';
import { claimsAgents, type Moods } from '../patterns/claims-agents.js';
import { ClaimReported } from '../patterns/claims-messages.js';
import { claims } from '../patterns/claims-topology.js';

const PLATFORMS_OR_ANSWERS = /^(?!claims\.)|^claims\.(reported|answers|bookings)$/;

/** Script of a play of an example. */
export interface Play extends Moods {
  readonly photos?: readonly string[];
  readonly also?: readonly WorkflowDefinition[];
  readonly faults?: (faults: Faults) => void;
  /** Deeds between the report and the end. */
  readonly meanwhile?: (world: Harness, correlationId: string, within: Within) => Promise<void>;
}

/** A look into the world, for tests. */
export interface Within {
  readonly done: readonly string[];
  /** Loses the timers that are under way. */
  readonly loseTimers: () => void;
}

/** Result of a play. */
export interface PlayedPattern {
  /** Deeds of agents, in order. */
  readonly done: readonly string[];
  readonly conversation: HarnessConversation;
  readonly execution: ExecutionDetail | undefined;
  readonly world: Harness;
  /** The messages of the conversation as the bus took them, without replies and those of the platform's own channels. */
  readonly sent: readonly string[];
}

/** Plays an example in the harness: a claim is reported, and the world moved on until it is at rest. */
export async function play(workflow: WorkflowDefinition, options: Play = {}): Promise<PlayedPattern> {
  const { photos = [], also = [], faults, meanwhile } = options;
  const done: string[] = [];
  const parts = { topology: claims, agents: claimsAgents(options, done), workflows: [workflow, ...also] };
  const inner = new HarnessWorld({ ...parts, random: seededRandom(1) });
  const world = harnessOver(inner, parts);
  faults?.(world.faults);
  const { correlationId } = await world.publish(ClaimReported, { claim: 'c1', policy: 'p1', photos: [...photos] });
  const loseTimers = (): void => void inner.timers.loseUnreceived();
  await meanwhile?.(world, correlationId, { done, loseTimers });
  await world.settle();
  const conversation = world.conversation(correlationId);
  return {
    ...{ done, conversation, world },
    execution: (await world.executions()).find(({ name }) => name.startsWith(`${workflow.name}-`)),
    sent: [...new Map(world.published.map((message) => [message.id, message])).values()]
      .filter(({ channel, correlationid }) => correlationid === correlationId && !PLATFORMS_OR_ANSWERS.test(channel))
      .map(({ type }) => type),
  };
}

/** Ends of a conversation's requests: `AssessDamage replied`. */
export function requestsOf({ conversation }: PlayedPattern): string[] {
  return conversation.entries.flatMap((entry) =>
    entry.kind === 'request' ? [`${entry.request.type} ${entry.request.state}`] : [],
  );
}
