import { DynamoSagaStore } from '../../../../../shared/aws/dynamo/dynamo-saga-store.js';
import { undoRequestId, type SagaFacts } from '../../../../../shared/domain/execution/saga.js';
import { UnreadableRows } from '../../../../../shared/domain/form/passed-over.js';
import { compensate } from '../../../../../shared/platform/workflows/compensate.js';
import { memoryTable } from '../../../../kit/damage/memory-table.js';
import { commandAt, envelopeAt, openRequest, platformWorld } from '../../../../kit/stands/platform-world.js';

const EXECUTION = 'fulfil-1';

/** A failed execution of three answered steps. */
async function failedExecution() {
  const world = platformWorld();
  const table = memoryTable();
  const unreadable = new UnreadableRows();
  const sagas = new DynamoSagaStore(table.client, 'requests', unreadable, () => world.clock.now());
  const now = world.clock.now();
  const message = startAt(now);
  const at = new Date(now).toISOString();
  const reply = {
    type: 'StockReserved',
    dataschema: 'urn:laneway:StockReserved:1',
    data: { order: 'o', reserved: true },
  };
  for (const name of ['first', 'second', 'third']) {
    const command = commandAt(now);
    const requestId = command.requestid ?? '';
    const undo = { type: 'ReserveStock', data: { order: name }, timeoutSeconds: 60 };
    await sagas.note({ workflow: 'fulfil', execution: EXECUTION, message }, { requestId, step: name, ...undo });
    await openRequest(world, command);
    await world.pending.close(requestId, { state: 'replied', by: 'r', at, ...reply });
  }
  await sagas.fail(EXECUTION, 'failed');
  /** Undoes until nothing is asked any more, each undoing answered at once. */
  const undoAll = async (): Promise<string[]> => {
    for (let round = 0; round < 5; round++) {
      await compensate(EXECUTION, { ...world, sagas });
      for (let number = 1; number <= 3; number++) {
        const step = await sagas.step(EXECUTION, number).catch(() => undefined);
        if (!step || !(await world.pending.get(undoRequestId(step)))) continue;
        await world.pending.close(undoRequestId(step), { state: 'replied', by: 'u', at, ...reply });
      }
    }
    return world.ofType('ReserveStock').map(({ data }) => (data as { order: string }).order);
  };
  const spoil = (pk: string, attribute: string): void => {
    table.put({ ...table.items.get(JSON.stringify([pk, undefined])), pk, [attribute]: '{' });
  };
  return { ...world, sagas, spoil, undoAll, unreadable };
}

it('undoes the steps beside one that cannot be read, and says that this one was not undone', async () => {
  const { ofType, spoil, undoAll, unreadable } = await failedExecution();
  spoil(`saga#${EXECUTION}#step#2`, 'step');
  expect(await undoAll()).toEqual(['third', 'first']);
  expect(ofType('WorkflowCompensated').map(({ data }) => data)).toMatchObject([
    { undone: ['third', 'first'], notUndone: ['step 2, which cannot be read'] },
  ]);
  expect(unreadable.take().rows).toMatchObject([{ kind: 'compensation', where: `saga#${EXECUTION}#step#2` }]);
});

it('undoes nothing of a saga that cannot be read, and lets the end of its execution be told', async () => {
  const { ofType, spoil, undoAll, sagas } = await failedExecution();
  spoil(`saga#${EXECUTION}`, 'saga');
  await expect(sagas.get(EXECUTION)).rejects.toMatchObject({ code: 'UNREADABLE', retryable: false });
  expect(await undoAll()).toEqual([]);
  expect(ofType('WorkflowCompensated')).toEqual([]);
});

it('undoes all where all can be read', async () => {
  const { ofType, undoAll } = await failedExecution();
  expect(await undoAll()).toEqual(['third', 'second', 'first']);
  expect(ofType('WorkflowCompensated')).toMatchObject([{ data: { notUndone: [] } }]);
});

/** The start message of an execution, without its data. */
function startAt(now: number): SagaFacts['message'] {
  const { id, type, source, time, correlationid, priority, hops } = envelopeAt(now, 'OrderPlaced', {});
  return { id, type, source, time, correlationid, priority, hops };
}
