import fc from 'fast-check';
import { keptState, restored } from '../../../../../shared/domain/execution/kept-state.js';
import type { Keep } from '../../../../../shared/domain/request/keep.js';
import { MemoryPayloads } from '../../../../../shared/testing/memory/memory-payloads.js';
import { arbitraryAnswer, arbitraryUses } from '../../../../kit/generators/arbitrary-uses.js';
import { execute } from '../../../../kit/oracles/asl-interpreter.js';

const conversation = 'c1';
const input = {
  message: { id: 'm1', correlationid: conversation, data: { entries: [], text: 'start' } },
  generation: 0,
};

/** Numbers that follow from where a request stands, so that two runs of one workflow get the same replies. */
function seedOf(seed: number, { step, index }: Record<string, unknown>): number {
  return [...`${seed} ${String(step)} ${String(index)}`].reduce(
    (sum, letter) => (sum * 31 + letter.charCodeAt(0)) | 0,
    7,
  );
}

/** Runs a workflow; with `share` its execution keeps only what it uses, by reference where that is more than a share's. */
async function run(seed: number, share?: number) {
  const payloads = new MemoryPayloads();
  const ending = await execute(arbitraryUses(seed).asl, input, async ({ payload }) => {
    if (payload['kind'] === 'publish') return { Payload: null };
    const data = arbitraryAnswer(seedOf(seed, payload));
    if (share === undefined) return { data };
    const keep = payload['keep'] as Keep;
    return {
      data: await keptState({ type: 'Answered', data, correlationId: conversation }, { ...keep, share }, payloads),
    };
  });
  const sent = await Promise.all(
    ending.calls.map(async ({ payload: { step, index, data, undo } }) => ({
      ...{ step, index },
      data: await restored(data, conversation, payloads),
      undo: await restored(undo, conversation, payloads),
    })),
  );
  const { status, error, cause } = ending;
  // Branches may be interleaved otherwise.
  const inOrder = sent.map((call) => JSON.stringify(call)).sort();
  return {
    run: { status, error, cause, output: await restored(ending.output, conversation, payloads), sent: inOrder },
    stored: payloads.texts.size,
  };
}

test('what an execution keeps is enough: it sends and completes with what it would if it kept all', async () => {
  let stored = 0;
  let succeeded = 0;
  await fc.assert(
    fc.asyncProperty(fc.integer(), fc.constantFrom(1, 1000), async (seed, share) => {
      const whole = await run(seed);
      const kept = await run(seed, share);
      expect(kept.run).toEqual(whole.run);
      stored += kept.stored;
      if (whole.run.status === 'SUCCEEDED') succeeded++;
    }),
    { numRuns: 60 },
  );
  expect(stored).toBeGreaterThan(20);
  expect(succeeded).toBeGreaterThan(45);
});
