import { defined } from '../../domain/base/defined.js';
import { behindHandling, offPath } from '../../domain/delivery/lineage.js';
import { checkOrigin, decodeCopy, type Decoded } from '../../agent/receive/decode-copy.js';
import type { Log } from '../../agent/context.js';
import type { SeenPauses } from '../../agent/pause/seen-pauses.js';
import { payloadOf } from '../../domain/delivery/claim-check.js';
import { reasonOf } from '../../domain/delivery/dead-letter.js';
import {
  deliveryKeyOf,
  factsOf,
  isSettled,
  type DeliveryKey,
  type DeliveryRecord,
  type Outcome,
} from '../../domain/delivery/delivery.js';
import type { WorkflowInput } from '../../domain/execution/dispatch.js';
import { schemaUri, type Envelope } from '../../domain/wire/envelope.js';
import { LanewayError, summarizeError, type ErrorSummary } from '../../domain/base/errors.js';
import { executionName } from '../../domain/wire/execution-name.js';
import { derivedId, newId } from '../../domain/base/ids.js';
import { shielded } from '../../domain/execution/kept-state.js';
import { pausedDelay } from '../../domain/pause/pause.js';
import type { Clock } from '../../domain/base/clock.js';
import type { Ports } from '../../domain/ports.js';
import { decodeData, type MessageType } from '../../message/message-type.js';
import { MessageExpired, WorkflowRequested, WorkflowStarted } from '../../message/system-messages.js';
import { publishMessage, type Publishing } from '../../publishing/publish-message.js';
import type { Topology } from '../../topology/topology.js';
import type { QueuedCopy } from '../ingress/queued-copy.js';
import { startedBy } from './started-by.js';
import { checkStartSize } from '../../publishing/check-start-size.js';
import { checkRunaway } from '../../topology/check-runaway.js';

/** Ports and settings of the function that starts workflows. */
export interface StarterServices extends Pick<
  Ports,
  'clock' | 'deliveries' | 'payloads' | 'deadLetters' | 'starter' | 'openExecutions' | 'pauses'
> {
  readonly topology: Topology;
  readonly publishing: Publishing;
  readonly log: Log;
  /** Workflow name -> name of the type that starts it. */
  readonly starts: Readonly<Record<string, string>>;
  /** Pauses of channels as the process saw them last. */
  readonly seen: SeenPauses;
  /** A number in [0, 1), for jitter. */
  readonly random: () => number;
  /** Resolves when the next execution may be started. @throws LanewayError UNAVAILABLE when that is too late for this run */
  readonly pace?: () => Promise<void>;
}

/** Time from the start of an execution until supervision first looks for its end, milliseconds. */
export const FIRST_END_LOOK_MS = 600_000;

/** One delivery of a start message to one workflow. */
interface Start {
  readonly workflow: string;
  readonly envelope: Envelope;
  readonly key: DeliveryKey;
  readonly copy: QueuedCopy;
  readonly until: number;
}

/**
 * One copy of a message that starts workflows. Each workflow is a receiver (`workflow:<name>`) with its own delivery
 * item: leased, started under a name that follows from the message (the same again starts nothing), settled, and then
 * announced by `WorkflowStarted`. The copy that wrote the outcome announces again when it comes again. While Step Functions
 * refuses for now, throttled or away, the copy comes again, until the message expires. So it does while the message's channel is paused.
 *
 * @param until milliseconds since 1970 when the process may be ended; the lease lasts as long
 * @returns instant at which the copy is to come again, milliseconds since 1970
 * @throws LanewayError when some workflow could not be started yet; the copy then comes again
 */
export async function startWorkflows(
  copy: QueuedCopy,
  until: number,
  services: StarterServices,
): Promise<number | undefined> {
  let decoded: Decoded;
  try {
    decoded = decodeCopy(copy.body);
  } catch (error) {
    await bury({ copy, receiver: 'platform:starter' }, summarizeError(error), 1, services);
    return undefined;
  }
  const { envelope } = decoded;
  const workflows = startedBy(envelope, services.starts);
  if (workflows.length === 0) {
    const error = new LanewayError('NOT_CARRIED', `no workflow is started by ${envelope.type}`);
    await bury({ copy, receiver: 'platform:starter' }, summarizeError(error), 1, services);
    return undefined;
  }
  const again = await pausedUntil(envelope, copy, services);
  if (again !== undefined) return again;
  for (const workflow of workflows) {
    const key = deliveryKeyOf(envelope, `workflow:${workflow}`);
    await startOne(decoded, { workflow, envelope, key, copy, until }, services);
  }
  return undefined;
}

/** Instant at which the copy of a message comes again whose channel is paused, milliseconds since 1970; undefined for any other. */
async function pausedUntil(
  envelope: Envelope,
  { receives = 1 }: QueuedCopy,
  services: StarterServices,
): Promise<number | undefined> {
  const { clock, log, pauses, random, seen, topology } = services;
  const [now, expires] = [clock.now(), Date.parse(envelope.expires)];
  if (topology.model.channels[envelope.channel]?.system === true || expires <= now) return undefined;
  const pause = await seen.of(envelope.channel, pauses, now, (error) => {
    log.warn('the pauses of channels could not be read', { error: summarizeError(error).message });
  });
  return pause && now + pausedDelay(pause, { expires, receives }, now, random());
}

async function startOne(decoded: Decoded, start: Start, services: StarterServices): Promise<void> {
  const { clock, deliveries, topology } = services;
  const { envelope, key, copy } = start;
  const now = clock.now();
  let input: WorkflowInput;
  try {
    checkOrigin(decoded, topology.model);
    input = await inputOf(envelope, start.workflow, now, services);
  } catch (error) {
    const summary = summarizeError(error);
    if (summary.retryable) throw error;
    if (await isStarted(start, services)) return settleUnleased(start, outcome('completed', copy, clock), services);
    return refuse(start, summary, services);
  }
  const owner = newId();
  // Starting twice is harmless, so that a dead lease needs no caution: it may be taken over with neighbours around.
  const lease = await deliveries.lease(key, factsOf(envelope), {
    owner,
    now,
    until: Math.max(start.until, now + 1_000),
    alone: true,
  });
  if (lease.kind === 'settled') return tellOutcome(lease.record, start, services);
  if (lease.kind !== 'leased') throw startedByAnother();
  try {
    await services.pace?.();
    const name = executionName(start.workflow, input.message, input.generation);
    // Noted first: an execution that runs without a note ends unheard when its status event is lost.
    const open = { workflow: start.workflow, name, since: clock.now() };
    await services.openExecutions.note(open, open.since + FIRST_END_LOOK_MS);
    await services.starter.start(start.workflow, name, input);
  } catch (error) {
    const summary = summarizeError(error);
    if (summary.retryable) {
      // A service that refuses for now says nothing of the message: it comes again for as long as it is valid.
      await deliveries.release(key, owner, summary, clock.now());
      throw error;
    }
    await settle(start, owner, outcome('dead-lettered', copy, clock, summary), services);
    return bury({ copy, receiver: key.receiver }, summary, lease.tries, services);
  }
  await settle(start, owner, outcome('completed', copy, clock), services);
  await announce(start, services);
}

/** @throws LanewayError LEASE_LOST */
async function settle({ key }: Start, owner: string, outcome: Outcome, { deliveries }: StarterServices): Promise<void> {
  if ((await deliveries.settle(key, owner, outcome)) === 'lost')
    throw new LanewayError('LEASE_LOST', 'the lease was lost before the outcome was written');
}

/** @throws LanewayError EXPIRED, HOP_LIMIT, CYCLE, UNKNOWN_TYPE, SCHEMA, TOO_LARGE, NOT_FOUND */
async function inputOf(
  envelope: Envelope,
  workflow: string,
  now: number,
  services: StarterServices,
): Promise<WorkflowInput> {
  const { topology } = services;
  if (Date.parse(envelope.expires) <= now)
    throw new LanewayError('EXPIRED', `${envelope.type} expired at ${envelope.expires}`);
  checkRunaway(envelope, `workflow:${workflow}`, topology.model);
  const { type, data, asked } = await startOf(envelope, workflow, services);
  checkStartSize(type.name, data, [workflow]);
  const { id, source, time, correlationid, priority, hops, deadline, traceparent, tenant, actor, subject } = envelope;
  const { path } = behindHandling(envelope, `workflow:${workflow}`);
  return {
    message: {
      ...{ id, type: type.name, source, time, correlationid, priority, hops },
      // An earlier publisher may have sent an empty subject, which no message of the execution could carry.
      ...defined({ path, deadline, traceparent, tenant, actor, subject: subject === '' ? undefined : subject }),
      data,
      ...defined(asked?.start ?? {}),
    },
    generation: asked?.generation ?? 0,
    ...(asked?.parent ? { parent: asked.parent } : {}),
  };
}

/** The start message as its workflow takes it: itself, or what asks for the workflow by name. */
async function startOf(envelope: Envelope, workflow: string, { topology, payloads, starts }: StarterServices) {
  const typeOf = (name: string): MessageType => {
    const type = topology.types.get(name);
    if (!type) throw new LanewayError('UNKNOWN_TYPE', `'${topology.name}' has no message type ${name}`);
    return type;
  };
  const taken = (data: unknown) => shielded(data, envelope.correlationid, payloads);
  const payload = await payloadOf(envelope, payloads);
  if (envelope.type !== WorkflowRequested.name) {
    const type = typeOf(envelope.type);
    return { type, data: await taken(decodeData(type, payload, envelope.dataschema)) };
  }
  const asked = decodeData(WorkflowRequested, payload, envelope.dataschema);
  const type = typeOf(starts[workflow] ?? '');
  // What earlier generations were started with is as it came out of its schema then.
  const known = asked.start !== undefined && 'data' in asked.start;
  const data: unknown = known
    ? asked.start?.data
    : await taken(decodeData(type, asked.data, schemaUri(type.name, type.version)));
  return { type, data, asked };
}

/** The name of the execution that a message starts: of the start message that stands for it, if it asks for a retry. */
async function nameOf({ workflow, envelope }: Start, { payloads }: StarterServices): Promise<string> {
  if (envelope.type !== WorkflowRequested.name) return executionName(workflow, envelope);
  const asked = decodeData(WorkflowRequested, await payloadOf(envelope, payloads), envelope.dataschema);
  const { id, source } = { ...envelope, ...defined(asked.start ?? {}) };
  return executionName(workflow, { id, source }, asked.generation);
}

async function announce(start: Start, services: StarterServices): Promise<void> {
  const { workflow, envelope } = start;
  const execution = await nameOf(start, services);
  await publishMessage(
    services.publishing,
    WorkflowStarted,
    { workflow, execution, startedBy: envelope.id },
    { ...offPath(envelope), id: derivedId(WorkflowStarted.name, workflow, execution) },
  );
  services.log.info('a workflow was started', { workflow, execution, correlation: envelope.correlationid });
}

/**
 * Ends a delivery that cannot be started: expired ones as the channel's profile says, others as dead letters. The outcome
 * comes first, so that of several copies one writes the dead letter.
 */
async function refuse(start: Start, error: ErrorSummary, services: StarterServices): Promise<void> {
  const { topology, clock } = services;
  const onExpiry = topology.model.channels[start.envelope.channel]?.qos.onExpiry;
  const drop = error.code === 'EXPIRED' && onExpiry !== 'dead-letter';
  await settleUnleased(start, outcome(drop ? 'expired' : 'dead-lettered', start.copy, clock, error), services);
}

/** Writes and tells an outcome of what is no longer to be started. */
async function settleUnleased(start: Start, ended: Outcome, services: StarterServices): Promise<void> {
  const written = await services.deliveries.settleUnleased(start.key, factsOf(start.envelope), ended);
  if (written !== 'stored' && !isSettled(written.state)) throw startedByAnother();
  await tellOutcome(written === 'stored' ? { ...ended, tries: 1 } : written, start, services);
}

/**
 * An earlier try of this delivery can have started the execution and then failed to write so, until the message expired or
 * its type was gone. Step Functions knows. Nothing is asked where nothing was tried.
 *
 * @throws LanewayError UNAVAILABLE, to be repeated
 */
async function isStarted(start: Start, services: StarterServices): Promise<boolean> {
  const record = await services.deliveries.get(start.key);
  if (record === undefined || record.tries === 0 || isSettled(record.state)) return false;
  try {
    return await services.starter.exists(start.workflow, await nameOf(start, services));
  } catch (error) {
    if (summarizeError(error).retryable) throw error;
    // A request for a workflow that cannot be read any more has no name to look for, and is a dead letter.
    return false;
  }
}

/** Tells of an outcome. The copy that wrote it does so again when it comes again; any other is a duplicate. */
async function tellOutcome(
  record: Pick<DeliveryRecord, 'state' | 'copy' | 'error' | 'tries'>,
  start: Start,
  services: StarterServices,
): Promise<void> {
  const { copy, key } = start;
  if (record.copy !== copy.copy) return;
  if (record.state === 'completed') return announce(start, services);
  if (record.state === 'expired') return tellExpired(start, services);
  if (record.error) await bury({ copy, receiver: key.receiver }, record.error, Math.max(1, record.tries), services);
}

/** Tells of a start message that came too late, where its channel says so; the same again is the same message. */
async function tellExpired({ envelope, key }: Start, { publishing, topology, clock }: StarterServices): Promise<void> {
  const { type, id, channel, expires, time } = envelope;
  const { qos, system } = topology.model.channels[channel] ?? {};
  // What is told of a system message could itself expire, and be told of.
  if (qos?.onExpiry !== 'escalate' || system === true) return;
  await publishMessage(
    publishing,
    MessageExpired,
    { type, id, channel, receiver: key.receiver, expires, ageSeconds: (clock.now() - Date.parse(time)) / 1000 },
    { ...offPath(envelope), id: derivedId(MessageExpired.name, id, key.origin, key.receiver) },
  );
}

function startedByAnother(): LanewayError {
  return new LanewayError('LEASE_LOST', 'somebody else starts the workflow just now');
}

function outcome(
  state: 'completed' | 'expired' | 'dead-lettered',
  { copy }: QueuedCopy,
  clock: Clock,
  error?: ErrorSummary,
): Outcome {
  return { state, copy, at: clock.now(), emissions: [], ...defined({ error }) };
}

async function bury(
  { copy: { copy, body }, receiver }: { readonly copy: QueuedCopy; readonly receiver: string },
  error: ErrorSummary,
  tries: number,
  { deadLetters, clock, log }: StarterServices,
): Promise<void> {
  log.warn('a start message is refused', { copy, receiver, error: error.message });
  await deadLetters.send({
    laneway: 'dead-letter',
    receiver,
    copy,
    reason: reasonOf(error),
    error,
    tries,
    at: new Date(clock.now()).toISOString(),
    body,
  });
}
