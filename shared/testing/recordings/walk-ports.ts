import type { Log } from '../../agent/context.js';
import type { PendingRecord } from '../../domain/request/pending.js';
import type { IntentStore } from '../../domain/delivery/intent-store.js';
import type { LedgerWriter } from '../../domain/evidence/ledger-writer.js';
import type { PayloadStore } from '../../domain/wire/payload-store.js';
import type { PendingStore } from '../../domain/request/pending-store.js';
import type { NotedStep, SagaStore } from '../../domain/execution/saga.js';
import type { Senders } from '../../publishing/send-messages.js';
import { MemoryPayloads } from '../memory/memory-payloads.js';
import { MemorySagas } from '../memory/memory-sagas.js';

const nothing = (): Promise<void> => Promise.resolve();

const silent = (): void => undefined;

/** Says nothing. */
export const SILENT_LOG: Log = { debug: silent, info: silent, warn: silent, error: silent };

/** Takes entries of the ledger and keeps none. */
export const NO_LEDGER: LedgerWriter = { deadLetter: nothing, escalation: nothing, request: nothing };

/** Takes intents and keeps none. */
export const NO_INTENTS: IntentStore = {
  record: () => Promise.resolve(undefined),
  find: () => Promise.resolve(undefined),
  due: async function* () {
    // There are none.
  },
};

/** Takes messages and timers, and sends none. */
export function sendersToNowhere(pending: PendingStore): Senders {
  return {
    bus: { publish: (envelopes) => Promise.resolve(envelopes.map(() => ({ ok: true as const }))) },
    lanes: { send: (messages) => Promise.resolve(messages.map(() => ({ ok: true as const }))) },
    timers: { set: nothing },
    pending,
  };
}

/** Payloads that are read from somewhere, and written to memory only. */
export class PayloadsOver implements PayloadStore {
  readonly #own = new MemoryPayloads();

  constructor(private readonly under: Pick<PayloadStore, 'get'> | undefined) {}

  put(key: string, text: string): Promise<void> {
    return this.#own.put(key, text);
  }

  async get(key: string): Promise<string> {
    if (this.under === undefined || this.#own.texts.has(key)) return this.#own.get(key);
    return this.under.get(key);
  }
}

/** Compensations that are found somewhere, and noted in memory only. */
export class SagasOver extends MemorySagas {
  constructor(private readonly under: Pick<SagaStore, 'find'> | undefined) {
    super();
  }

  override async find(execution: string, requestId: string): Promise<NotedStep | undefined> {
    return (await super.find(execution, requestId)) ?? this.under?.find(execution, requestId);
  }
}

/** Known records of requests, read once each. Writes are not kept. */
export class PendingAsKnown implements PendingStore {
  readonly #read = new Map<string, Promise<PendingRecord | undefined>>();
  /** Requests whose records are passed over. */
  readonly hidden = new Set<string>();
  /** Requests that are made anew: their records are seen once they have been opened or given up, so that the payload is checked. */
  readonly unopened = new Set<string>();

  constructor(
    private readonly known: (requestId: string) => Promise<PendingRecord | undefined>,
    /** Called with a request that the dispatcher gives up, and its outcome. */
    private readonly givenUp: (requestId: string, outcome: Parameters<PendingStore['close']>[1]) => void,
  ) {}

  get(requestId: string): Promise<PendingRecord | undefined> {
    if (this.hidden.has(requestId) || this.unopened.has(requestId)) return Promise.resolve(undefined);
    const reading = this.#read.get(requestId) ?? this.known(requestId);
    this.#read.set(requestId, reading);
    return reading;
  }

  async open({ requestId }: PendingRecord): Promise<'opened' | 'repeated' | 'closed'> {
    this.unopened.delete(requestId);
    const record = await this.get(requestId);
    return record === undefined ? 'opened' : record.outcome === undefined ? 'repeated' : 'closed';
  }

  async close(...[requestId, outcome]: Parameters<PendingStore['close']>): ReturnType<PendingStore['close']> {
    this.givenUp(requestId, outcome);
    this.unopened.delete(requestId);
    const record = await this.get(requestId);
    return record === undefined ? { kind: 'unknown' } : { kind: 'late', record };
  }

  told(): Promise<void> {
    return Promise.resolve();
  }

  advance(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  extend(): Promise<false> {
    return Promise.resolve(false);
  }

  setAside(): Promise<false> {
    return Promise.resolve(false);
  }

  async *due(): AsyncGenerator<PendingRecord> {
    // Nothing falls due: time stands still.
  }

  async *approvals(): AsyncGenerator<PendingRecord> {
    // Nobody decides here.
  }
}
