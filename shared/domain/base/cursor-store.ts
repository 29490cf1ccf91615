/**
 * Progress marks of periodic tasks, by the task's name. A task that runs twice at a time may do work twice, and never
 * leaves any out.
 */
export interface CursorStore {
  /** Consistent read; undefined before the first put. */
  get(name: string): Promise<number | undefined>;
  /** Stores the mark; the last write stands. */
  put(name: string, value: number): Promise<void>;
  /** Consistent read of a mark that is a text; undefined before the first put. */
  text(name: string): Promise<string | undefined>;
  /** Stores a mark that is a text; the last write stands. */
  putText(name: string, value: string): Promise<void>;
}
