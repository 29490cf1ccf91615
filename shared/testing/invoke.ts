import type { Log } from '../agent/context.js';
import { ProcessGuards } from '../agent/receive/process-guards.js';
import { runHandler } from '../agent/receive/run-handler.js';
import { deliveryKeyOf, type Emission } from '../domain/delivery/delivery.js';
import { schemaUri, type Envelope } from '../domain/wire/envelope.js';
import { LanewayError } from '../domain/base/errors.js';
import { newId } from '../domain/base/ids.js';
import {
  decodeData,
  encodeData,
  type DataOf,
  type InputOf,
  type MessageType,
  type ReplyOf,
} from '../message/message-type.js';
import { boundAgent, type ReadyAgent } from './harness/bound-agents.js';
import { ManualClock } from './memory/manual-clock.js';
import { MemoryBreakers } from './memory/breakers/memory-breakers.js';
import { MemoryBus } from './memory/memory-bus.js';
import { MemoryDeliveries } from './memory/memory-deliveries.js';
import { MemoryDeadLetterQueue } from './memory/memory-lanes.js';
import { MemoryDeferredReplies } from './memory/memory-deferred-replies.js';
import { MemoryLedger } from './memory/memory-ledger.js';
import { MemoryPayloads } from './memory/memory-payloads.js';
import { MemoryQueue } from './memory/memory-queue.js';

/** Reply and other messages of one handling. */
export interface Invocation<Type extends MessageType> {
  /** Payload of the reply; undefined for an event, a command without reply, or a reply that was put off. */
  readonly reply: DataOf<ReplyOf<Type>> | undefined;
  /** Messages that the handler published besides the reply, in order. */
  readonly published: readonly Pick<Emission, 'type' | 'data' | 'channel' | 'priority' | 'receiver' | 'expected'>[];
}

/** Attributes of the message that matter to the test. */
export type InvokeOptions = Partial<
  Pick<Envelope, 'id' | 'correlationid' | 'requestid' | 'priority' | 'time' | 'deadline' | 'subject'>
>;

const SILENT: Log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const HANDLED_WITHIN_MS = 60_000;

/**
 * Runs one handler of an agent over one message, with the product's own checks but no lanes, no ledger and no bus.
 * @throws what the handler throws; LanewayError SCHEMA, UNKNOWN_TYPE, NOT_DECLARED, HANDLER_RESULT
 */
export async function invoke<Type extends MessageType>(
  agent: ReadyAgent,
  type: Type,
  data: InputOf<Type>,
  options: InvokeOptions = {},
): Promise<Invocation<Type>> {
  const bound = boundAgent(agent);
  const { topology, id } = bound.agent;
  const channel = Object.values(topology.model.channels).find(
    ({ carries, subscribers }) => carries.includes(type.name) && subscribers.includes(id),
  );
  if (!channel)
    throw new LanewayError('UNKNOWN_TYPE', `agent '${id}' does not hear ${type.name}`, {
      help: [`it hears: ${bound.agent.model.handles.join(', ')}`],
    });
  const clock = new ManualClock(Date.now());
  const payloads = new MemoryPayloads();
  const ledger = new MemoryLedger(payloads);
  const messageId = options.id ?? newId();
  const command = type.kind === 'command' && type.reply !== undefined;
  const envelope: Envelope = {
    specversion: '1.0',
    source: `laneway.${topology.name}.client.test`,
    type: type.name,
    time: new Date(clock.now()).toISOString(),
    datacontenttype: 'application/json',
    dataschema: schemaUri(type.name, type.version),
    data: encodeData(type, data),
    correlationid: newId(),
    priority: channel.qos.priorities[0] ?? 'normal',
    channel: channel.name,
    expires: new Date(clock.now() + HANDLED_WITHIN_MS).toISOString(),
    attempt: 1,
    hops: 0,
    ...(command ? { requestid: messageId } : {}),
    ...options,
    id: messageId,
  };
  const key = deliveryKeyOf(envelope, id);
  const emissions = await runHandler({
    type,
    data: decodeData(type, JSON.parse(JSON.stringify(envelope.data)) as unknown, envelope.dataschema),
    lease: { owner: 'invoke', tries: 1 },
    attach: undefined,
    delivery: {
      bound,
      envelope,
      key,
      published: Date.parse(envelope.time),
      expires: Date.parse(envelope.expires),
      end: clock.now() + HANDLED_WITHIN_MS,
      services: {
        clock,
        random: () => 0.5,
        deliveries: new MemoryDeliveries(ledger),
        senders: { bus: new MemoryBus() },
        payloads,
        deferredReplies: new MemoryDeferredReplies(),
        breakers: new MemoryBreakers(),
        deadLetters: new MemoryDeadLetterQueue(new MemoryQueue(clock), payloads),
        guards: new ProcessGuards(),
        log: SILENT,
      },
    },
  });
  const replyType = command ? type.reply : undefined;
  const reply = emissions.find(
    (emission) =>
      replyType !== undefined && emission.type === replyType.name && emission.requestid === envelope.requestid,
  );
  return {
    reply:
      reply && replyType ? (decodeData(replyType, reply.data, reply.dataschema) as DataOf<ReplyOf<Type>>) : undefined,
    published: emissions.filter((emission) => emission !== reply && emission.type !== 'MessageAcknowledged'),
  };
}
