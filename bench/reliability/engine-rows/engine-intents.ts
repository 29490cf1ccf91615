import { openPorts, publisherPorts } from '../../../shared/aws/ports.js';
import { namesFromOutputs } from '../../../shared/client/deployed-names.js';
import { summarizeError } from '../../../shared/domain/base/errors.js';
import { newId } from '../../../shared/domain/base/ids.js';
import { INTENT_GRACE_MS, publishMessage } from '../../../shared/publishing/publish-message.js';
import { depot as topology, PackageArrived } from '../depot/topology.js';
import type { Depot, Package, Sent } from './engine-depot.js';

/** Intents of a client that ended between writing them and sending: due for the sweeper in a second. */
export async function intendOnly({ app }: Depot, given: readonly Package[]): Promise<Sent[]> {
  const { intents, payloads } = openPorts(namesFromOutputs(topology.model, app.deployment), publisherPorts);
  const correlationId = newId();
  const ended = { ok: false, retryable: true, code: 'Ended', message: 'the client ended here' } as const;
  const sent = given.map((one): Sent => ({ ...one, id: newId(), correlationId }));
  for (const { key, id } of sent) {
    try {
      await publishMessage(
        {
          ...{ topology, kind: 'client', name: 'gate', intents, payloads },
          clock: { now: () => Date.now() - INTENT_GRACE_MS + 1_000 },
          senders: { bus: { publish: (envelopes) => Promise.resolve(envelopes.map(() => ended)) } },
        },
        PackageArrived,
        { key, published: Date.now() },
        { id, correlationId },
      );
    } catch (error) {
      if (summarizeError(error).code !== 'PUBLISH') throw error;
    }
  }
  return sent;
}
