import { INLINE_EMISSIONS_BYTES, offloadPayloads } from '../../domain/delivery/claim-check.js';
import {
  envelopeOf,
  factsOf,
  type DeliveryKey,
  type DeliveryRecord,
  type Emission,
} from '../../domain/delivery/delivery.js';
import type { DeadLetter } from '../../domain/delivery/dead-letter.js';
import { sourceOf, type Envelope } from '../../domain/wire/envelope.js';
import { errorSignature, LanewayError, summarizeError } from '../../domain/base/errors.js';
import { extendPath, stepOf } from '../../domain/delivery/causal-path.js';
import type { PayloadStore } from '../../domain/wire/payload-store.js';
import type { TopologyModel } from '../../topology/model.js';
import { sendMessages } from '../../publishing/send-messages.js';
import type { Services } from './services.js';

/** Emissions as an outcome holds them. */
export interface StoredEmissions {
  readonly emissions: readonly Emission[];
  readonly emissionsRef?: string;
}

/** Stores large payloads, and then a large list of emissions, in the payload store, before the outcome refers to them. */
export async function storeEmissions(
  emissions: readonly Emission[],
  key: DeliveryKey,
  owner: string,
  payloads: PayloadStore,
): Promise<StoredEmissions> {
  let light;
  let text;
  try {
    light = await offloadPayloads(emissions, key.correlationId, payloads);
    text = JSON.stringify(light);
  } catch (cause) {
    // A value that JSON cannot express (a circle, a bigint) fails at the next try as well.
    if (!(cause instanceof TypeError)) throw cause;
    throw new LanewayError('HANDLER_RESULT', `what was published is no JSON: ${cause.message}`, { cause });
  }
  if (Buffer.byteLength(text) <= INLINE_EMISSIONS_BYTES) return { emissions: light };
  // The owner is in the key: a handling that lost its lease must not replace the emissions of the one that won.
  const emissionsRef = `emissions/${key.correlationId}/${key.messageId}/${key.receiver}/${owner}.json`;
  await payloads.put(emissionsRef, text);
  return { emissions: [], emissionsRef };
}

/** Reads the emissions of an outcome, from its item or from the payload store. */
export async function loadEmissions(record: StoredEmissions, payloads: PayloadStore): Promise<readonly Emission[]> {
  return record.emissionsRef === undefined
    ? record.emissions
    : (JSON.parse(await payloads.get(record.emissionsRef)) as Emission[]);
}

/**
 * Sends the messages that an outcome stored. A message that the bus refuses for good becomes a dead letter `refused` of
 * every receiver that was to get it (of this agent when there is none): nobody else would ever settle those deliveries.
 * @throws LanewayError PUBLISH when some could not be sent yet
 */
export async function sendEmissions(
  stored: StoredEmissions | DeliveryRecord,
  parent: Envelope,
  agent: string,
  model: TopologyModel,
  services: Services,
  copy: string,
): Promise<void> {
  const emissions = await loadEmissions(stored, services.payloads);
  if (emissions.length === 0) return;
  const source = sourceOf(model.name, 'agent', agent);
  const path = extendPath(parent.path, stepOf(agent, parent.type, parent.subject));
  const outgoing = emissions.map((emission) => ({
    envelope: envelopeOf(emission, parent, source, path),
    expected: emission.expected,
    waiter: { kind: 'agent', id: agent } as const,
  }));
  const refused = await sendMessages(model, outgoing, services.senders, services.clock.now());
  for (const { envelope, error } of refused) {
    services.log.error('a published message was refused for good', {
      type: envelope.type,
      id: envelope.id,
      error: error.message,
    });
    const at = services.clock.now();
    const summary = summarizeError(error);
    const expected = emissions.find(({ id }) => id === envelope.id)?.expected ?? [];
    for (const receiver of expected.length > 0 ? expected : [agent]) {
      const letter: DeadLetter = {
        laneway: 'dead-letter',
        receiver,
        sender: agent,
        copy,
        reason: 'refused',
        error: summary,
        signature: errorSignature(summary),
        tries: 0,
        at: new Date(at).toISOString(),
        body: JSON.stringify(envelope),
      };
      await services.deadLetters.send(letter);
      if (receiver === agent) continue;
      const key = { correlationId: envelope.correlationid, messageId: envelope.id, receiver };
      const outcome = { state: 'dead-lettered', copy, at, emissions: [], error: summary } as const;
      await services.deliveries.settleUnleased(key, factsOf(envelope), outcome);
    }
  }
}
