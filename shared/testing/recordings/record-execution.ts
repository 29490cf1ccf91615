import { defined } from '../../domain/base/defined.js';
import { payloadAt, withoutPayload } from '../../domain/delivery/claim-check.js';
import type { Dispatch, WorkflowInput } from '../../domain/execution/dispatch.js';
import { LanewayError } from '../../domain/base/errors.js';
import type { ExecutionDetail, ExecutionFinder } from '../../domain/execution/executions.js';
import { restoredOrDescribed } from '../../domain/execution/kept-state.js';
import type { PendingRecord, RequestOutcome } from '../../domain/request/pending.js';
import type { PayloadStore } from '../../domain/wire/payload-store.js';
import type { Ports } from '../../domain/ports.js';
import type { Topology } from '../../topology/topology.js';
import type { AslDefinition } from '../../workflow/compile/asl.js';
import type { RecordedExecution, RecordedStep } from './recorded-execution.js';
import { loadJsonata } from '../asl/run-asl.js';
import { walkExecution, type WalkedStep } from './walk-execution.js';

/** Stores and the topology that {@link recordExecution} reads; it writes to none of them. */
export interface RecordServices {
  /** Topology that the executions run by. */
  readonly topology: Topology;
  readonly executions: ExecutionFinder & {
    /** The definition that an execution was started with. */
    definition(workflow: string, execution: string): Promise<unknown>;
  };
  readonly pending: Pick<Ports['pending'], 'get'>;
  readonly sagas: Pick<Ports['sagas'], 'find'>;
  readonly payloads: Pick<Ports['payloads'], 'get'>;
}

/**
 * Records an execution: it is walked through the definition that it was started with, by the records of its requests, so that
 * elements of maps and keys of awaited messages are found as well. Task tokens are no part of it.
 *
 * @returns undefined for one that no message of Laneway started
 * @throws LanewayError NOT_FOUND when there is no such execution, or a payload is stored no longer; CONFIGURATION without the package
 * `jsonata`; UNAVAILABLE
 */
export async function recordExecution(
  workflow: string,
  name: string,
  services: RecordServices,
): Promise<RecordedExecution | undefined> {
  const { executions, payloads, topology } = services;
  const execution = await executions.find(workflow, name);
  if (!execution) throw new LanewayError('NOT_FOUND', `there is no execution '${name}' of '${workflow}'`);
  if (!isInput(execution.input)) return undefined;
  const { input: given, output, status, startedAt, endedAt, error, cause } = execution;
  const { message } = given;
  const read = (value: unknown) => restoredOrDescribed(value, message.correlationid, payloads);
  const { steps } = await walkExecution({
    ...{ topology, execution: name, input: given, payloads, sagas: services.sagas },
    definition: (await executions.definition(workflow, name)) as AslDefinition,
    evaluate: await loadJsonata(),
    known: (requestId) => services.pending.get(requestId),
  });
  return {
    ...{ laneway: 'execution', version: 1, application: topology.name, workflow, execution: name, status, startedAt },
    ...defined({ endedAt }),
    input: { ...given, message: { ...message, data: await read(message.data) } },
    steps: await Promise.all(steps.map((step) => recordedStep(asItEnded(step, execution), payloads))),
    ...(output === undefined ? {} : { output: await read(output) }),
    ...defined({ error, cause }),
  };
}

/** Milliseconds at most that the clocks of a function and of Step Functions may be apart. */
const CLOCKS_APART_MS = 1_000;

/** A step without the outcome that its request came to after the execution had failed or was ended: it did not go by that. */
function asItEnded(walked: WalkedStep, { status, endedAt }: ExecutionDetail): WalkedStep {
  const { outcome, ...open } = walked.record ?? {};
  if (!walked.record || !outcome || endedAt === undefined || status === 'succeeded') return walked;
  if (Date.parse(outcome.at) <= Date.parse(endedAt) + CLOCKS_APART_MS) return walked;
  return { ...walked, record: open as PendingRecord };
}

async function recordedStep(
  { dispatch, record, answer, refused }: WalkedStep,
  payloads: Pick<PayloadStore, 'get'>,
): Promise<RecordedStep> {
  const { step, index, kind } = dispatch;
  const type = dispatchedType(dispatch);
  const key = kind === 'receive' ? dispatch.key : undefined;
  const passed = kind === 'wait' && !record && answer?.ok === true && refused === undefined;
  const outcome = record?.outcome ?? (passed ? timeCame(answer.at) : undefined);
  return {
    ...{ step, kind },
    ...defined({ index, type, key }),
    ...(outcome === undefined ? {} : { outcome: await inFull(outcome, payloads) }),
  };
}

/** Message type that a step sends or waits for; for `run` the workflow. Undefined for a step that waits for a time or for people. */
export function dispatchedType(dispatch: Dispatch): string | undefined {
  if (dispatch.kind === 'run') return dispatch.runs;
  return 'type' in dispatch ? dispatch.type : undefined;
}

function timeCame(at: string): RequestOutcome {
  return { state: 'replied', by: 'time', at, type: '', dataschema: '', data: null };
}

async function inFull(outcome: RequestOutcome, payloads: Pick<PayloadStore, 'get'>): Promise<RequestOutcome> {
  if (outcome.state !== 'replied' || outcome.dataref === undefined) return outcome;
  return { ...withoutPayload(outcome), data: await payloadAt(outcome, payloads) };
}

function isInput(input: unknown): input is WorkflowInput {
  const { message } = (input ?? {}) as { readonly message?: { readonly correlationid?: unknown } };
  return typeof message?.correlationid === 'string';
}
