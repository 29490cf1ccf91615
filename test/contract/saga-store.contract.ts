import { newId } from '../../shared/domain/ids.js';
import type { Saga, SagaStore, UndoStep } from '../../shared/domain/saga.js';

function aSaga(): Omit<Saga, 'steps' | 'failed'> {
  const message = {
    ...{ id: newId(), type: 'OrderPlaced', source: 'laneway.shop.client.web', time: '2026-03-01T11:00:00.000Z' },
    ...{ correlationid: newId(), priority: 'normal' as const, hops: 0 },
  };
  return { workflow: 'fulfil', execution: `fulfil-${newId()}-0`, message };
}

function aStep(step: string): UndoStep {
  return { requestId: newId(), step, type: 'ReleaseStock', data: { order: [{ field: 'order' }] }, timeoutSeconds: 60 };
}

/** What every {@link SagaStore} does. */
export function sagaStoreContract(make: () => Promise<SagaStore>): void {
  let store: SagaStore;
  beforeAll(async () => {
    store = await make();
  }, 60_000);

  test('keeps every step once, also those noted side by side', async () => {
    const saga = aSaga();
    const steps = ['a', 'b', 'c', 'd'].map(aStep);
    await Promise.all([...steps, ...steps].map((step) => store.note(saga, step)));
    const found = await store.get(saga.execution);
    expect(found).toMatchObject(saga);
    expect(new Set(found?.steps.map(({ step }) => step))).toEqual(new Set(['a', 'b', 'c', 'd']));
    expect(found?.steps).toHaveLength(4);
    expect(found?.failed).toBeUndefined();
  });

  test('keeps the order of noting', async () => {
    const saga = aSaga();
    for (const name of ['c', 'a', 'd', 'b']) await store.note(saga, aStep(name));
    expect((await store.get(saga.execution))?.steps.map(({ step }) => step)).toEqual(['c', 'a', 'd', 'b']);
  });

  test('what was noted first stands', async () => {
    const saga = aSaga();
    const step = aStep('a');
    await store.note(saga, step);
    await store.note(saga, { ...step, type: 'SomethingElse' });
    expect((await store.get(saga.execution))?.steps).toEqual([step]);
  });

  test('fails once, with the first reason, and still takes steps', async () => {
    const saga = aSaga();
    await store.note(saga, aStep('a'));
    expect(await store.fail(saga.execution, 'NoSlot')).toMatchObject({ failed: 'NoSlot' });
    expect(await store.fail(saga.execution, 'Other')).toMatchObject({ failed: 'NoSlot' });
    await store.note(saga, aStep('b'));
    const found = await store.get(saga.execution);
    expect(found?.failed).toBe('NoSlot');
    expect(found?.steps.map(({ step }) => step)).toEqual(['a', 'b']);
  });

  test('a step that is noted after the execution failed, as the first, finds it failed', async () => {
    const saga = aSaga();
    expect(await store.fail(saga.execution, 'NoSlot')).toBeUndefined();
    expect(await store.get(saga.execution)).toBeUndefined();
    await store.note(saga, aStep('a'));
    expect(await store.get(saga.execution)).toMatchObject({ ...saga, failed: 'NoSlot', steps: [{ step: 'a' }] });
    expect(await store.fail(saga.execution, 'Other')).toMatchObject({ failed: 'NoSlot' });
  });

  test('knows nothing of an execution without compensations', async () => {
    expect(await store.get(newId())).toBeUndefined();
    expect(await store.fail(newId(), 'NoSlot')).toBeUndefined();
  });
}
