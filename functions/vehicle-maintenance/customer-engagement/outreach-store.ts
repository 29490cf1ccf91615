import type { AwaitedResponse } from './response-tracking.js';

/** Keeps which engagements wait for an answer, by request. */
export interface OutreachStore {
  /** Adds one; the same request again changes nothing. */
  open(awaited: AwaitedResponse): Promise<void>;
  get(requestId: string): Promise<AwaitedResponse | undefined>;
  /** Replaces it unless an answer stands already. */
  answer(awaited: AwaitedResponse): Promise<void>;
}

/** An {@link OutreachStore} in memory. */
export function memoryOutreach(): OutreachStore {
  const open = new Map<string, AwaitedResponse>();
  return {
    open: (awaited) => {
      if (!open.has(awaited.requestId)) open.set(awaited.requestId, awaited);
      return Promise.resolve();
    },
    get: (requestId) => Promise.resolve(open.get(requestId)),
    answer: (awaited) => {
      if (open.get(awaited.requestId)?.answer === undefined) open.set(awaited.requestId, awaited);
      return Promise.resolve();
    },
  };
}
