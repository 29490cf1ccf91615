import { followConversation } from '../../../../shared/client/follow-conversation.js';
import type { LedgerEntry } from '../../../../shared/domain/evidence/conversation.js';
import { conversation, delivery, message } from '../../../kit/generators/constructed-ledger.js';

const placed = message({ id: 'm1', type: 'OrderPlaced', ms: 0 });
const bake = message({ id: 'm2', type: 'BakeLoaves', ms: 300, expected: ['baker'] });
const baked = delivery({ messageId: 'm2', receiver: 'baker', published: 300, received: 310, updated: 350 });

function workflow(type: 'WorkflowStarted' | 'WorkflowCompleted', ms: number): LedgerEntry {
  const entry = message({ id: `${type}-${ms}`, type, ms, channel: 'workflow.events' });
  if (entry.kind !== 'message') throw new Error('a message was asked for');
  const envelope = { ...entry.intent.envelope, data: { workflow: 'fulfil', execution: 'fulfil-m1' } };
  return { ...entry, intent: { ...entry.intent, envelope } };
}

/** Follows a ledger that shows what is due at a time that only sleeping moves; gives what the loop saw, and when it ended. */
async function follow(
  history: readonly (readonly [from: number, entries: readonly LedgerEntry[]])[],
  onEntry: (count: number) => void = () => undefined,
  signal?: AbortSignal,
): Promise<{ types: string[]; endedAt: number }> {
  let now = 0;
  const reader = { conversation: async () => history.filter(([from]) => from <= now).at(-1)?.[1] ?? [] };
  const clock = { now: () => now, sleep: async (ms: number) => (now += ms) };
  const types: string[] = [];
  for await (const entry of followConversation(reader, conversation, signal, clock)) {
    types.push(entry.kind === 'message' ? entry.intent.envelope.type : entry.kind);
    onEntry(types.length);
  }
  return { types, endedAt: now };
}

test('ends two seconds after the last delivery was settled', async () => {
  const { types, endedAt } = await follow([
    [0, [bake]],
    [900, [bake, baked]],
  ]);
  expect(types).toEqual(['BakeLoaves', 'delivery']);
  expect(endedAt).toBeGreaterThanOrEqual(2_900);
});

test('stays while a message without receivers may still start a workflow', async () => {
  const { types } = await follow([
    [0, [placed]],
    [4_000, [placed, workflow('WorkflowStarted', 4_000), bake, baked, workflow('WorkflowCompleted', 5_000)]],
  ]);
  expect(types.at(-1)).toBe('WorkflowCompleted');
});

test('stays while a workflow is between two steps, however long', async () => {
  const begun = [placed, workflow('WorkflowStarted', 100)];
  const { types } = await follow([
    [0, begun],
    [60_000, [...begun, bake, baked, workflow('WorkflowCompleted', 60_500)]],
  ]);
  expect(types).toEqual(['OrderPlaced', 'WorkflowStarted', 'BakeLoaves', 'delivery', 'WorkflowCompleted']);
});

test('an entry that changes is given again; one that does not, once', async () => {
  const { types } = await follow([
    [
      0,
      [
        bake,
        delivery({ messageId: 'm2', receiver: 'baker', published: 300, received: 310, updated: 310, state: 'leased' }),
      ],
    ],
    [1_000, [bake, baked]],
  ]);
  expect(types).toEqual(['BakeLoaves', 'delivery', 'delivery']);
});

test('an aborted signal ends it with the workflow still open', async () => {
  const controller = new AbortController();
  const { types } = await follow(
    [[0, [placed, workflow('WorkflowStarted', 100)]]],
    (count) => {
      if (count === 2) controller.abort();
    },
    controller.signal,
  );
  expect(types).toEqual(['OrderPlaced', 'WorkflowStarted']);
});
