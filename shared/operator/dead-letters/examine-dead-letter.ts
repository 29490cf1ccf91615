import * as z from 'zod';
import { defined } from '../../domain/base/defined.js';
import { checkAgainstTopology, decodeCopy, type Decoded } from '../../agent/receive/decode-copy.js';
import { payloadOf } from '../../domain/delivery/claim-check.js';
import type { DeadLetterEntry } from '../../domain/delivery/dead-letter.js';
import { deliveryKeyOf, type DeliveryKey, type DeliveryRecord } from '../../domain/delivery/delivery.js';
import { schemaVersion, type Envelope } from '../../domain/wire/envelope.js';
import { LanewayError, summarizeError, type ErrorSummary } from '../../domain/base/errors.js';
import { decodeData, type MessageType } from '../../message/message-type.js';
import type { OperatorServices } from '../operator-services.js';
import { hopLimitOf } from '../../topology/hop-limit.js';

/** One place where a payload does not fit its schema. */
export interface Misfit {
  /** `order.lines.0.count`; `data` for the payload itself. */
  readonly path: string;
  readonly problem: string;
  /** The value there; absent when there is none. */
  readonly found?: unknown;
}

/** A dead letter with all that is known of it. */
export interface Examination {
  readonly letter: DeadLetterEntry;
  /** The text that was received; absent when the payload store no longer has it. */
  readonly body?: string;
  readonly decoded?: Decoded;
  /** The payload, also when it travelled by reference. */
  readonly data?: unknown;
  /** Places of the payload that do not fit the schema as the topology has it now. */
  readonly misfits: readonly Misfit[];
  readonly delivery?: DeliveryRecord;
  /** Error by which the message would be refused if it came again, by the topology as it is now; absent when it would be handled. */
  readonly obstacle?: ErrorSummary;
}

/** Looks at a dead letter: its message, against the topology and the schema as they are now, and its delivery. */
export async function examineDeadLetter(letter: DeadLetterEntry, services: OperatorServices): Promise<Examination> {
  const { topology, payloads, deliveries } = services;
  let seen: Examination = { letter, misfits: [] };
  try {
    const body = await payloads.get(letter.bodyRef);
    seen = { ...seen, body };
    const decoded = decodeCopy(body);
    const { envelope } = decoded;
    seen = { ...seen, decoded };
    const delivery = await deliveries.get(deliveryKey(letter, envelope));
    if (delivery) seen = { ...seen, delivery };
    const type = topology.types.get(envelope.type);
    const data = await payloadOf(envelope, payloads);
    seen = { ...seen, data, misfits: type ? misfitsOf(type, data, envelope.dataschema) : [] };
    if (!Object.hasOwn(topology.model.agents, letter.receiver))
      throw new LanewayError('UNKNOWN_RECEIVER', `'${letter.receiver}' is no agent of '${topology.name}'`);
    checkAgainstTopology(decoded, topology.model, letter.receiver);
    if (envelope.hops >= hopLimitOf(topology.model, envelope.channel))
      throw new LanewayError('HOP_LIMIT', `${envelope.hops} messages led to this one`);
    if (type) decodeData(type, data, envelope.dataschema);
    return seen;
  } catch (error) {
    const obstacle = summarizeError(error);
    // A store that cannot be reached says nothing about the dead letter.
    if (obstacle.code === 'UNAVAILABLE') throw error;
    return { ...seen, obstacle };
  }
}

/** The delivery that a dead letter is about. */
export function deliveryKey(letter: DeadLetterEntry, envelope: Envelope): DeliveryKey {
  return deliveryKeyOf(envelope, letter.receiver);
}

/** Every place where a payload does not fit the schema of its version; the version itself when none accepts it. */
export function misfitsOf(type: MessageType, data: unknown, dataschema: string): Misfit[] {
  const version = schemaVersion(dataschema, type.name);
  const schema =
    version === type.version ? type.schema : type.accepts.find((older) => older.version === version)?.schema;
  if (!schema)
    return [{ path: 'dataschema', problem: `not accepted; the latest is ${type.version}`, found: dataschema }];
  const result = z.safeParse(schema, data);
  return (result.error?.issues ?? []).map(({ path, message }) => {
    const found = path.reduce<unknown>((value, key) => inside(value, key), data);
    return {
      path: path.map(String).join('.') || 'data',
      problem: message,
      ...defined({ found }),
    };
  });
}

function inside(value: unknown, key: PropertyKey): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? (value as Readonly<Record<PropertyKey, unknown>>)[key]
    : undefined;
}
