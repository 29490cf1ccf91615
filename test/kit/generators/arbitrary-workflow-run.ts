import type { Harness } from 'laneway/testing';
import { awaitedId } from '../../../shared/domain/request/awaited.js';
import type { Dispatch } from '../../../shared/domain/execution/dispatch.js';
import { schemaUri, sourceOf } from '../../../shared/domain/wire/envelope.js';
import { newId } from '../../../shared/domain/base/ids.js';
import { idsOf } from '../../../shared/domain/execution/step-ids.js';
import { harnessOver } from '../../../shared/testing/harness/harness.js';
import { HarnessWorld } from '../../../shared/testing/harness/harness-world.js';
import { seededRandom } from '../../../shared/testing/memory/seeded-random.js';
import type { Circumstances } from './arbitrary-workflow.js';
import { agentsOf, itemsOf } from './arbitrary-workflow-agents.js';
import type { DefinedWorkflow } from './arbitrary-workflow-define.js';
import { strike, strikeOn, type FaultWindow, type WorkflowTrouble } from './arbitrary-workflow-faults.js';
import { WorkBegun, WordGiven, works, type AgentName } from './arbitrary-workflow-topology.js';

/** One call of the dispatcher by a state that waits. */
export interface WaitingCall {
  readonly execution: string;
  readonly step: string;
  /** Element of a map, or none. */
  readonly index: string;
  /** The request that it waits for. */
  readonly requestId: string;
  readonly token: string;
  /** True when the call failed, so that the state made another one, or the execution failed. */
  failed: boolean;
  /** The platform's answer to its token, and its time in milliseconds since 1970. */
  readonly answers: { readonly at: number; readonly result: 'resumed' | 'gone' }[];
}

/** A run at rest, for the judge. */
export interface RanWorkflow {
  readonly defined: DefinedWorkflow;
  readonly world: HarnessWorld;
  readonly harness: Harness;
  readonly correlationId: string;
  readonly calls: readonly WaitingCall[];
  /** Tokens that the state's own timeout ended. */
  readonly backstops: readonly string[];
  /** Requests that were undone, by id of what undid them. */
  readonly undone: readonly string[];
  readonly absent: readonly AgentName[];
  /** Answers beyond the platform's own that resumed something. */
  readonly wrongly: readonly string[];
  /** True when an outage was longer than steps and executions may take. */
  readonly isLong: boolean;
  readonly struck: number;
}

const START = Date.UTC(2026, 0, 1);
const START_ID = newId();
/** Longer than any path of a generated workflow. */
const PATIENCE_HOURS = 150;

/** Runs a definition once, until nothing is in flight any more. */
export async function runWorkflow(
  defined: DefinedWorkflow,
  given: Circumstances,
  window: FaultWindow,
): Promise<RanWorkflow> {
  const { troubles, seed, from, lasts } = window;
  const absent = troubles.flatMap((one) => (one.kind === 'dead agent' && !one.returns ? [one.agent] : []));
  const undone: string[] = [];
  const watched = new Watched();
  const agents = agentsOf(defined.behaviours, absent, {
    undone,
    replyAgain: (reply) => secondReply(harness, reply),
  });
  const random = seededRandom(seed);
  const parts = { topology: works, agents, workflows: defined.definitions, random, start: START };
  const world: HarnessWorld = new HarnessWorld({ ...parts, watch: watched.watch(() => world.clock.now()) });
  const harness: Harness = harnessOver(world, parts);

  const correlationId = 'run';
  const has = (kind: WorkflowTrouble['kind']): boolean => troubles.some((one) => one.kind === kind);
  const begin = async (): Promise<void> => {
    strike(harness.faults, troubles);
    if (has('timers lost')) world.timers.loseUnreceived();
    if (has('tokens repeated')) await watched.repeat(world, false);
  };
  const end = async (): Promise<void> => {
    if (has('timers lost')) world.timers.loseUnreceived();
    if (has('tokens repeated')) await watched.repeat(world, false);
    harness.faults.clear();
    delays(harness, defined);
    strikeOn(harness.faults, troubles, lasts);
  };
  const timeline = [
    ...(from === 0 ? [] : [{ at: from, act: begin }]),
    { at: from + lasts, act: end },
    ...given.words.map(({ at, key }) => ({ at, act: () => giveWord(harness, defined, correlationId, key) })),
    ...given.decisions.map(({ at, decision }) => ({ at, act: () => decide(harness, decision) })),
  ].sort((a, b) => a.at - b.at);
  delays(harness, defined);
  if (from === 0) strike(harness.faults, troubles);
  const accepted = await start(harness, given, correlationId);
  for (const { at, act } of timeline) {
    const ahead = START + at * 1000 - harness.now().getTime();
    if (ahead > 0) await harness.advance(`${ahead} milliseconds`);
    await act();
  }
  // Whoever was refused tries again until nothing goes wrong any more.
  for (let hours = 0; !accepted && !(await start(harness, given, correlationId)); hours++) {
    if (hours === PATIENCE_HOURS) throw new Error('the start message is refused');
    await harness.advance('1 hour');
  }
  for (let hours = 0; hours < PATIENCE_HOURS && (await somethingWaits(world, harness)); hours++)
    await harness.advance('1 hour');
  // What still waits then waits for ever: for the judge.
  if (!(await somethingWaits(world, harness))) await harness.settle();
  await watched.repeat(world, true);
  const { calls, backstops, wrongly } = watched;
  return {
    defined,
    world,
    harness,
    correlationId,
    calls: [...calls.values()],
    backstops,
    undone,
    absent,
    wrongly,
    isLong: has('long outage'),
    struck: harness.faults.struck,
  };
}

async function somethingWaits({ ports }: HarnessWorld, harness: Harness): Promise<boolean> {
  for await (const _open of ports.pending.due(-Infinity, Infinity)) return true;
  return (await harness.executions()).some(({ status }) => status === 'running');
}

/** Keeps what happens to task tokens, and answers them once more. */
class Watched {
  readonly calls = new Map<string, WaitingCall>();
  readonly backstops: string[] = [];
  readonly wrongly: string[] = [];
  #repeating = false;

  watch(now: () => number) {
    return {
      dispatching: (payload: unknown) => this.#call(payload as Dispatch),
      dispatched: (payload: unknown, failed: boolean) => {
        const call = this.calls.get((payload as { readonly token?: string }).token ?? '');
        if (call) call.failed = failed;
      },
      answered: (token: string, result: 'resumed' | 'gone') => {
        if (!this.#repeating) this.calls.get(token)?.answers.push({ at: now(), result });
        else if (result === 'resumed') this.wrongly.push(token);
      },
      backstop: (token: string) => void this.backstops.push(token),
    };
  }

  /** Answers tokens again that have been answered, while nothing else happens; those of ended executions in the end. */
  async repeat({ executions }: HarnessWorld, all: boolean): Promise<void> {
    this.#repeating = true;
    for (const { token, answers } of this.calls.values())
      if (all || answers.length > 0) await executions.fail(token, 'Repeated', 'a token that was answered before');
    this.#repeating = false;
  }

  #call(dispatch: Dispatch): void {
    if (dispatch.kind === 'publish') return;
    const { token, execution, step, index = '' } = dispatch;
    const requestId =
      dispatch.kind === 'receive'
        ? awaitedId(dispatch.workflow, step, dispatch.message.correlationid, dispatch.key)
        : idsOf(dispatch).requestId;
    this.calls.set(token, { execution, step, index, requestId, token, failed: false, answers: [] });
  }
}

/** Replies take the time that their step's behaviour says. */
function delays({ faults }: Harness, { behaviours }: DefinedWorkflow): void {
  for (const seconds of new Set([...behaviours.values()].map(({ delay }) => delay))) {
    if (seconds === 0) continue;
    for (const type of ['Fetched', 'Made', 'Judged']) {
      faults.delay(`${seconds} seconds`, {
        ...{ type, receiver: 'replies', probability: 1 },
        where: (data) => behaviours.get((data as { readonly step: string }).step)?.delay === seconds,
      });
    }
  }
}

/** The same message, however often. @returns whether it was accepted */
async function start(harness: Harness, given: Circumstances, correlationId: string): Promise<boolean> {
  const { mood, sure, items, extra, note, soon } = given;
  const data = {
    ...{ work: 'work', mood, sure, items: itemsOf(items), soon: new Date(START + soon * 1000).toISOString() },
    ...(extra === undefined ? {} : { extra: itemsOf(extra) }),
    ...(note ? { note: 'a start note' } : {}),
  };
  return harness.publish(WorkBegun, data, { id: START_ID, correlationId }).then(
    () => true,
    () => false,
  );
}

/** A client that gives up when it is refused: what waits for the word times out. */
async function giveWord(
  harness: Harness,
  { keys }: DefinedWorkflow,
  correlationId: string,
  key: number,
): Promise<void> {
  const subjects = [undefined, ...keys, 'i0', 'i1', 'p0'];
  const subject = subjects[key % subjects.length];
  const options = { correlationId, ...(subject === undefined ? {} : { subject }) };
  await harness.publish(WordGiven, { word: subject ?? 'any', mood: 'good' }, options).catch(() => undefined);
}

async function decide(harness: Harness, decision: 'approved' | 'rejected'): Promise<void> {
  const [open] = await harness.approvals();
  if (open) await harness.decide(open.requestId, decision, { by: 'ann', why: 'the plan' }).catch(() => undefined);
}

function secondReply(harness: Harness, reply: Parameters<Parameters<typeof agentsOf>[2]['replyAgain']>[0]): void {
  const { type, agent, requestId, correlationId, data } = reply;
  const now = harness.now();
  const source = sourceOf(works.name, 'agent', agent);
  const detail = {
    ...{ specversion: '1.0', id: newId(), source, type, time: now.toISOString() },
    ...{ expires: new Date(now.getTime() + 3_600_000).toISOString(), datacontenttype: 'application/json' },
    ...{ dataschema: schemaUri(type, 1), data, correlationid: correlationId, requestid: requestId },
    ...{ priority: 'normal', channel: 'work.done', attempt: 1, hops: 2 },
  };
  harness.putEvent({ source, 'detail-type': type, detail });
}
