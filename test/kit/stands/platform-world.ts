import { TakenEvents } from '../../../shared/platform/ingress/taken-events.js';
import { RateLimiter } from '../../../shared/domain/rate/rate-limiter.js';
import { SeenPauses } from '../../../shared/agent/pause/seen-pauses.js';
import type { DeadLetter, DeadLetterQueue } from '../../../shared/domain/delivery/dead-letter.js';
import { schemaUri, sourceOf, type Envelope } from '../../../shared/domain/wire/envelope.js';
import { newId } from '../../../shared/domain/base/ids.js';
import type { Awaited } from '../../../shared/domain/request/awaited.js';
import type { PendingRecord } from '../../../shared/domain/request/pending.js';
import type { LaneReturns, ReturnedCopy } from '../../../shared/domain/wire/message-bus.js';
import { ManualClock } from '../../../shared/testing/memory/manual-clock.js';
import { MemoryBus } from '../../../shared/testing/memory/memory-bus.js';
import { MemoryCursors } from '../../../shared/testing/memory/memory-cursors.js';
import { MemoryDeadLetterBook } from '../../../shared/testing/memory/memory-dead-letter-book.js';
import { MemoryDeliveries } from '../../../shared/testing/memory/memory-deliveries.js';
import { MemoryIntents } from '../../../shared/testing/memory/memory-intents.js';
import { MemoryLanes } from '../../../shared/testing/memory/memory-lanes.js';
import { MemoryLedger } from '../../../shared/testing/memory/memory-ledger.js';
import { MemoryPayloads } from '../../../shared/testing/memory/memory-payloads.js';
import { MemoryPauses } from '../../../shared/testing/memory/pauses/memory-pauses.js';
import { MemoryPending } from '../../../shared/testing/memory/memory-pending.js';
import { MemoryEmergencies } from '../../../shared/testing/memory/emergency/memory-emergencies.js';
import { MemoryQuarantines } from '../../../shared/testing/memory/memory-quarantines.js';
import { MemoryRegistry } from '../../../shared/testing/memory/registry/memory-registry.js';
import { MemoryQueue } from '../../../shared/testing/memory/memory-queue.js';
import { MemorySagas } from '../../../shared/testing/memory/memory-sagas.js';
import { MemoryTimers } from '../../../shared/testing/memory/memory-timers.js';
import {
  MemoryOpenExecutions,
  MemoryWorkflows,
  type TokenAnswer,
} from '../../../shared/testing/memory/memory-workflows.js';
import type { Publishing } from '../../../shared/publishing/publish-message.js';
import type { Topology } from '../../../shared/topology/topology.js';
import { shop } from '../applications/fixture-topology.js';

class HeldDeadLetters implements DeadLetterQueue {
  readonly sent: DeadLetter[] = [];
  async send(letter: DeadLetter): Promise<void> {
    this.sent.push(letter);
    return Promise.resolve();
  }
}

class Returns implements LaneReturns {
  readonly copies: ReturnedCopy[] = [];
  async put(copy: ReturnedCopy): Promise<void> {
    this.copies.push(copy);
    return Promise.resolve();
  }
}

/** Everything a platform function works with, in memory; over the fixture shop, if nothing else is given. */
export function platformWorld(topology: Topology = shop) {
  const clock = new ManualClock();
  const payloads = new MemoryPayloads();
  const ledger = new MemoryLedger(payloads);
  const bus = new MemoryBus();
  const timerQueue = new MemoryQueue(clock);
  const pending = new MemoryPending(ledger.unreadable);
  const timers = new MemoryTimers(timerQueue);
  const workflows = new MemoryWorkflows(['fulfil']);
  const lanes = new MemoryLanes(clock, { warehouse: ['critical', 'high', 'normal'] });
  const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
  const senders = { bus, lanes, pending, timers };
  const intents = new MemoryIntents(ledger, payloads);
  const publishingAs = (kind: Publishing['kind'], name: string): Publishing => ({
    ...{ topology, kind, name, clock, intents, payloads, senders },
  });
  const counted: string[] = [];
  const rungs: string[] = [];
  const answers: TokenAnswer[] = [];
  return {
    topology,
    clock,
    payloads,
    ledger,
    conversations: ledger,
    book: new MemoryDeadLetterBook(ledger),
    bus,
    timerQueue,
    pending,
    timers,
    workflows,
    starter: workflows,
    resumer: workflows,
    log,
    senders,
    intents,
    deliveries: new MemoryDeliveries(ledger),
    deadLetters: new HeldDeadLetters(),
    returns: new Returns(),
    cursors: new MemoryCursors(),
    quarantines: new MemoryQuarantines(),
    emergencies: new MemoryEmergencies(),
    pauses: new MemoryPauses(),
    seen: new SeenPauses(),
    random: () => 0.5,
    ...{ limiter: new RateLimiter(), taken: new TakenEvents() },
    registry: new MemoryRegistry(clock),
    openExecutions: new MemoryOpenExecutions(),
    sagas: new MemorySagas(),
    unreadable: ledger.unreadable,
    laneUrls: {
      warehouse: { critical: 'https://sqs.example/1/warehouse-critical', high: 'https://sqs.example/1/warehouse-high' },
    },
    /** No workflow is started by a message. */
    starts: {},
    /** Nor does any wait for one. */
    awaited: [] as readonly Awaited[],
    counted,
    count: (receiver: string): void => void counted.push(receiver),
    countRung: (rung: string): void => void rungs.push(rung),
    /** Rungs that were counted. */
    rungs,
    publishing: publishingAs('platform', 'test'),
    publishingAs,
    /** Answers given to a token from now on. */
    answers,
    wait: (token: string): void => workflows.wait(token, (answer) => void answers.push(answer)),
    ofType: (type: string): Envelope[] => bus.published.filter((envelope) => envelope.type === type),
    /** Entries of one kind in a conversation. */
    entries: async (correlationId: string, kind: string) =>
      (await ledger.conversation(correlationId)).filter((entry) => entry.kind === kind),
  };
}

export type PlatformStand = ReturnType<typeof platformWorld>;

/** An envelope of the fixture shop; `now` is when it was sent. */
export function envelopeAt(now: number, type: string, data: unknown, own: Partial<Envelope> = {}): Envelope {
  return {
    specversion: '1.0',
    id: newId(),
    source: sourceOf(shop.name, 'client', 'web-shop'),
    type,
    time: new Date(now).toISOString(),
    datacontenttype: 'application/json',
    dataschema: schemaUri(type, 1),
    data,
    correlationid: 'conversation-1',
    priority: 'normal',
    channel: 'orders',
    expires: new Date(now + 3_600_000).toISOString(),
    attempt: 1,
    hops: 0,
    ...own,
  };
}

/** The body of an SQS message that a rule of the bus sent. */
export function overTheBus(envelope: Envelope, own: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({
    version: '0',
    id: newId(),
    source: envelope.source,
    'detail-type': envelope.type,
    time: envelope.time,
    detail: envelope,
    ...own,
  });
}

/** The command of the fixture shop, as the request of a workflow. */
export function commandAt(now: number, own: Partial<Envelope> = {}): Envelope {
  const id = own.id ?? newId();
  return envelopeAt(
    now,
    'ReserveStock',
    { order: 'o-1' },
    {
      id,
      source: 'laneway.fixture-shop.platform.dispatcher',
      channel: 'stock.request',
      priority: 'high',
      receiver: 'warehouse',
      requestid: id,
      replyto: 'StockReserved',
      deadline: new Date(now + 60_000).toISOString(),
      ...own,
    },
  );
}

/** The reply of the warehouse to a command. */
export function replyTo(command: Envelope, now: number, own: Partial<Envelope> = {}): Envelope {
  return envelopeAt(
    now,
    'StockReserved',
    { order: 'o-1', reserved: true },
    {
      source: sourceOf(shop.name, 'agent', 'warehouse'),
      channel: 'stock.result',
      causationid: command.id,
      correlationid: command.correlationid,
      ...(command.requestid === undefined ? {} : { requestid: command.requestid }),
      hops: command.hops + 1,
      ...own,
    },
  );
}

/** Opens the request of a command, waited on by a workflow's token or by a client. */
export async function openRequest(
  world: PlatformStand,
  command: Envelope,
  token?: string,
  own: Partial<PendingRecord> = {},
): Promise<void> {
  await world.pending.open({
    requestId: command.requestid ?? '',
    correlationId: command.correlationid,
    messageId: command.id,
    type: command.type,
    replyType: 'StockReserved',
    channel: command.channel,
    deadline: command.deadline ?? '',
    attempt: 1,
    waiter: token === undefined ? { kind: 'client' } : { kind: 'workflow', token, execution: 'run', step: 'reserve' },
    hops: command.hops,
    ...own,
  });
}
