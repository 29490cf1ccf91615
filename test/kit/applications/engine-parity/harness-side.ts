import { startOf } from './step-instances.js';
import type { RecordedExecution } from 'laneway/testing';
import { executionName } from '../../../../shared/domain/wire/execution-name.js';
import { boundAgents } from '../../../../shared/testing/harness/bound-agents.js';
import { HarnessWorld } from '../../../../shared/testing/harness/harness-world.js';
import { harnessOver } from '../../../../shared/testing/harness/harness.js';
import { seededRandom } from '../../../../shared/testing/memory/seeded-random.js';
import { agents } from './agents.js';
import { definitions } from './parity-cases.js';
import { actor, endingOf, Meanwhile, type PlayedCase } from './play.js';
import { parity } from './topology.js';
import { transcript, type Conversation } from './transcript.js';
import type { ParityCase } from './parity-case.js';
import { recordAll } from '../../generators/record-all.js';

/** Seconds of the fake clock in which somebody outside is to have done what the parity case says. */
const PATIENCE = 300;

/** A parity case as it was played in a harness. */
export interface PlayedInHarness extends PlayedCase {
  readonly conversation: Conversation;
  /** Every execution that ran, as `laneway workflow export` would write it. */
  readonly recordings: () => Promise<RecordedExecution[]>;
}

/** Plays a parity case in a harness of its own. */
export async function playInHarness(parityCase: ParityCase): Promise<PlayedInHarness> {
  const bound = boundAgents(
    parity,
    agents.map((agent) => agent.with({})),
  );
  const parts = { topology: parity, agents: bound, workflows: definitions };
  const inner = new HarnessWorld({ ...parts, random: seededRandom(1) });
  const world = harnessOver(inner, parts);
  const { id: startId, correlationId } = await world.publish(parityCase.start, parityCase.data);
  const meanwhile = new Meanwhile(parityCase);
  for (let second = 0; !meanwhile.over && second < PATIENCE; second++) {
    await world.advance('1 second');
    await meanwhile.actOn(world.conversation(correlationId).entries, {
      publish: (type, data, subject) =>
        world.publish(type, data, { correlationId, ...(subject === undefined ? {} : { subject }) }),
      decide: (approval, decision) => world.decide(approval, decision, actor),
      answer: (requestId, data) => world.answer(requestId, data, actor),
    });
  }
  if (!meanwhile.over) throw new Error(`${parityCase.name}: what was to be done meanwhile never came up`);
  await world.settle();
  const { entries, sequence, account } = world.conversation(correlationId);
  if (!account.atRest) throw new Error(`${parityCase.name}: not everything was delivered\n${sequence}`);
  const name = executionName(parityCase.workflow.name, startOf(startId));
  const execution = (await world.executions()).find((one) => one.name === name);
  const indexes = new Map<string, number>();
  for (const [index, { id }] of world.published.entries()) if (!indexes.has(id)) indexes.set(id, index);
  const order = (messageId: string) => indexes.get(messageId);
  const conversation = { workflow: parityCase.workflow, startId, correlationId, entries, order };
  const lines = transcript(conversation, definitions);
  const seconds = Date.parse(execution?.endedAt ?? '') - Date.parse(execution?.startedAt ?? '');
  return {
    ending: endingOf(execution),
    lines,
    seconds: seconds / 1000,
    conversation,
    recordings: () => recordAll(inner, parity),
  };
}
