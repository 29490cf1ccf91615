import { setImmediate } from 'node:timers';
import { payloadAt } from '../../domain/delivery/claim-check.js';
import type { Dispatch, DispatchReceive, WorkflowInput } from '../../domain/execution/dispatch.js';
import { LanewayError, summarizeError, type ErrorSummary } from '../../domain/base/errors.js';
import { fillTemplate } from '../../domain/base/fill-template.js';
import { newId } from '../../domain/base/ids.js';
import { instantOf } from '../../domain/base/iso-time.js';
import { restored } from '../../domain/execution/kept-state.js';
import type { PendingRecord } from '../../domain/request/pending.js';
import type { PayloadStore } from '../../domain/wire/payload-store.js';
import type { SagaStore } from '../../domain/execution/saga.js';
import { idsOf } from '../../domain/execution/step-ids.js';
import { asLatest, decodeData } from '../../message/message-type.js';
import { dispatchStep } from '../../platform/workflows/dispatch-step.js';
import { takenOver, waitOf } from '../../platform/workflows/earlier-generations.js';
import type { Topology } from '../../topology/topology.js';
import type { AslDefinition } from '../../workflow/compile/asl.js';
import { AslFailure } from '../asl/asl-failure.js';
import type { TokenAnswer } from '../memory/memory-workflows.js';
import { runAsl, type Evaluate } from '../asl/run-asl.js';
import {
  NO_INTENTS,
  NO_LEDGER,
  PayloadsOver,
  PendingAsKnown,
  SagasOver,
  sendersToNowhere,
  SILENT_LOG,
} from './walk-ports.js';

/** Inputs of {@link walkExecution}. */
export interface WalkParts {
  readonly topology: Topology;
  readonly definition: AslDefinition;
  /** Name of the execution. */
  readonly execution: string;
  readonly input: WorkflowInput;
  readonly evaluate: Evaluate;
  /** The record of a request, with how it ended. */
  readonly known: (requestId: string) => Promise<PendingRecord | undefined>;
  /** Reason why this step could not be answered by a record; undefined when it could. */
  readonly unlike?: (dispatch: Dispatch, record: PendingRecord) => string | undefined;
  /** Error for a step that cannot be made, besides those that the dispatcher itself finds; undefined when it can. */
  readonly impossible?: (dispatch: Dispatch) => ErrorSummary | undefined;
  readonly sagas?: Pick<SagaStore, 'find'>;
  readonly payloads?: Pick<PayloadStore, 'get'>;
}

/** A step that was reached. */
export interface WalkedStep {
  readonly dispatch: Dispatch;
  /** Known record of its request, used or not. */
  record?: PendingRecord;
  /** Reason why the record could not be used: the step waits. */
  unlike?: string;
  /** Error by which the dispatcher could not make it. */
  refused?: ErrorSummary;
  /** Error by which the command that undoes it could not be sent, should the execution fail after it. */
  undoRefused?: ErrorSummary;
  /** Answer to its token, and the time of the answer (ISO 8601); absent while it waits. */
  answer?: TokenAnswer & { readonly at: string };
}

/** End of a walk: of the execution, or the wait for something that is not known. */
export type WalkEnd =
  | { readonly kind: 'completed'; readonly output: unknown }
  | { readonly kind: 'failed'; readonly error: string; readonly cause: string; readonly state?: string }
  | { readonly kind: 'waiting' };

/** An execution from its start to where nothing more is known. */
export interface Walk {
  /** Steps in the order in which they were reached. */
  readonly steps: readonly WalkedStep[];
  readonly end: WalkEnd;
}

/**
 * Walks an execution through a definition: each state is interpreted, each step goes through the dispatcher, as deployed, and is
 * answered by the known record of its request, in the order of the answers' times. Nothing is sent or written, no agent runs. A step
 * without a known record waits. A wait for a time has its answer once no earlier one is left.
 *
 * @throws LanewayError INVALID_WORKFLOW for a definition that is none; UNAVAILABLE where a record could not be read
 */
export function walkExecution(parts: WalkParts): Promise<Walk> {
  return new Walker(parts).walk();
}

interface Due {
  readonly at: string;
  readonly release: () => void;
}

class Walker {
  readonly #parts: WalkParts;
  readonly #payloads: PayloadsOver;
  readonly #sagas: SagasOver;
  readonly #steps = new Map<string, WalkedStep>();
  readonly #running = new Set<Promise<void>>();
  readonly #waiting = new Map<string, (answer: TokenAnswer) => void>();
  #due: Due[] = [];
  #now: number;

  constructor(parts: WalkParts) {
    this.#parts = parts;
    this.#payloads = new PayloadsOver(parts.payloads);
    this.#sagas = new SagasOver(parts.sagas);
    this.#now = Date.parse(parts.input.message.time);
  }

  async walk(): Promise<Walk> {
    const { definition, execution, input, evaluate } = this.#parts;
    let end: WalkEnd | undefined;
    let fault: { readonly error: unknown } | undefined;
    const host = {
      ...{ name: execution, input, newToken: newId },
      dispatch: (payload: unknown) => this.#dispatch(payload as Dispatch),
      answerTo: (token: string) => new Promise<TokenAnswer>((resolve) => this.#waiting.set(token, resolve)),
      forget: (token: string) => void this.#waiting.delete(token),
      sleep: () => Promise.resolve(),
      random: () => 0,
    };
    runAsl(definition, host, evaluate).then(
      (output) => (end = { kind: 'completed', output }),
      (error: unknown) => {
        if (!(error instanceof AslFailure)) fault = { error };
        else end = { kind: 'failed', error: error.error, cause: error.detail, ...stateOf(error) };
      },
    );
    for (;;) {
      await this.#rest();
      if (fault) throw fault.error;
      const next = end === undefined ? this.#next() : undefined;
      if (next === undefined) return { steps: [...this.#steps.values()], end: end ?? { kind: 'waiting' } };
      this.#now = Math.max(this.#now, Date.parse(next.at) || 0);
      next.release();
    }
  }

  /** Waits until every call of the dispatcher has returned, and the machine has come to its next ones. */
  async #rest(): Promise<void> {
    for (;;) {
      await new Promise((resolve) => setImmediate(resolve));
      if (this.#running.size === 0) return;
      await Promise.all(this.#running);
    }
  }

  #next(): Due | undefined {
    const [next, ...later] = this.#due.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
    this.#due = later;
    return next;
  }

  #dispatch(dispatch: Dispatch): Promise<unknown> {
    const dispatched = this.#dispatched(dispatch);
    const settled = dispatched.then(
      () => undefined,
      () => undefined,
    );
    this.#running.add(settled);
    void settled.then(() => this.#running.delete(settled));
    return dispatched;
  }

  async #dispatched(dispatch: Dispatch): Promise<unknown> {
    const walked = this.#walked(dispatch);
    const pending = new PendingAsKnown(this.#parts.known, (_requestId, outcome) => {
      walked.refused ??= outcome.state === 'failed' ? outcome.error : timedOut();
    });
    await this.#lookUp(walked, pending);
    if (dispatch.kind === 'request') pending.unopened.add(idsOf(dispatch).requestId);
    try {
      const impossible = this.#parts.impossible?.(dispatch);
      if (impossible) walked.refused = impossible;
      return await dispatchStep(dispatch, this.#services(walked, pending));
    } catch (error) {
      const summary = summarizeError(error);
      if (summary.retryable) throw error;
      walked.refused = summary;
      throw new AslFailure(summary.name, summary.message);
    } finally {
      this.#passTime(walked);
      await this.#tryUndo(walked);
    }
  }

  async #tryUndo(walked: WalkedStep): Promise<void> {
    const undoRefused =
      walked.answer?.ok === true ? await undoFault(walked, this.#parts.topology, this.#payloads) : undefined;
    if (undoRefused) walked.undoRefused = undoRefused;
  }

  #walked(dispatch: Dispatch): WalkedStep {
    const place = JSON.stringify([dispatch.step, dispatch.index ?? '']);
    const walked = this.#steps.get(place) ?? { dispatch };
    this.#steps.set(place, walked);
    return walked;
  }

  async #lookUp(walked: WalkedStep, pending: PendingAsKnown): Promise<void> {
    const { dispatch } = walked;
    if (dispatch.kind === 'publish') return;
    const record = await recordOf(dispatch, pending, this.#sagas);
    if (record === undefined) return;
    walked.record = record;
    const unlike = this.#parts.unlike?.(dispatch, record);
    if (unlike === undefined) return;
    walked.unlike = unlike;
    pending.hidden.add(record.requestId);
  }

  #services(walked: WalkedStep, pending: PendingAsKnown) {
    const { topology } = this.#parts;
    const payloads = this.#payloads;
    const clock = { now: () => this.#now };
    const answer = (token: string, given: TokenAnswer): Promise<'resumed'> => {
      const at = walked.record?.outcome?.at ?? new Date(this.#now).toISOString();
      this.#answer(walked, token, given, at);
      return Promise.resolve('resumed');
    };
    return {
      ...{ topology, pending, payloads, sagas: this.#sagas, log: SILENT_LOG, ledger: NO_LEDGER },
      resumer: {
        succeed: (token: string, output: unknown) =>
          answer(token, { ok: true, output: JSON.parse(JSON.stringify(output)) as unknown }),
        fail: (token: string, error: string, cause: string) => answer(token, { ok: false, error, cause }),
      },
      publishing: {
        ...{ topology, clock, payloads, intents: NO_INTENTS, senders: sendersToNowhere(pending) },
        ...{ kind: 'platform' as const, name: 'dispatcher' },
      },
    };
  }

  #answer(walked: WalkedStep, token: string, given: TokenAnswer, at: string): void {
    if (walked.answer) return;
    walked.answer = { ...given, at };
    this.#due.push({ at, release: () => this.#waiting.get(token)?.(given) });
  }

  /** Answers a wait for a time, which comes by itself. A wait whose time had come already when it began has no record. */
  #passTime(walked: WalkedStep): void {
    const { dispatch, record, refused } = walked;
    if (dispatch.kind !== 'wait' || record || refused) return;
    const at =
      dispatch.seconds === undefined ? (instantOf(dispatch.until) ?? Number.NaN) : this.#now + dispatch.seconds * 1000;
    this.#answer(walked, dispatch.token, { ok: true, output: { data: null } }, new Date(at).toISOString());
  }
}

/** Known record of the request of a step, or of the one that it goes on from. */
async function recordOf(
  dispatch: Exclude<Dispatch, { readonly kind: 'publish' }>,
  pending: PendingAsKnown,
  sagas: Pick<SagaStore, 'find'>,
): Promise<PendingRecord | undefined> {
  const earlier = await takenOver(dispatch, { pending, sagas });
  if (earlier) return earlier;
  const requestId =
    dispatch.kind === 'receive'
      ? await waitOf(dispatch satisfies DispatchReceive, { pending })
      : idsOf(dispatch).requestId;
  return pending.get(requestId);
}

/** Error that compensating would find in the command that undoes an answered request (see `compensate`); undefined when there is none. */
async function undoFault(
  { dispatch, record }: WalkedStep,
  { types }: Topology,
  payloads: PayloadStore,
): Promise<ErrorSummary | undefined> {
  const { outcome } = record ?? {};
  if (dispatch.kind !== 'request' || !dispatch.undo || outcome?.state !== 'replied') return undefined;
  const { undo, message } = dispatch;
  const [type, replyType] = [types.get(undo.type), types.get(outcome.type)];
  try {
    if (!type || !replyType) throw new LanewayError('UNKNOWN_TYPE', `there is no ${undo.type}, which undoes it`);
    const data: unknown = decodeData(replyType, await payloadAt(outcome, payloads), outcome.dataschema);
    const template = await restored(undo.data, message.correlationid, payloads);
    asLatest(type, fillTemplate(template, data), undo.version);
    return undefined;
  } catch (error) {
    return summarizeError(error);
  }
}

function stateOf({ state }: AslFailure): { readonly state?: string } {
  return state === undefined ? {} : { state };
}

function timedOut(): ErrorSummary {
  return {
    name: 'LanewayError',
    code: 'REQUEST_TIMED_OUT',
    message: 'there was no time left for it',
    retryable: false,
  };
}
