import { UnreadableRows } from '../../shared/domain/form/passed-over.js';
import { DynamoSagaStore } from '../../shared/aws/dynamo/dynamo-saga-store.js';
import { MemorySagas } from '../../shared/testing/memory/memory-sagas.js';
import { describeOnEngine } from '../kit/stands/engine-resources.js';
import { undoSaga } from '../kit/stands/large-saga.js';

/** Items read for each step: the execution twice, the step twice and once to tell, the reply twice, its undoing twice. */
const READS_PER_STEP = 9;

/** @param steps more than fit into one item of 400 KB; each is read so often whatever their number */
function largeSaga(make: () => Promise<MemorySagas | DynamoSagaStore>, steps: number, rounds: number): void {
  test(`undoes ${steps} steps in reverse, and reads of each the same few items`, async () => {
    const { asked, told, reads } = await undoSaga(await make(), steps, rounds);
    expect(new Set(asked).size).toBe(rounds);
    expect(asked).toHaveLength(rounds);
    // They are noted twenty side by side.
    const undone = told[0]?.undone ?? [];
    expect(new Set(undone).size).toBe(steps);
    expect(undone.slice(0, rounds)).toEqual(asked);
    const numbers = undone.map((step) => Math.floor(Number(step.slice(5)) / 20));
    expect(numbers).toEqual([...numbers].sort((a, b) => b - a));
    expect(told).toEqual([expect.objectContaining({ undone, notUndone: [] })]);
    expect(reads).toBeLessThanOrEqual(READS_PER_STEP * steps + 10);
  });
}

describe('MemorySagas', () => {
  largeSaga(() => Promise.resolve(new MemorySagas()), 2_000, 2_000);
});

describeOnEngine('DynamoSagaStore', (resources) => {
  largeSaga(
    async () => new DynamoSagaStore(resources.clients.documents, await resources.pendingTable(), new UnreadableRows()),
    600,
    40,
  );
});
