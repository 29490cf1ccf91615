import type { CursorStore } from '../../domain/base/cursor-store.js';

/** Progress marks in memory. */
export class MemoryCursors implements CursorStore {
  /** Marks by name. */
  readonly values = new Map<string, number | string>();

  async get(name: string): Promise<number | undefined> {
    const value = this.values.get(name);
    return Promise.resolve(typeof value === 'number' ? value : undefined);
  }

  async put(name: string, value: number): Promise<void> {
    this.values.set(name, value);
    return Promise.resolve();
  }

  async text(name: string): Promise<string | undefined> {
    const value = this.values.get(name);
    return Promise.resolve(typeof value === 'string' ? value : undefined);
  }

  async putText(name: string, value: string): Promise<void> {
    this.values.set(name, value);
    return Promise.resolve();
  }
}
