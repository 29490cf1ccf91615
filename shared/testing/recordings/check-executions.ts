import { defined } from '../../domain/base/defined.js';
import type { Dispatch, WorkflowInput } from '../../domain/execution/dispatch.js';
import { awaitedId } from '../../domain/request/awaited.js';
import { schemaUri } from '../../domain/wire/envelope.js';
import { LanewayError, type ErrorSummary } from '../../domain/base/errors.js';
import type { ExecutionStatus } from '../../domain/execution/executions.js';
import type { PendingRecord } from '../../domain/request/pending.js';
import { idsOf } from '../../domain/execution/step-ids.js';
import { decodeData, type MessageType } from '../../message/message-type.js';
import { ApprovalDecided } from '../../message/system-messages.js';
import type { Topology } from '../../topology/topology.js';
import type { AslDefinition } from '../../workflow/compile/asl.js';
import { findingsOf, type ExecutionFinding } from './execution-findings.js';
import type { RecordedExecution, RecordedStep } from './recorded-execution.js';
import { loadJsonata, type Evaluate } from '../asl/run-asl.js';
import { walkExecution } from './walk-execution.js';

/** A workflow to be checked, as `defineWorkflow` returns it. */
export interface CheckedWorkflow {
  /** Name of the workflow. */
  readonly name: string;
  /** Compiled form of the workflow (Amazon States Language). */
  readonly asl: AslDefinition;
}

/** Result of the check of one recorded execution against the code as it is now. */
export interface ExecutionCheck {
  /** Name of its workflow. */
  readonly workflow: string;
  /** Name of the execution. */
  readonly execution: string;
  /** Status that was recorded. */
  readonly status: ExecutionStatus;
  /**
   * `same`: the same way through, with nothing to say. `noted`: the same as far as it came, and then new steps. `differs`: another way
   * than recorded. `breaks`: it would fail.
   */
  readonly verdict: 'same' | 'noted' | 'differs' | 'breaks';
  /** Findings about it; empty for the verdict `same`. */
  readonly findings: readonly ExecutionFinding[];
}

/** Options of {@link checkExecutions}. */
export interface CheckOptions {
  /** Called before each recording, with the number of those that are done. */
  readonly progress?: (done: number, execution: string) => void;
}

/**
 * Runs recorded executions through workflows as they are now: each with its recorded start payload, each step answered by its recorded
 * reply, found by the step's name and the element of its map. Steps go through the dispatcher and are held against the topology and
 * the schemas; replies and start payloads of earlier versions are upgraded as those of messages are. Nothing is sent, no agent runs, and
 * neither an engine nor credentials are needed. An execution that comes to a step without a recorded reply stops there.
 *
 * A retry (`laneway workflow retry`) takes the start payload as it was, without upgrading it.
 *
 * @param recordings as `readRecordings` returns them
 * @returns one for each recording, in their order
 * @throws LanewayError CONFIGURATION without the package `jsonata`, INVALID_WORKFLOW for a definition that is none
 */
export async function checkExecutions(
  topology: Topology,
  workflows: readonly CheckedWorkflow[],
  recordings: readonly RecordedExecution[],
  { progress }: CheckOptions = {},
): Promise<ExecutionCheck[]> {
  const evaluate = await loadJsonata();
  const checks: ExecutionCheck[] = [];
  for (const [done, recorded] of recordings.entries()) {
    progress?.(done, recorded.execution);
    const { workflow, execution, status } = recorded;
    const findings = await findingsFor(recorded, { topology, workflows, evaluate });
    checks.push({ workflow, execution, status, verdict: verdictOf(findings), findings });
  }
  return checks;
}

function verdictOf(findings: readonly ExecutionFinding[]): ExecutionCheck['verdict'] {
  const levels = new Set(findings.map(({ level }) => level));
  return levels.has('breaks') ? 'breaks' : levels.has('differs') ? 'differs' : levels.has('note') ? 'noted' : 'same';
}

interface Code {
  readonly topology: Topology;
  readonly workflows: readonly CheckedWorkflow[];
  readonly evaluate: Evaluate;
}

async function findingsFor(recorded: RecordedExecution, code: Code): Promise<ExecutionFinding[]> {
  const { topology, workflows, evaluate } = code;
  const definition = workflows.find(({ name }) => name === recorded.workflow)?.asl;
  if (!definition) {
    const todo = `keep the workflow until its executions have ended; there are: ${workflows.map(({ name }) => name).join(', ') || '(none)'}`;
    return [
      { kind: 'workflow-gone', level: 'breaks', what: `there is no workflow '${recorded.workflow}' any more`, todo },
    ];
  }
  const start = startOf(recorded, topology);
  // Time is no matter of code: what could be sent then can be sent now.
  const { deadline: _passed, ...message } = recorded.input.message;
  const input: WorkflowInput = {
    ...recorded.input,
    message: { ...message, data: start.data },
    // What earlier generations were answered is recorded as this one's.
    generation: 0,
  };
  const records = recordsOf(recorded);
  const walk = await walkExecution({
    ...{ topology, definition, input, evaluate, execution: recorded.execution },
    known: (requestId) => Promise.resolve(records.get(requestId)),
    unlike: (dispatch, record) => unlike(dispatch, record, topology),
    impossible: (dispatch) => runsNothing(dispatch, workflows),
  });
  return [...start.findings, ...findingsOf(recorded, walk, definition)];
}

/** The payload of the start message as one that comes now would be read: of whichever version accepts it, the latest first. */
function startOf(
  { input, workflow }: RecordedExecution,
  topology: Topology,
): { readonly data: unknown; readonly findings: readonly ExecutionFinding[] } {
  const { type: name, data } = input.message;
  const type = topology.types.get(name);
  const refused = (what: string, todo: string) => ({
    ...{ data, findings: [{ kind: 'start-refused' as const, level: 'breaks' as const, what, todo }] },
  });
  if (!type) {
    const todo = `keep ${name}, or end what was started by it first`;
    return refused(`'${topology.name}' has no message type ${name}, which started '${workflow}'`, todo);
  }
  const versions = [type.version, ...type.accepts.map(({ version }) => version).sort((a, b) => b - a)];
  let why = '';
  for (const version of versions) {
    try {
      return { data: decodeData(type, data, schemaUri(name, version)), findings: [] };
    } catch (error) {
      if (!(error instanceof LanewayError)) throw error;
      why ||= error.message.split('\n')[0] ?? '';
    }
  }
  return refused(why, `raise the version of ${name}, and list the one that was recorded with older(...)`);
}

/** The requests of the recorded steps, by the ids that steps of these names have in an execution of this name. */
function recordsOf({ workflow, execution, input, steps }: RecordedExecution): Map<string, PendingRecord> {
  const { correlationid, hops } = input.message;
  return new Map(
    steps.flatMap((one): [string, PendingRecord][] => {
      const { step, index, kind, key, outcome } = one;
      if (kind === 'publish') return [];
      const place = { workflow, execution, step, ...defined({ index }) };
      const { messageId, requestId: own } = idsOf(place);
      const requestId = kind === 'receive' ? awaitedId(workflow, step, correlationid, key) : own;
      const record: PendingRecord = {
        ...{ requestId, messageId, correlationId: correlationid, hops, attempt: 1 },
        ...kindOf(one),
        replyType: outcome?.state === 'replied' ? outcome.type : '',
        deadline: outcome?.at ?? input.message.time,
        waiter: { kind: 'workflow', token: '', execution, step, ...defined({ index }) },
        ...defined({ outcome }),
      };
      return [[requestId, record]];
    }),
  );
}

function kindOf({ kind, type = '' }: RecordedStep): Pick<PendingRecord, 'type' | 'holds'> {
  if (kind === 'wait') return { type: 'wait', holds: 'time' };
  if (kind === 'run') return { type: `workflow:${type}`, holds: 'workflow' };
  return { type: kind === 'receive' ? `await ${type}` : kind === 'approval' ? 'approval' : type };
}

/** Reason why the step as it is now could not be answered by a recorded request; undefined when it could. */
function unlike(dispatch: Dispatch, { holds, type, outcome }: PendingRecord, topology: Topology): string | undefined {
  if (dispatch.kind === 'wait' || dispatch.kind === 'run') {
    const wanted = dispatch.kind === 'wait' ? 'wait' : `workflow:${dispatch.runs}`;
    return type === wanted ? undefined : `it waits for ${wanted} now, and what is recorded is of ${type}`;
  }
  if (outcome?.state !== 'replied') return undefined;
  const wanted = replyOf(dispatch, topology);
  if (holds === undefined && (wanted === undefined || wanted === outcome.type)) return undefined;
  return `it waits for ${wanted ?? dispatch.kind} now, and the recorded reply is ${outcome.type || type}`;
}

function replyOf(dispatch: Dispatch, { types }: Topology): string | undefined {
  if (dispatch.kind === 'approval') return ApprovalDecided.name;
  if (dispatch.kind === 'receive') return dispatch.type;
  const type: MessageType | undefined = dispatch.kind === 'request' ? types.get(dispatch.type) : undefined;
  return type?.kind === 'command' ? type.reply?.name : undefined;
}

function runsNothing(dispatch: Dispatch, workflows: readonly CheckedWorkflow[]): ErrorSummary | undefined {
  if (dispatch.kind !== 'run' || workflows.some(({ name }) => name === dispatch.runs)) return undefined;
  const message = `step '${dispatch.step}' runs ${dispatch.runs}, which is gone`;
  return { name: 'LanewayError', code: 'INVALID_WORKFLOW', message, retryable: false };
}
