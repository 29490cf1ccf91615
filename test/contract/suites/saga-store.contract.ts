import { newId } from '../../../shared/domain/base/ids.js';
import type { NotedStep, Replied, SagaFacts, SagaStore, UndoStep } from '../../../shared/domain/execution/saga.js';

function aSaga(): SagaFacts {
  const message = {
    ...{ id: newId(), type: 'OrderPlaced', source: 'laneway.shop.client.web', time: '2026-03-01T11:00:00.000Z' },
    ...{ correlationid: newId(), priority: 'normal' as const, hops: 0 },
  };
  return { workflow: 'fulfil', execution: `fulfil-${newId()}-0`, message };
}

function aStep(step: string): UndoStep {
  return { requestId: newId(), step, type: 'ReleaseStock', data: { order: [{ field: 'order' }] }, timeoutSeconds: 60 };
}

function aReply(by: string): Replied {
  const about = { type: 'StockReserved', dataschema: 'urn:laneway:StockReserved:1', data: { order: 'o-1' } };
  return { state: 'replied', by, at: '2026-03-01T12:00:00.000Z', ...about };
}

/** Demands on every {@link SagaStore}. */
export function sagaStoreContract(make: () => Promise<SagaStore>): void {
  let store: SagaStore;
  beforeAll(async () => {
    store = await make();
  });

  /** All steps, that with the highest number first. */
  async function stepsOf({ execution }: SagaFacts): Promise<NotedStep[]> {
    const saga = await store.get(execution);
    const steps: NotedStep[] = [];
    if (saga) for await (const step of store.steps(saga)) if ('requestId' in step) steps.push(step);
    return steps;
  }
  const namesOf = async (saga: SagaFacts) => (await stepsOf(saga)).map(({ step }) => step);

  test('keeps every step once, also those noted side by side', async () => {
    const saga = aSaga();
    const steps = ['a', 'b', 'c', 'd'].map(aStep);
    await Promise.all([...steps, ...steps].map((step) => store.note(saga, step)));
    expect((await namesOf(saga)).sort()).toEqual(['a', 'b', 'c', 'd']);
    const found = await store.get(saga.execution);
    expect(found).toMatchObject({ ...saga, reopened: [], reopenings: 0 });
    for (const field of ['failed', 'next', 'told'] as const) expect(found?.[field]).toBeUndefined();
    for (const step of steps) {
      const noted = await store.find(saga.execution, step.requestId);
      expect(noted).toEqual({ ...step, number: expect.any(Number) as number });
      expect(await store.step(saga.execution, noted?.number ?? 0)).toEqual(noted);
    }
  });

  test('gives them in the reverse order of noting, which a repetition does not change', async () => {
    const saga = aSaga();
    const steps = ['c', 'a', 'd', 'b'].map(aStep);
    for (const step of steps) await store.note(saga, step);
    for (const step of steps.slice(0, 2)) await store.note(saga, step);
    expect(await namesOf(saga)).toEqual(['b', 'd', 'a', 'c']);
  });

  test('gives more than are read at once', async () => {
    const saga = aSaga();
    const names = Array.from({ length: 60 }, (_, index) => `step-${index}`);
    for (const name of names) await store.note(saga, aStep(name));
    expect(await namesOf(saga)).toEqual(names.reverse());
  });

  test('what was noted first stands', async () => {
    const saga = aSaga();
    const step = aStep('a');
    await store.note(saga, step);
    await store.note(saga, { ...step, type: 'SomethingElse' });
    expect(await stepsOf(saga)).toEqual([{ ...step, number: 1 }]);
  });

  test('fails once, with the first reason, and still takes steps', async () => {
    const saga = aSaga();
    await store.note(saga, aStep('a'));
    expect(await store.fail(saga.execution, 'NoSlot')).toBe(true);
    expect(await store.fail(saga.execution, 'Other')).toBe(true);
    await store.note(saga, aStep('b'));
    expect(await store.get(saga.execution)).toMatchObject({ failed: 'NoSlot', noted: 2 });
    expect(await namesOf(saga)).toEqual(['b', 'a']);
  });

  test('a step that is noted after the execution failed, as the first, finds it failed', async () => {
    const saga = aSaga();
    expect(await store.fail(saga.execution, 'NoSlot')).toBe(false);
    expect(await store.get(saga.execution)).toBeUndefined();
    await store.note(saga, aStep('a'));
    expect(await store.get(saga.execution)).toMatchObject({ ...saga, failed: 'NoSlot', noted: 1 });
    expect(await store.fail(saga.execution, 'Other')).toBe(true);
  });

  test('knows nothing of an execution without compensations', async () => {
    expect(await store.get(newId())).toBeUndefined();
    expect(await store.fail(newId(), 'NoSlot')).toBe(false);
    expect(await store.find(newId(), newId())).toBeUndefined();
    expect(await store.step(newId(), 1)).toBeUndefined();
  });

  test('keeps of each step the first reply that came late, and how its undoing ended', async () => {
    const saga = aSaga();
    const steps = ['a', 'b'].map(aStep);
    for (const step of steps) await store.note(saga, step);
    await store.keepLate(saga.execution, 1, aReply('first'));
    await store.keepLate(saga.execution, 1, aReply('second'));
    await store.settle(saga.execution, 1, 'undone');
    await store.settle(saga.execution, 2, 'failed');
    expect(await stepsOf(saga)).toEqual([
      { ...steps[1], number: 2, undoing: 'failed' },
      { ...steps[0], number: 1, undoing: 'undone', late: aReply('first') },
    ]);
    expect(await store.find(saga.execution, steps[0]?.requestId ?? '')).toMatchObject({ late: aReply('first') });
  });

  test('knows where undoing has come to, what was reopened, and what was told', async () => {
    const saga = aSaga();
    for (const step of ['a', 'b', 'c'].map(aStep)) await store.note(saga, step);
    await store.move(saga.execution, 2, []);
    expect(await store.get(saga.execution)).toMatchObject({ noted: 3, next: 2, reopened: [] });
    await Promise.all([3, 1, 3].map((number) => store.reopen(saga.execution, number)));
    const reopened = await store.get(saga.execution);
    expect(reopened).toMatchObject({ next: 2, reopenings: 3 });
    expect(new Set(reopened?.reopened)).toEqual(new Set([1, 3]));
    await store.move(saga.execution, 0, [3]);
    expect(await store.get(saga.execution)).toMatchObject({ next: 0, reopened: [1], reopenings: 3 });
    await store.move(saga.execution, 0, [1]);
    await store.tell(saga.execution, 3);
    expect(await store.get(saga.execution)).toMatchObject({ reopened: [], reopenings: 3, told: 3 });
  });
}
