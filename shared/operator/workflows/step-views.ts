import { defined } from '../../domain/base/defined.js';
import { awaitedId } from '../../domain/request/awaited.js';
import type { LedgerEntry } from '../../domain/evidence/conversation.js';
import type { DeliveryRecord } from '../../domain/delivery/delivery.js';
import { executionName } from '../../domain/wire/execution-name.js';
import type { ExecutionDetail, StateVisits } from '../../domain/execution/executions.js';
import type { PendingRecord } from '../../domain/request/pending.js';
import { idsOf } from '../../domain/execution/step-ids.js';
import { fieldText, type DispatcherCall } from '../../workflow/compile/calls-in.js';
import type { ExecutionInput, WorkflowServices } from './workflow-services.js';

/** State of a step. `answered`: it ended badly, and the workflow went on with the value given for that. */
export type StepState = 'not reached' | 'entered' | 'waiting' | 'done' | 'answered' | 'failed';

/** One step of an execution that sends a message or waits; of a map one for each element that has come to it. */
export interface StepView {
  readonly step: string;
  readonly kind: string;
  readonly index?: string;
  readonly state: StepState;
  /** Message type that it sends or receives, or workflow that it runs. */
  readonly what?: string;
  /** The one who is waited for: an agent, people, a message, another workflow, a time. */
  readonly waitsFor?: string;
  readonly until?: string;
  /** Attempt of the request, from 1; only where a ladder declares further ones. */
  readonly attempt?: number;
  /** The attempt begins at `until`. */
  readonly pausing?: true;
  /** 0 to 100, as the agent noted it last. */
  readonly percent?: number;
  readonly note?: string;
  readonly requestId?: string;
  readonly messageId?: string;
  /** An earlier generation did it. */
  readonly takenOver?: true;
  readonly error?: string;
}

/** Facts about an execution that the views of its steps are made of. */
export interface StepFacts {
  readonly execution: ExecutionDetail;
  readonly input: ExecutionInput;
  readonly calls: readonly DispatcherCall[];
  readonly visits: Readonly<Record<string, StateVisits>>;
  readonly entries: readonly LedgerEntry[];
}

/** The record of a step, and whether it is of an earlier generation. */
interface Found {
  readonly record: PendingRecord;
  readonly takenOver: boolean;
}

/** Elements of a map that are looked for when the engine does not tell how many there were. */
const MOST_ELEMENTS = 40;

/** The steps of an execution in the order of its definition. Elements of maps within maps are counted, not listed. */
export async function stepViews(facts: StepFacts, services: WorkflowServices): Promise<StepView[]> {
  const views = await Promise.all(facts.calls.map((call) => viewsOf(call, facts, services)));
  return views.flat();
}

async function viewsOf(call: DispatcherCall, facts: StepFacts, services: WorkflowServices): Promise<StepView[]> {
  if (call.depth !== 1) return [await viewOf(call, undefined, facts, services)];
  const most = facts.visits[call.state]?.entered ?? MOST_ELEMENTS;
  const all = await Promise.all(
    Array.from({ length: Math.max(most, 1) }, (_, index) => viewOf(call, String(index), facts, services)),
  );
  const reached = all.filter(({ state }) => state !== 'not reached' && state !== 'entered');
  const whole = await viewOf(call, undefined, facts, services);
  if (reached.length === 0) return [whole];
  // An element at which the dispatcher itself failed has left no record.
  return whole.state === 'failed' && !reached.some(({ state }) => state === 'failed') ? [...reached, whole] : reached;
}

async function viewOf(
  call: DispatcherCall,
  index: string | undefined,
  facts: StepFacts,
  services: WorkflowServices,
): Promise<StepView> {
  const { payload, state } = call;
  const what = [payload['type'], payload['runs']].find((one) => typeof one === 'string');
  const about = {
    ...{ step: state, kind: fieldText(payload, 'kind') },
    ...defined({ index }),
    ...(typeof what === 'string' ? { what } : {}),
  };
  const found = await recordOf(call, index, facts, services);
  if (!found) return { ...about, ...withoutRecord(call, index, facts) };
  const { record, takenOver } = found;
  const { requestId, messageId, outcome } = record;
  const ids = { requestId, messageId, ...(takenOver ? { takenOver: true as const } : {}) };
  if (!outcome) return { ...about, ...ids, ...openStep(record, facts, services) };
  if (outcome.state === 'replied') return { ...about, ...ids, state: 'done' };
  const ending = outcome.state === 'timed-out' ? 'RequestTimedOut' : 'RequestFailed';
  const error =
    outcome.state === 'failed' ? `${outcome.error.code}: ${outcome.error.message}` : `no answer by ${record.deadline}`;
  const settles = call.task.Catch?.some(({ ErrorEquals }) => ErrorEquals.includes(ending)) === true;
  return { ...about, ...ids, state: settles ? 'answered' : 'failed', error };
}

/** The step's record, of this generation or of one before. */
async function recordOf(
  { payload, state }: DispatcherCall,
  index: string | undefined,
  { execution, input }: StepFacts,
  { pending }: WorkflowServices,
): Promise<Found | undefined> {
  const { workflow } = execution;
  const { message, generation } = input;
  if (payload['kind'] === 'publish') return undefined;
  if (payload['kind'] === 'receive') {
    // With a key, which only the execution knows, the record cannot be found from here.
    for (let round = generation; round >= 0; round--) {
      const record = await pending.get(awaitedId(workflow, state, message.correlationid, undefined, round));
      if (record) return { record, takenOver: false };
    }
    return undefined;
  }
  for (let earlier = generation; earlier >= 0; earlier--) {
    const place = { workflow, execution: executionName(workflow, message, earlier), step: state };
    const { requestId } = idsOf(index === undefined ? place : { ...place, index });
    const record = await pending.get(requestId);
    const own = record?.waiter.kind === 'workflow' && record.waiter.execution === execution.name;
    if (record && (earlier === generation || own || record.outcome?.state === 'replied'))
      return { record, takenOver: earlier !== generation };
  }
  return undefined;
}

function withoutRecord(
  { payload, state }: DispatcherCall,
  index: string | undefined,
  { execution, input, visits, entries }: StepFacts,
): Pick<StepView, 'state' | 'messageId' | 'error'> {
  if (payload['kind'] === 'publish') {
    const place = {
      workflow: execution.workflow,
      execution: executionName(execution.workflow, input.message),
      step: state,
    };
    const { messageId } = idsOf(index === undefined ? place : { ...place, index });
    if (entries.some((entry) => entry.kind === 'message' && entry.intent.envelope.id === messageId))
      return { state: 'done', messageId };
  }
  const { entered = 0, exited = 0 } = visits[state] ?? {};
  if (entered === 0 || index !== undefined) return { state: 'not reached' };
  if (entered <= exited) return { state: 'done' };
  if (execution.status === 'running') return { state: 'entered' };
  return {
    state: 'failed',
    error: `${execution.error ?? execution.status}${execution.cause === undefined ? '' : `: ${execution.cause}`}`,
  };
}

/** State of an open step: the agent or people that it waits for, and their progress. */
function openStep(
  record: PendingRecord,
  { execution, entries }: StepFacts,
  { topology }: WorkflowServices,
): Pick<StepView, 'state' | 'waitsFor' | 'until' | 'attempt' | 'pausing' | 'percent' | 'note'> {
  const { approval, attempt, holds, climb, receiver, deadline, type, messageId } = record;
  const delivery = entries.flatMap((entry): DeliveryRecord[] =>
    entry.kind === 'delivery' && entry.delivery.messageId === messageId ? [entry.delivery] : [],
  );
  const working = delivery.find(({ state }) => state === 'leased') ?? delivery[0];
  const able = Object.values(topology.model.agents).filter(({ handles }) => handles.includes(type));
  const agent = climb?.receiver ?? receiver ?? working?.receiver ?? able.map(({ id }) => id).join(' or ');
  const waitsFor = approval
    ? approval.approvers
    : holds === 'time'
      ? 'a time'
      : holds === 'workflow' || type.startsWith('await ')
        ? type.replace(/^await /, 'message ').replace(/^workflow:/, 'workflow ')
        : climb && climb.rung >= 0 && climb.receiver === undefined
          ? 'a person'
          : agent;
  const { progress } = working ?? {};
  return {
    // The request of an execution that has ended stays open until its own end; nobody waits for it.
    state: execution.status === 'running' ? 'waiting' : 'entered',
    waitsFor,
    until: deadline,
    ...(climb === undefined ? {} : { attempt }),
    ...(climb?.phase === 'pausing' ? { pausing: true as const } : {}),
    ...(progress === undefined ? {} : { percent: Math.round(progress.fraction * 100) }),
    ...(progress?.note === undefined ? {} : { note: progress.note }),
  };
}
