import { Buffer } from 'node:buffer';
import type { Emission } from './delivery.js';
import type { Envelope } from '../wire/envelope.js';
import { LanewayError } from '../base/errors.js';
import type { PayloadStore } from '../wire/payload-store.js';

/**
 * Bytes above which a payload travels by reference. The smallest hop that a message takes in AWS is 240 to 256 KiB
 * (task output, WebSocket, status events), so that 200 KB leaves room for the envelope.
 */
export const CLAIM_CHECK_BYTES = 200_000;

/** Most bytes of a payload; a longer one is refused as TOO_LARGE. */
export const PAYLOAD_LIMIT_BYTES = 50_000_000;

/** Bytes of emissions above which an outcome refers to them in place of holding them (architecture §3). */
export const INLINE_EMISSIONS_BYTES = 32_768;

/** Key of a message's payload in the payload store. */
export function payloadKey(correlationId: string, messageId: string): string {
  return `payloads/${correlationId}/${messageId}.json`;
}

/**
 * Puts payloads over {@link CLAIM_CHECK_BYTES} into the store; the emissions returned refer to them.
 * @throws LanewayError TOO_LARGE over {@link PAYLOAD_LIMIT_BYTES}, HANDLER_RESULT for a payload that is no JSON
 */
export async function offloadPayloads(
  emissions: readonly Emission[],
  correlationId: string,
  payloads: PayloadStore,
): Promise<Emission[]> {
  return Promise.all(
    emissions.map(async (emission) => {
      const text = JSON.stringify(emission.data ?? null) as string | undefined;
      if (text === undefined)
        throw new LanewayError('HANDLER_RESULT', `${emission.type}: the payload is a ${typeof emission.data}, no JSON`);
      const bytes = Buffer.byteLength(text);
      if (bytes > PAYLOAD_LIMIT_BYTES) {
        throw new LanewayError('TOO_LARGE', `${emission.type}: the payload has ${bytes} bytes`, {
          help: [`allowed: up to ${PAYLOAD_LIMIT_BYTES} bytes; store it elsewhere and send where it is`],
        });
      }
      if (bytes <= CLAIM_CHECK_BYTES) return emission;
      const { data: _data, ...rest } = emission;
      const dataref = payloadKey(correlationId, emission.id);
      await payloads.put(dataref, text);
      return { ...rest, dataref };
    }),
  );
}

/**
 * The payload of an envelope, fetched when it travelled by reference.
 * @throws LanewayError NOT_FOUND when the payload store no longer has it; UNPARSEABLE when it is no JSON
 */
export async function payloadOf(
  envelope: Pick<Envelope, 'data' | 'dataref'>,
  payloads: Pick<PayloadStore, 'get'>,
): Promise<unknown> {
  if (envelope.dataref === undefined) return envelope.data;
  const text = await payloads.get(envelope.dataref);
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new LanewayError('UNPARSEABLE', `the payload '${envelope.dataref}' is not JSON`, { cause });
  }
}
