import { originOf } from '../../../shared/domain/wire/writers.js';
import type { LedgerEntry } from '../../../shared/domain/evidence/conversation.js';
import type { DeadLetterEntry } from '../../../shared/domain/delivery/dead-letter.js';
import type { DeliveryRecord, Emission, MessageFacts } from '../../../shared/domain/delivery/delivery.js';
import type { Envelope } from '../../../shared/domain/wire/envelope.js';
import type { Priority } from '../../../shared/domain/base/priority.js';

const start = Date.parse('2026-03-01T09:00:00.000Z');
export const conversation = '019cbd00-0000-7000-8000-000000000001';

/** ISO time of so many milliseconds after the beginning. */
export const at = (ms: number) => new Date(start + ms).toISOString();

interface MessageInput {
  readonly id: string;
  readonly type: string;
  readonly ms: number;
  readonly source?: string;
  readonly priority?: Priority;
  readonly channel?: string;
  readonly expected?: readonly string[];
  readonly causationid?: string;
  readonly requestid?: string;
  readonly attempt?: number;
}

/** The intent of a client's or the platform's message. */
export function message(input: MessageInput): LedgerEntry {
  const { id, type, ms, causationid, requestid, attempt = 1, expected = [] } = input;
  const envelope: Envelope = {
    specversion: '1.0',
    ...{ id, type, time: at(ms), attempt, hops: 0 },
    source: input.source ?? WEB_SHOP,
    datacontenttype: 'application/json',
    dataschema: `urn:laneway:${type}:1`,
    correlationid: conversation,
    priority: input.priority ?? 'normal',
    channel: input.channel ?? 'orders',
    expires: at(ms + 3_600_000),
    ...(causationid === undefined ? {} : { causationid }),
    ...(requestid === undefined ? {} : { requestid }),
  };
  return { kind: 'message', at: at(ms), intent: { envelope, expected } };
}

/** A message that a handler published. */
export function emission(input: Omit<MessageInput, 'source' | 'causationid'>): Emission {
  const { id, type, ms, requestid, attempt, expected = [] } = input;
  return {
    ...{ id, type, time: at(ms), expected, expires: at(ms + 3_600_000) },
    dataschema: `urn:laneway:${type}:1`,
    channel: input.channel ?? 'stock.request',
    priority: input.priority ?? 'high',
    ...(requestid === undefined ? {} : { requestid }),
    ...(attempt === undefined ? {} : { attempt }),
  };
}

interface DeliveryInput extends Partial<Pick<DeliveryRecord, 'state' | 'tries' | 'emissions' | 'error' | 'progress'>> {
  readonly messageId: string;
  readonly receiver: string;
  readonly type?: string;
  readonly published: number;
  readonly received: number;
  readonly updated: number;
  readonly source?: string;
  readonly channel?: string;
  readonly causationId?: string;
}

const WEB_SHOP = 'laneway.fixture-shop.client.web-shop';

/** Facts of an order, as its dead letter keeps them. */
const FACTS: MessageFacts = {
  ...{ type: 'OrderPlaced', channel: 'orders', priority: 'normal', source: WEB_SHOP },
  ...{ time: at(0), expires: at(3_600_000), attempt: 1, hops: 0 },
};

/** A delivery at an agent. */
export function delivery(input: DeliveryInput): LedgerEntry {
  const { messageId, receiver, published, received, updated, causationId, error, progress, channel = 'orders' } = input;
  const record: DeliveryRecord = {
    ...{ correlationId: conversation, messageId, receiver },
    origin: originOf({ source: input.source ?? WEB_SHOP, channel }),
    facts: {
      type: input.type ?? 'OrderPlaced',
      channel,
      priority: 'normal',
      source: input.source ?? WEB_SHOP,
      time: at(published),
      expires: at(published + 3_600_000),
      attempt: 1,
      hops: 0,
      ...(causationId === undefined ? {} : { causationId }),
    },
    state: input.state ?? 'completed',
    tries: input.tries ?? 1,
    emissions: input.emissions ?? [],
    firstReceived: at(received),
    updated: at(updated),
    ...(error === undefined ? {} : { error }),
    ...(progress === undefined ? {} : { progress }),
  };
  return { kind: 'delivery', at: at(received), delivery: record };
}

/** The entry that the drain stored of a dead letter. */
export function deadLetter(
  input: Partial<DeadLetterEntry> & Pick<DeadLetterEntry, 'receiver' | 'reason'>,
): LedgerEntry {
  const error = { code: 'HANDLER', message: 'shelf 7 is locked', name: 'Error', retryable: true } as const;
  const entry: DeadLetterEntry = {
    ...{ id: `dead-${input.receiver}`, correlationId: conversation, signature: '', error, tries: 3, at: at(900) },
    bodyRef: 'dead/1.json',
    ...(input.messageId === undefined ? {} : { facts: FACTS }),
    ...input,
  };
  return { kind: 'dead-letter', at: entry.at, deadLetter: entry };
}

/**
 * An order: the clerk asks the warehouse (high), which answers on its second try; the warehouse's own delivery of the
 * order died after three tries.
 */
export function orderConversation(): LedgerEntry[] {
  const error = { code: 'HANDLER', message: 'shelf 7 is locked\n  more', name: 'Error', retryable: true } as const;
  return [
    message({ id: 'm1', type: 'OrderPlaced', ms: 0, expected: ['clerk', 'warehouse'] }),
    delivery({
      ...{ messageId: 'm1', receiver: 'clerk', published: 0, received: 12, updated: 46 },
      emissions: [emission({ id: 'm2', type: 'ReserveStock', ms: 40, expected: ['warehouse'], requestid: 'r1' })],
    }),
    delivery({
      ...{ messageId: 'm1', receiver: 'warehouse', published: 0, received: 15, updated: 890 },
      ...{ state: 'dead-lettered', tries: 3, error },
    }),
    deadLetter({ receiver: 'warehouse', reason: 'exhausted', messageId: 'm1' }),
    delivery({
      ...{ messageId: 'm2', receiver: 'warehouse', type: 'ReserveStock', published: 40, received: 60, updated: 1_260 },
      ...{ tries: 2, causationId: 'm1', source: 'laneway.fixture-shop.agent.clerk', channel: 'stock.request' },
      emissions: [
        emission({
          ...{
            id: 'm3',
            type: 'StockReserved',
            ms: 1_250,
            channel: 'stock.result',
            requestid: 'r1',
            expected: ['clerk'],
          },
          priority: 'critical',
        }),
      ],
    }),
    {
      kind: 'request',
      at: at(1_290),
      request: {
        correlationId: conversation,
        requestId: 'r1',
        type: 'ReserveStock',
        state: 'replied',
        by: 'm3',
        at: at(1_290),
      },
    },
  ];
}
