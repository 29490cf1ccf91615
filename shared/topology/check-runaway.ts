import type { Envelope } from '../domain/wire/envelope.js';
import { LanewayError } from '../domain/base/errors.js';
import { mayHold, stepOf, visitsOf } from '../domain/delivery/causal-path.js';
import { hopLimitOf } from './hop-limit.js';
import type { TopologyModel } from './model.js';

/**
 * Refuses a message of a chain that has gone on too long, or has come to this receiver too often.
 * @param receiver an agent's id, or `workflow:<name>`
 * @throws LanewayError HOP_LIMIT, CYCLE
 */
export function checkRunaway(envelope: Envelope, receiver: string, model: TopologyModel): void {
  const limit = hopLimitOf(model, envelope.channel);
  if (envelope.hops >= limit) {
    throw new LanewayError('HOP_LIMIT', `${envelope.hops} messages led to this one`, {
      help: [`allowed by '${model.name}': ${limit} (hopLimit)`],
    });
  }
  const { cycleLimit } = model;
  if (!mayHold(envelope.path, cycleLimit)) return;
  const visits = visitsOf(envelope.path, stepOf(receiver, envelope.type, envelope.subject));
  if (visits < cycleLimit) return;
  const about = envelope.subject === undefined ? '' : ` about '${envelope.subject}'`;
  throw new LanewayError('CYCLE', `${envelope.type}${about} has come to '${receiver}' ${visits} times before`, {
    help: [`allowed by '${model.name}' in one chain of messages: ${cycleLimit} (cycleLimit)`],
  });
}
