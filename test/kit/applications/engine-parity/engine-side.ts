import { startOf } from './step-instances.js';
import { setTimeout as sleep } from 'node:timers/promises';
import type { MessageType } from 'laneway/message';
import type { Laneway } from 'laneway/client';
import { account, type LedgerEntry } from '../../../../shared/domain/evidence/conversation.js';
import { executionName } from '../../../../shared/domain/wire/execution-name.js';
import { answerRequest, type AnswerServices } from '../../../../shared/operator/requests/answer-request.js';
import { decideApproval } from '../../../../shared/operator/requests/decide-approval.js';
import type { WorkflowServices } from '../../../../shared/operator/workflows/workflow-services.js';
import type { DecideServices } from '../../../../shared/publishing/close-approval.js';
import { definitions } from './parity-cases.js';
import { actor, endingOf, Meanwhile, type PlayedCase } from './play.js';
import { messagesIn } from './seen-messages.js';
import { transcript } from './transcript.js';
import type { ParityCase } from './parity-case.js';

/** Longest time of the whole, on a machine that does much else. */
const PATIENCE_MS = 600_000;
/** Longest time in which a conversation at rest may still become what it is to be. */
const AT_REST_MS = 15_000;
/**
 * Twins that are played at once. MiniStack starts a process for every call of a function that runs beside another, so that many
 * first steps at once outlast the function's time on a small machine; and it passes over what a task's function failed with.
 */
const AT_ONCE = 10;

/** The deployed application of the parity cases. */
export interface Stage {
  readonly street: Pick<Laneway<MessageType>, 'publish'>;
  readonly executions: WorkflowServices['executions'];
  readonly answers: AnswerServices & DecideServices;
  readonly entries: (correlationId: string) => Promise<readonly LedgerEntry[]>;
}

/** A parity case on the stage. */
interface Playing {
  readonly parityCase: ParityCase;
  readonly startId: string;
  readonly correlationId: string;
  readonly meanwhile: Meanwhile;
  restsSince?: number;
}

/**
 * Plays parity cases on an engine, some at once, each until its ledger tells what is `wanted` of it or has nothing more to
 * come; the first by itself, in which the engine starts its functions, then those that take longest.
 */
export async function playCasesOnEngine(
  wanted: ReadonlyMap<ParityCase, PlayedCase>,
  stage: Stage,
): Promise<Map<ParityCase, PlayedCase>> {
  const found = new Map<ParityCase, PlayedCase>();
  const [first, ...others] = wanted.keys();
  const seconds = (parityCase: ParityCase): number => wanted.get(parityCase)?.seconds ?? 0;
  const waiting = others.sort((a, b) => seconds(b) - seconds(a));
  const playing = first ? [await begin(first, stage)] : [];
  const over: Playing[] = [];
  for (const giveUp = Date.now() + PATIENCE_MS; playing.length > 0 && Date.now() < giveUp; await sleep(200)) {
    for (const one of [...playing]) {
      const { played, atRest } = await look(one, stage);
      found.set(one.parityCase, played);
      if (!atRest) delete one.restsSince;
      else one.restsSince ??= Date.now();
      const same = one.meanwhile.over && sameLines(wanted.get(one.parityCase), played);
      if (!same && Date.now() - (one.restsSince ?? Date.now()) < AT_REST_MS) continue;
      over.push(one);
      playing.splice(playing.indexOf(one), 1);
    }
    if (over.length === 0) continue;
    const next = waiting.splice(0, AT_ONCE - playing.length);
    playing.push(...(await Promise.all(next.map((parityCase) => begin(parityCase, stage)))));
  }
  // What comes late, or twice, shows now.
  await sleep(2_000);
  for (const one of [...over, ...playing]) found.set(one.parityCase, (await look(one, stage)).played);
  return found;
}

async function begin(parityCase: ParityCase, { street }: Stage): Promise<Playing> {
  const { id: startId, correlationId } = await street.publish(parityCase.start, parityCase.data);
  return { parityCase, startId, correlationId, meanwhile: new Meanwhile(parityCase) };
}

/** Does what somebody outside is to do by now, and says how things stand. */
async function look(
  { parityCase, startId, correlationId, meanwhile }: Playing,
  { entries: read, street, executions, answers }: Stage,
): Promise<{ readonly played: PlayedCase; readonly atRest: boolean }> {
  const { workflow } = parityCase;
  const execution = await executions.find(workflow.name, executionName(workflow.name, startOf(startId)));
  const entries = await read(correlationId);
  await meanwhile.actOn(entries, {
    publish: (type, data, subject) =>
      street.publish(type, data, { correlationId, ...(subject === undefined ? {} : { subject }) }),
    decide: (approval, decision) => decideApproval(approval, decision, actor, answers),
    answer: (requestId, data) => answerRequest(requestId, data, actor, answers),
  });
  const ended = execution !== undefined && execution.status !== 'running';
  const times = new Map(messagesIn(entries).map(({ id, time }) => [id, Date.parse(time)] as const));
  const order = (messageId: string) => times.get(messageId);
  const lines = ended ? transcript({ workflow, startId, correlationId, entries, order }, definitions) : [];
  const played = { ending: endingOf(execution), lines, seconds: 0 };
  return { played, atRest: ended && meanwhile.over && account(entries).atRest };
}

function sameLines(a: PlayedCase | undefined, b: PlayedCase): boolean {
  return a !== undefined && a.lines.length === b.lines.length && a.lines.every((line, at) => line === b.lines[at]);
}
