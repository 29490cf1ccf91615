/** Where a periodic task has come to, by name; a task that runs twice at a time may do work twice, never leave it out. */
export interface CursorStore {
  /** Consistent read; undefined before the first put. */
  get(name: string): Promise<number | undefined>;
  put(name: string, value: number): Promise<void>;
}
