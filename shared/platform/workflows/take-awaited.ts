import { awaitedId, type Awaited } from '../../domain/request/awaited.js';
import { payloadOf, referenceIn } from '../../domain/delivery/claim-check.js';
import type { Envelope } from '../../domain/wire/envelope.js';
import { summarizeError } from '../../domain/base/errors.js';
import type { PendingRecord, RequestOutcome } from '../../domain/request/pending.js';
import type { Ports } from '../../domain/ports.js';
import { decodeData } from '../../message/message-type.js';
import { resumeWaiter, type ResumeServices } from './resume-waiter.js';

/** Ports and settings for messages that steps of workflows wait for. */
export interface AwaitServices extends ResumeServices {
  /** Steps of workflows that wait for messages. */
  readonly awaited: readonly Awaited[];
}

/**
 * Takes a message that steps of workflows may wait for: each that waits goes on with it. A step that has not come to its wait yet
 * finds the message later, as the end of the wait is kept. The first message of its kind counts.
 *
 * @throws LanewayError SCHEMA; UNAVAILABLE, to be repeated
 */
export async function takeAwaited(envelope: Envelope, services: AwaitServices): Promise<void> {
  const steps = stepsFor(envelope, services.awaited);
  if (steps.length === 0) return;
  const { topology, payloads, publishing } = services;
  const type = topology.types.get(envelope.type);
  if (!type) return;
  decodeData(type, await payloadOf(envelope, payloads), envelope.dataschema);
  const outcome: RequestOutcome = {
    ...{ state: 'replied', by: envelope.id, at: new Date(publishing.clock.now()).toISOString() },
    ...{ type: envelope.type, dataschema: envelope.dataschema },
    ...(envelope.dataref === undefined ? { data: envelope.data } : referenceIn(envelope)),
  };
  for (const { workflow, step, keyed } of steps) {
    const key = keyed ? envelope.subject : undefined;
    for (let round = 0; ; round++) {
      const id = awaitedId(workflow, step, envelope.correlationid, key, round);
      if ((await takeFor(id, envelope, outcome, services)) === 'taken') break;
    }
  }
}

/** Ports by which is seen that a message has come to the steps that wait for it. */
export interface TakenServices extends Pick<Ports, 'pending'> {
  /** Steps of workflows that wait for messages. */
  readonly awaited: readonly Awaited[];
}

/**
 * True when a message has come to every step that may wait for its type, or when there is none: each keeps what it took, early
 * messages included.
 * @throws LanewayError UNAVAILABLE
 */
export async function wasTaken(envelope: Envelope, { pending, awaited }: TakenServices): Promise<boolean> {
  for (const { workflow, step, keyed } of stepsFor(envelope, awaited)) {
    const key = keyed ? envelope.subject : undefined;
    for (let round = 0; ; round++) {
      const record = await pending.get(awaitedId(workflow, step, envelope.correlationid, key, round));
      if (record?.outcome === undefined) return false;
      if (record.outcome.state === 'replied') break;
    }
  }
  return true;
}

function stepsFor({ type, subject }: Envelope, awaited: readonly Awaited[]): readonly Awaited[] {
  return awaited.filter((step) => step.type === type && (!step.keyed || subject !== undefined));
}

/** @returns `over` when the wait had ended without a message: a retry of the execution may wait again */
async function takeFor(
  id: string,
  envelope: Envelope,
  outcome: RequestOutcome,
  services: AwaitServices,
): Promise<'taken' | 'over'> {
  const { pending } = services;
  let closed = await pending.close(id, outcome);
  if (closed.kind === 'unknown') {
    // The message is early: it is kept as an ended wait without a waiter. A step that opened the wait in the meantime
    // is told by closing it.
    const kept = await pending.open(early(id, envelope, outcome)).catch((error: unknown) => {
      // By a step that opened its wait; whatever else it is, the message is not kept yet and comes again.
      if (summarizeError(error).code === 'REFUSED') return 'repeated' as const;
      throw error;
    });
    if (kept === 'opened') return 'taken';
    closed = await pending.close(id, outcome);
  }
  if (closed.kind === 'won' && closed.record.waiter.kind === 'workflow')
    await resumeWaiter(closed.record, closed.record.outcome ?? outcome, services);
  return closed.kind === 'late' && closed.record.outcome?.state !== 'replied' ? 'over' : 'taken';
}

function early(requestId: string, envelope: Envelope, outcome: RequestOutcome): PendingRecord {
  return {
    ...{ requestId, correlationId: envelope.correlationid, messageId: envelope.id },
    ...{ type: `await ${envelope.type}`, replyType: envelope.type, deadline: envelope.expires, attempt: 1 },
    ...{ waiter: { kind: 'client' }, hops: envelope.hops, outcome },
  };
}
