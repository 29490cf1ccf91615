import type { ArchiveRecord } from './archive.js';

/** A row of one of an export's tables. Every row has the same columns, with `null` for a value that the entry lacks. */
export type LedgerRow = Readonly<Record<string, string | number | boolean | null>>;

/** Tables of an export, beside the chains. */
export const LEDGER_TABLES = ['message_audit', 'performance', 'errors'] as const;

/** One of {@link LEDGER_TABLES}. */
export type LedgerTable = (typeof LEDGER_TABLES)[number];

/** A line of a chain, as rows are made from it. */
export type RowSource = ArchiveRecord & { readonly chain: string; readonly number: number };

/** Facts that entries of every kind share; null where the kind does not have one. */
export interface EntryFacts {
  readonly kind: string;
  readonly id: string;
  readonly messageId: string | null;
  readonly requestId: string | null;
  readonly type: string | null;
  readonly channel: string | null;
  readonly priority: string | null;
  readonly source: string | null;
  readonly receiver: string | null;
  readonly state: string | null;
  readonly tries: number | null;
  readonly by: string | null;
  readonly updated: string;
}

type Fields = Readonly<Record<string, unknown>>;

const settled = new Set(['completed', 'expired', 'dead-lettered']);
const failedRequests = new Set(['timed-out', 'failed', 'cancelled']);

/** Reads the facts of an entry. An entry of an unknown kind is read by the usual names of fields. */
export function entryFacts({ entry, at }: Pick<ArchiveRecord, 'entry' | 'at'>): EntryFacts {
  const detail = detailOf(entry);
  const envelope = fields(detail['envelope']);
  const own = { ...fields(detail['facts']), ...envelope, ...detail };
  const of = (...names: readonly string[]) => firstText(own, names);
  const messageId = text(detail['messageId']) ?? text(envelope['id']);
  const requestId = of('requestId', 'requestid');
  const receiver = of('receiver') ?? text(fields(detail['deadLetter'])['receiver']);
  const state =
    of('state') ?? text(fields(detail['resolution'])['state']) ?? of('action') ?? (detail['reason'] ? 'open' : null);
  return {
    kind: entry.kind,
    id: [entry.kind, text(detail['id']), messageId, requestId, receiver, entry.kind === 'request' ? state : null]
      .filter((part) => part !== null)
      .join('#'),
    messageId,
    requestId,
    type: of('type'),
    channel: of('channel'),
    priority: of('priority'),
    source: of('source'),
    receiver,
    state,
    tries: number(own['tries']),
    by: of('by'),
    updated: of('updated') ?? at,
  };
}

/** The rows that a line of a chain stands for, by table; the same line always gives the same rows. */
export function rowsOf(line: RowSource): Partial<Record<LedgerTable, LedgerRow>> {
  const facts = entryFacts(line);
  const { kind, messageId, requestId, type, channel, priority, source, receiver, state, tries, by } = facts;
  const detail = detailOf(line.entry);
  const own = fields(detail['facts']);
  const place = { at: line.at, chain: line.chain, number: line.number, conversation: line.conversation };
  const envelope = fields(detail['envelope']);
  const audit = {
    ...place,
    ...{ change: line.change, kind, messageId, requestId, type, channel, priority, source, receiver, state, tries, by },
    causationId: text(own['causationId']) ?? text(envelope['causationid']),
    attempt: number(own['attempt']) ?? number(envelope['attempt']),
    hops: number(own['hops']) ?? number(envelope['hops']),
  };
  const rows: Partial<Record<LedgerTable, LedgerRow>> = { message_audit: audit };
  if (kind === 'delivery' && state !== null && settled.has(state)) {
    const published = text(own['time']);
    const received = text(detail['firstReceived']);
    const ended = text(detail['updated']);
    rows.performance = {
      ...place,
      ...{ messageId, type, channel, priority, receiver, state, tries, published, received, settled: ended },
      waitMs: between(published, received),
      handlingMs: between(received, ended),
      totalMs: between(published, ended),
    };
  }
  const error = fields(detail['error']);
  if (
    (detail['error'] !== undefined && state !== 'completed') ||
    kind === 'dead-letter' ||
    (kind === 'request' && failedRequests.has(state ?? ''))
  )
    rows.errors = {
      ...place,
      ...{ kind, messageId, requestId, type, receiver, state, tries },
      code: text(error['code']),
      message: text(error['message']),
      retryable: typeof error['retryable'] === 'boolean' ? error['retryable'] : null,
      reason: text(detail['reason']),
      signature: text(detail['signature']),
    };
  return rows;
}

/** The member of an entry that holds its content: the one object beside `kind` and `at`. */
function detailOf(entry: ArchiveRecord['entry']): Fields {
  for (const [name, value] of Object.entries(entry)) {
    if (name !== 'kind' && name !== 'at' && typeof value === 'object' && value !== null) return value as Fields;
  }
  return {};
}

function between(from: string | null, to: string | null): number | null {
  const duration = Date.parse(to ?? '') - Date.parse(from ?? '');
  return Number.isFinite(duration) ? duration : null;
}

function fields(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}

function firstText(own: Fields, names: readonly string[]): string | null {
  for (const name of names) {
    const found = text(own[name]);
    if (found !== null) return found;
  }
  return null;
}

function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function number(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}
