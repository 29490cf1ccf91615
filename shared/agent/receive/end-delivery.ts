import { backoffDelay } from '../../domain/base/backoff.js';
import { reasonOf, type DeadLetter } from '../../domain/delivery/dead-letter.js';
import { factsOf, isSettled, type DeliveryRecord, type Emission } from '../../domain/delivery/delivery.js';
import { milliseconds } from '../../domain/base/duration.js';
import { errorSignature, type ErrorSummary } from '../../domain/base/errors.js';
import { qosOf, type Arrival, type Delivery, type Lease } from './delivery.js';
import { sendEmissions } from './emissions.js';
import type { Refusal, RefusedEnd } from './refusal.js';
import { ACKNOWLEDGE, LOST, troubleVerdict, type Verdict } from './verdict.js';

/** Calls that end one lease, at most. Where a store refuses 70 % of them, 6 % of the leases are not ended. */
const LEASE_ENDS = 8;

/** Ends a delivery that a step of the chain did not pass on, as its refusal says. @returns the verdict on the copy */
export function endDelivery(delivery: Delivery, { end }: Refusal): Promise<Verdict> {
  switch (end.kind) {
    case 'leave':
      return Promise.resolve(end.verdict);
    case 'repeat':
      return repeat(delivery, end.record);
    case 'expire':
      return expire(delivery, end.error, end.told);
    case 'stop':
      return stop(delivery, end.lease, end.error);
    case 'refuse':
      return refuse(delivery, end.error);
    case 'give-up':
      return giveUp(delivery, end.lease, end.error);
    case 'retry':
      return retry(delivery, end.lease, end.error);
    case 'trouble':
      return waitUntried(delivery, end);
  }
}

/** Dead-letters a text that cannot be read. It belongs to no conversation, so that there is no delivery to settle. */
export async function endUnread(arrival: Arrival, error: ErrorSummary): Promise<Verdict> {
  await arrival.services.deadLetters.send(deadLetterOf(arrival, error, 1));
  return ACKNOWLEDGE;
}

async function repeat(delivery: Delivery, record: DeliveryRecord): Promise<Verdict> {
  if (record.copy === delivery.copy.copy && record.sent === undefined) await sendEmissions(record, delivery);
  return ACKNOWLEDGE;
}

async function expire(delivery: Delivery, error: ErrorSummary, told: readonly Emission[]): Promise<Verdict> {
  const { services, copy, envelope, key } = delivery;
  const standing = await verdictOnOthers(delivery);
  if (standing) return standing;
  const outcome = { state: 'expired', copy: copy.copy, at: services.clock.now(), emissions: told, error } as const;
  const written = await services.deliveries.settleUnleased(key, factsOf(envelope), outcome);
  if (written !== 'stored') return isSettled(written.state) ? ACKNOWLEDGE : LOST;
  await sendEmissions(outcome, delivery);
  services.log.info('the message is not handled', {
    type: envelope.type,
    id: envelope.id,
    correlation: envelope.correlationid,
    code: error.code,
  });
  return ACKNOWLEDGE;
}

async function stop({ services, copy, key }: Delivery, { owner }: Lease, error: ErrorSummary): Promise<Verdict> {
  const outcome = { state: 'expired', copy: copy.copy, at: services.clock.now(), emissions: [], error } as const;
  return (await services.deliveries.settle(key, owner, outcome)) === 'lost' ? LOST : ACKNOWLEDGE;
}

async function refuse(delivery: Delivery, error: ErrorSummary): Promise<Verdict> {
  const { services, envelope, key } = delivery;
  const standing = await verdictOnOthers(delivery);
  if (standing) return standing;
  await services.deadLetters.send(deadLetterOf(delivery, error, 1));
  const outcome = deadOutcome(delivery, error);
  const written = await services.deliveries.settleUnleased(key, factsOf(envelope), outcome);
  return written !== 'stored' && !isSettled(written.state) ? LOST : ACKNOWLEDGE;
}

/** The dead letter is written before the outcome, so that a crash in between leaves a dead letter too many, and never none. */
async function giveUp(delivery: Delivery, { owner, tries }: Lease, error: ErrorSummary): Promise<Verdict> {
  const { services, key } = delivery;
  // A dead letter ends the request of a command, so that none is written for a delivery that another receiver has taken
  // over.
  if ((await services.deliveries.get(key))?.owner !== owner) return LOST;
  await services.deadLetters.send(deadLetterOf(delivery, error, tries));
  const written = await services.deliveries.settle(key, owner, deadOutcome(delivery, error));
  if (written === 'stored') services.tried?.(false);
  return written === 'lost' ? LOST : ACKNOWLEDGE;
}

async function retry(delivery: Delivery, { owner, tries }: Lease, error: ErrorSummary): Promise<Verdict> {
  const { services, envelope, key } = delivery;
  const qos = qosOf(delivery);
  const bounds = { first: milliseconds(qos.backoff.first), most: milliseconds(qos.backoff.most) };
  const now = services.clock.now();
  await endLease(() => services.deliveries.release(key, owner, error, now));
  services.tried?.(false);
  const quick = services.guards.retriesOf(envelope.channel, qos).take(now);
  if (quick) return { kind: 'return', after: backoffDelay(tries, bounds, services.random()), why: error.message };
  services.log.warn('the retry budget is spent: the message waits for the longest backoff', {
    channel: envelope.channel,
    id: envelope.id,
  });
  // A wait between half of the longest backoff and all of it, so that held-back messages do not return at one moment.
  return { kind: 'return', after: Math.ceil(bounds.most * (0.5 + services.random() / 2)), why: error.message };
}

async function waitUntried(
  delivery: Delivery,
  { error, lease, pause }: Extract<RefusedEnd, { readonly kind: 'trouble' }>,
): Promise<Verdict> {
  const { services, copy, key } = delivery;
  await endLease(() => services.deliveries.giveBack(key, lease.owner, error, services.clock.now()));
  return troubleVerdict(copy.receives, services.random(), error.message, pause);
}

/**
 * Ends a lease for good. One that is not ended looks like that of a process that died, and a message with a few of these is given up.
 * So the store is asked more than once: in trouble it may refuse a share of its calls only.
 */
async function endLease(end: () => Promise<unknown>): Promise<void> {
  for (let call = 1; ; call++) {
    try {
      await end();
      return;
    } catch (refused) {
      if (call === LEASE_ENDS) throw refused;
    }
  }
}

/** Verdict on a delivery that has an outcome or a running lease of others; undefined when it is free to be settled. */
async function verdictOnOthers(delivery: Delivery): Promise<Verdict | undefined> {
  const { services, key } = delivery;
  const record = await services.deliveries.get(key);
  if (!record) return undefined;
  if (isSettled(record.state)) return repeat(delivery, record);
  const until = record.state === 'leased' && record.leasedUntil !== undefined ? Date.parse(record.leasedUntil) : 0;
  const left = until - services.clock.now();
  return left > 0 ? { kind: 'return', after: left, why: 'somebody else works on it' } : undefined;
}

function deadOutcome({ services, copy }: Delivery, error: ErrorSummary) {
  return { state: 'dead-lettered', copy: copy.copy, at: services.clock.now(), emissions: [], error } as const;
}

/** The dead letter of a copy. */
function deadLetterOf({ bound, services, copy }: Arrival, error: ErrorSummary, tries: number): DeadLetter {
  const version = bound.agent.version ?? services.version;
  return {
    laneway: 'dead-letter',
    receiver: bound.agent.id,
    copy: copy.copy,
    reason: reasonOf(error),
    error,
    signature: errorSignature(error),
    ...(version === undefined ? {} : { version }),
    tries,
    at: new Date(services.clock.now()).toISOString(),
    body: copy.body,
  };
}
