import { cutText } from '../../domain/base/cut-text.js';
import { payloadAt } from '../../domain/delivery/claim-check.js';
import { LanewayError, summarizeError } from '../../domain/base/errors.js';
import type { Keep } from '../../domain/request/keep.js';
import { keptState } from '../../domain/execution/kept-state.js';
import type { Lineage } from '../../domain/delivery/lineage.js';
import type { PendingRecord, RequestOutcome, Waiter } from '../../domain/request/pending.js';
import type { Ports } from '../../domain/ports.js';
import { behindRequest } from '../../domain/request/request-lineage.js';
import { decodeData } from '../../message/message-type.js';
import { AgentFailed, TaskCompleted } from '../../message/system-messages.js';
import type { Topology } from '../../topology/topology.js';
import { compensate, undoAnswered, type CompensateServices } from './compensate.js';
import { tellProgress } from './tell-progress.js';

/** Characters of an error that an event about it has. */
const LONGEST_TEXT = 1_000;

/** For machines that were deployed before they declared the parts of a reply that they keep: they may look at anything. */
const ALL: Keep = { read: ['*'] };

/** Ports for telling the outcome of a request to its waiter. */
export interface ResumeServices extends CompensateServices, Pick<Ports, 'resumer' | 'ledger'> {
  readonly topology: Topology;
}

/**
 * Tells the outcome of a closed request: resumes the workflow that waits for it (clients poll the record, agents handle
 * the message itself) and writes the ledger's entry. A repetition repeats both, harmlessly.
 *
 * @returns whether a workflow waited for it; undefined where none does
 * @throws LanewayError UNAVAILABLE, to be repeated
 */
export async function resumeWaiter(
  record: PendingRecord,
  outcome: RequestOutcome,
  services: ResumeServices,
): Promise<'resumed' | 'gone' | undefined> {
  const { waiter } = record;
  let told: 'resumed' | 'gone' | undefined;
  // The waiter is told before the ledger is written, as nobody waits for the entry.
  if (waiter.kind === 'workflow') {
    told = await resume(record, waiter, outcome, services);
    await tellTask(record, waiter, outcome, services);
    // Its execution may have failed meanwhile: then what the reply tells of is undone as well.
    if (told === 'gone' && outcome.state === 'replied')
      await undoAnswered(waiter.execution, record.requestId, services);
  }
  await services.ledger.request({
    correlationId: record.correlationId,
    requestId: record.requestId,
    type: record.type,
    state: outcome.state,
    by: outcome.by,
    at: outcome.at,
  });
  if (waiter.kind === 'saga') await compensate(waiter.execution, services);
  return told;
}

/** Tells the subscribers of progress or failures of workflows the outcome of a step. A wait for a time is no task, and not told. */
async function tellTask(
  { requestId, type, holds, deadline, ...record }: PendingRecord,
  { execution, step }: Extract<Waiter, { kind: 'workflow' }>,
  outcome: RequestOutcome,
  services: ResumeServices,
): Promise<void> {
  if (holds === 'time') return;
  // Taken back as its execution has ended: no agent failed.
  if (outcome.state === 'failed' && outcome.error.code === 'CANCELLED') return;
  const lineage: Lineage = { ...behindRequest(record), causationId: outcome.by };
  const task = { execution, step, requestId, type };
  const key = `${execution} ${requestId}`;
  if (outcome.state === 'replied')
    return tellProgress(
      'workflow.progress',
      TaskCompleted,
      { data: { ...task, by: outcome.by }, key, lineage },
      services,
    );
  const { code, message } =
    outcome.state === 'failed'
      ? outcome.error
      : { code: 'REQUEST_TIMED_OUT', message: `${type} was not answered by ${deadline}` };
  const failure = { ...task, code, message: cutText(message, LONGEST_TEXT) };
  return tellProgress('workflow.failures', AgentFailed, { data: failure, key, lineage }, services);
}

async function resume(
  record: PendingRecord,
  { token, keep }: Extract<Waiter, { kind: 'workflow' }>,
  outcome: RequestOutcome,
  services: ResumeServices,
): Promise<'resumed' | 'gone'> {
  const { resumer, log } = services;
  const about = { request: record.requestId, type: record.type, correlation: record.correlationId };
  const told = (answer: 'resumed' | 'gone'): 'resumed' | 'gone' => {
    if (answer === 'gone') log.info('nobody waits for the request any more', about);
    return answer;
  };
  const fail = async (error: string, cause: string): Promise<'resumed' | 'gone'> => {
    log.info('a workflow is told that its request failed', { ...about, error });
    return told(await resumer.fail(token, error, cause));
  };
  if (outcome.state === 'timed-out') {
    return fail(
      'RequestTimedOut',
      `${record.type} was not answered by ${record.deadline} (request ${record.requestId})`,
    );
  }
  if (outcome.state === 'failed') return fail('RequestFailed', `${outcome.error.code}: ${outcome.error.message}`);
  let data: unknown;
  try {
    data =
      record.holds === undefined ? await replyData(outcome, keep ?? ALL, record.correlationId, services) : outcome.data;
  } catch (error) {
    const summary = summarizeError(error);
    if (summary.retryable) throw error;
    return fail('RequestFailed', `${summary.code}: ${summary.message}`);
  }
  return told(await resumer.succeed(token, { data }));
}

/** The kept parts of a reply's payload as a handler would see it: of the latest version of its type, defaults filled in. */
async function replyData(
  outcome: Extract<RequestOutcome, { state: 'replied' }>,
  keep: Keep,
  correlationId: string,
  { topology, payloads }: ResumeServices,
): Promise<unknown> {
  const payload = await payloadAt(outcome, payloads);
  const type = topology.types.get(outcome.type);
  if (!type) throw new LanewayError('UNKNOWN_TYPE', `'${topology.name}' has no message type ${outcome.type}`);
  const data: unknown = decodeData(type, payload, outcome.dataschema);
  return keptState({ type: outcome.type, data, correlationId }, keep, payloads);
}
