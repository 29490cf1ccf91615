import { sourceOf, schemaUri, type Envelope } from '../../../shared/domain/wire/envelope.js';
import { newId } from '../../../shared/domain/base/ids.js';
import type { Waiter } from '../../../shared/domain/request/pending.js';
import type { EscalationEntry } from '../../../shared/domain/evidence/ledger-writer.js';
import { closeRequest } from '../../../shared/platform/requests/close-request.js';
import { fireTimer, type TimerServices } from '../../../shared/platform/requests/fire-timer.js';
import { publishMessage } from '../../../shared/publishing/publish-message.js';
import { Answered, Ask, enquiries } from '../applications/enquiry-topology.js';
import { overTheBus, platformWorld, type PlatformStand } from './platform-world.js';

/** A request that has been asked, and what its test needs. */
export interface Enquiry {
  readonly world: PlatformStand;
  readonly requestId: string;
  readonly correlationId: string;
}

/** Asks a question of the enquiries, as a client unless somebody else waits. */
export async function enquiry(waiter: Waiter = { kind: 'client' }, seconds = 300): Promise<Enquiry> {
  const world = platformWorld(enquiries);
  if (waiter.kind === 'workflow') world.wait(waiter.token);
  const { requestId = '', correlationId } = await publishMessage(
    world.publishingAs('client', 'counter'),
    Ask,
    { question: 'why' },
    { priority: 'high', deadline: `${seconds} seconds`, waiter },
  );
  return { world, requestId, correlationId };
}

export async function recordOf({ world, requestId }: Enquiry) {
  const record = await world.pending.get(requestId);
  if (!record) throw new Error('the request is not there');
  return record;
}

/** Fires the request's timer at its deadline; over `services` when some of them are to fail. */
export async function fire(asked: Enquiry, services: TimerServices = asked.world): Promise<void> {
  const { deadline } = await recordOf(asked);
  asked.world.clock.advanceTo(Math.max(asked.world.clock.now(), Date.parse(deadline)));
  await fireTimer({ requestId: asked.requestId, at: asked.world.clock.now() }, services);
}

/** Fires timers until attempt `attempt` is out. */
export async function fireUntil(asked: Enquiry, attempt: number): Promise<void> {
  for (;;) {
    const record = await recordOf(asked);
    if (record.outcome || (record.attempt === attempt && record.climb?.phase === 'asked')) return;
    await fire(asked);
  }
}

/** The command messages of the request, each once, in the order of their attempts. */
export function commandsOf({ world }: Enquiry): Envelope[] {
  const byId = new Map(world.ofType('Ask').map((envelope) => [envelope.id, envelope]));
  return [...byId.values()].sort((a, b) => a.attempt - b.attempt);
}

/** An agent's message about a request, as the replies function gets it. */
export function replyOverTheBus(command: Envelope, by: string, own: Partial<Envelope> = {}): string {
  return overTheBus({
    ...command,
    id: newId(),
    source: sourceOf(enquiries.name, 'agent', by),
    type: Answered.name,
    dataschema: schemaUri(Answered.name, 1),
    data: { question: 'why', by },
    causationid: command.id,
    replyto: undefined,
    receiver: undefined,
    channel: 'enquiry.answers',
    priority: 'normal',
    hops: command.hops + 1,
    attempt: 1,
    ...own,
  });
}

/** `RequestFailed` of a command's dead letter. */
export function failureOf(command: Envelope, code = 'HANDLER', own: Partial<Envelope> = {}): string {
  const { requestid: requestId, type, attempt } = command;
  return replyOverTheBus(command, 'sage', {
    source: sourceOf(enquiries.name, 'platform', 'dead-letters'),
    type: 'RequestFailed',
    dataschema: schemaUri('RequestFailed', 1),
    data: { requestId, type, code, message: 'it broke', attempt },
    channel: 'system.attempts',
    ...own,
  });
}

export async function hear({ world }: Enquiry, body: string): Promise<void> {
  await closeRequest({ copy: newId(), body }, world);
}

/** Rungs in the ledger, by step. */
export async function recordedRungs({ world, correlationId }: Enquiry): Promise<EscalationEntry[]> {
  const entries = await world.ledger.conversation(correlationId);
  return entries.flatMap((entry) => (entry.kind === 'escalation' ? [entry.escalation] : []));
}

/** States of the request in the ledger. */
export async function statesOf({ world, correlationId }: Enquiry): Promise<string[]> {
  const entries = await world.ledger.conversation(correlationId);
  return entries.flatMap((entry) => (entry.kind === 'request' ? [entry.request.state] : [])).sort();
}
