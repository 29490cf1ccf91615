import { createAgent, PermanentError, type BoundAgent, type ReplyLater } from 'laneway/agent';
import { MOODS, works, type AgentName, type Item, type Result } from './arbitrary-workflow-topology.js';
import type { Behaviour } from './arbitrary-workflow-plan.js';

/** Deeds of agents, seen from outside Laneway. */
export interface SeenByAgents {
  /** Requests that were undone, by id of the request that undid them; once for each handling. */
  readonly undone: string[];
  /** A second reply is to be sent for a request. */
  readonly replyAgain: (reply: {
    readonly type: string;
    readonly agent: AgentName;
    readonly requestId: string;
    readonly correlationId: string;
    readonly data: Result;
  }) => void;
}

interface Given {
  readonly data: { readonly step: string; readonly about: string; readonly of?: string | undefined };
  readonly correlationId: string;
  readonly requestId?: string | undefined;
}
interface Doing {
  readonly tries: number;
  readonly effectKey: string;
  readonly replyLater: (options: { key: string; within: '1 hour' }) => ReplyLater;
}

/** The agents of the topology but the absent ones, each step behaving as its plan says. */
export function agentsOf(
  behaviours: ReadonlyMap<string, Behaviour>,
  absent: readonly AgentName[],
  seen: SeenByAgents,
): BoundAgent[] {
  const act =
    (agent: AgentName, reply: string) =>
    (message: Given, doing: Doing): Result | ReplyLater => {
      const { step, of } = message.data;
      const behaviour = behaviours.get(step);
      const meant = !behaviour?.first || of === undefined || of === 'i0' || of === 'p0';
      const alone = agent === 'porter' || agent === 'spare';
      const does = behaviour && meant && !(behaviour.oneAgent && alone) ? behaviour.does : 'answers';
      const result = resultOf(message.data, behaviour);
      if (does === 'silent') return doing.replyLater({ key: doing.effectKey, within: '1 hour' });
      if (does === 'refuses') throw new PermanentError(`${agent} refuses ${step}`);
      if (does === 'breaks') throw new Error(`${agent} breaks at ${step}`);
      if (does === 'stumbles' && doing.tries === 1) throw new Error(`${agent} stumbles at ${step}`);
      const { requestId, correlationId } = message;
      if (does === 'twice' && requestId !== undefined)
        seen.replyAgain({ type: reply, agent, requestId, correlationId, data: { ...result, mood: 'poor' } });
      return result;
    };
  const undo = ({ data, requestId = '' }: Given, { tries, effectKey, replyLater }: Doing) => {
    const how = behaviours.get(data.step)?.undo ?? 'answers';
    if (how === 'refuses') throw new PermanentError(`undoing ${data.step} is refused`);
    if (how === 'stumbles' && tries === 1) throw new Error(`undoing ${data.step} stumbles`);
    if (how === 'silent') return replyLater({ key: effectKey, within: '1 hour' });
    seen.undone.push(requestId);
    return { step: data.step };
  };
  const agents: readonly (readonly [AgentName, () => BoundAgent])[] = [
    [
      'fetcher',
      () =>
        createAgent(works, 'fetcher')
          .handle({ Fetch: act('fetcher', 'Fetched') })
          .with({}),
    ],
    [
      'porter',
      () =>
        createAgent(works, 'porter')
          .handle({ Fetch: act('porter', 'Fetched') })
          .with({}),
    ],
    [
      'maker',
      () =>
        createAgent(works, 'maker')
          .handle({ Make: act('maker', 'Made') })
          .with({}),
    ],
    [
      'spare',
      () =>
        createAgent(works, 'spare')
          .handle({ Make: act('spare', 'Made') })
          .with({}),
    ],
    [
      'judge',
      () =>
        createAgent(works, 'judge')
          .handle({ Judge: act('judge', 'Judged') })
          .with({}),
    ],
    ['undoer', () => createAgent(works, 'undoer').handle({ Undo: undo }).with({})],
    [
      'listener',
      () =>
        createAgent(works, 'listener')
          .handle({ otherwise: () => undefined })
          .with({}),
    ],
  ];
  return agents.filter(([name]) => !absent.includes(name)).map(([, make]) => make());
}

/** So many elements, the first of which is `i0` and has two parts. */
export function itemsOf(count: number): Item[] {
  return Array.from({ length: count }, (_, index) => ({
    name: `i${index}`,
    mood: MOODS[index % MOODS.length] ?? 'good',
    parts: index === 0 ? ['p0', 'p1'] : [],
  }));
}

function resultOf({ step, about }: Given['data'], behaviour: Behaviour | undefined): Result {
  const { mood = 'good', sure = true, items = 1, note = false } = behaviour ?? {};
  return { step, about: about.slice(0, 40), mood, sure, items: itemsOf(items), ...(note ? { note: 'a note' } : {}) };
}
