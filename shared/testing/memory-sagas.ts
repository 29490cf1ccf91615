import type { Saga, SagaStore, UndoStep } from '../domain/saga.js';

/** Compensations in memory, kept as JSON. */
export class MemorySagas implements SagaStore {
  readonly #sagas = new Map<string, string>();
  /** First reasons, also of executions for which nothing is noted yet. */
  readonly #failed = new Map<string, string>();

  async note(saga: Omit<Saga, 'steps' | 'failed'>, step: UndoStep): Promise<void> {
    const existing = this.#find(saga.execution) ?? { ...saga, steps: [] };
    if (!existing.steps.some(({ requestId }) => requestId === step.requestId))
      this.#put({ ...existing, steps: [...existing.steps, step] });
    return Promise.resolve();
  }

  async fail(execution: string, reason: string): Promise<Saga | undefined> {
    if (!this.#failed.has(execution)) this.#failed.set(execution, reason);
    return Promise.resolve(this.#find(execution));
  }

  async get(execution: string): Promise<Saga | undefined> {
    return Promise.resolve(this.#find(execution));
  }

  #find(execution: string): Saga | undefined {
    const text = this.#sagas.get(execution);
    if (text === undefined) return undefined;
    const failed = this.#failed.get(execution);
    return { ...(JSON.parse(text) as Omit<Saga, 'failed'>), ...(failed === undefined ? {} : { failed }) };
  }

  #put({ failed: _failed, ...saga }: Saga): void {
    this.#sagas.set(saga.execution, JSON.stringify(saga));
  }
}
