import { LanewayError } from '../../domain/base/errors.js';
import { requesterOf } from '../../domain/request/requester.js';
import { parseSource, type Envelope } from '../../domain/wire/envelope.js';
import { writerOfSource } from '../../domain/wire/writers.js';
import type { TopologyModel } from '../../topology/model.js';

/**
 * Checks what a message says of its request against who published it. The id of a request is what effects of its command are
 * told apart by, and names who made it: an agent or a client makes its own requests alone. The platform sends commands again
 * for everybody, and an ingress is a function of it.
 * @throws LanewayError SENDER_MISMATCH
 */
export function checkRequester({ requestid, source, type }: Envelope, model: TopologyModel): void {
  if (requestid === undefined || model.types[type]?.reply === undefined) return;
  const kind = parseSource(source)?.kind;
  if (kind !== 'agent' && kind !== 'client') return;
  if (requesterOf(requestid) === writerOfSource(source)) return;
  throw new LanewayError('SENDER_MISMATCH', `${source} sends ${type} for request ${requestid}, which it did not make`, {
    help: [`allowed: requests of its own, whose ids begin with ${writerOfSource(source) ?? ''}:`],
  });
}
