import type { Saga, SagaStore, UndoStep } from '../domain/saga.js';

/** Compensations in memory, kept as JSON. */
export class MemorySagas implements SagaStore {
  readonly #sagas = new Map<string, string>();

  async note(saga: Omit<Saga, 'steps' | 'failed'>, step: UndoStep): Promise<void> {
    const existing = this.#find(saga.execution) ?? { ...saga, steps: [] };
    if (!existing.steps.some(({ requestId }) => requestId === step.requestId))
      this.#put({ ...existing, steps: [...existing.steps, step] });
    return Promise.resolve();
  }

  async fail(execution: string, reason: string): Promise<Saga | undefined> {
    const existing = this.#find(execution);
    if (existing) this.#put({ ...existing, failed: existing.failed ?? reason });
    return Promise.resolve(this.#find(execution));
  }

  async get(execution: string): Promise<Saga | undefined> {
    return Promise.resolve(this.#find(execution));
  }

  #find(execution: string): Saga | undefined {
    const text = this.#sagas.get(execution);
    return text === undefined ? undefined : (JSON.parse(text) as Saga);
  }

  #put(saga: Saga): void {
    this.#sagas.set(saga.execution, JSON.stringify(saga));
  }
}
