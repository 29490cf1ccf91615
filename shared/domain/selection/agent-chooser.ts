import type { Clock } from '../base/clock.js';
import { defined } from '../base/defined.js';
import { LanewayError } from '../base/errors.js';
import { rendezvous } from './rendezvous.js';
import { loadOf, scoreParts, scoreOf } from './score.js';
import {
  DEFAULT_WEIGHTS,
  looksAtStandings,
  type Candidate,
  type Choice,
  type OpenChoice,
  type PassedOverBecause,
} from './selection.js';
import { isFailing, isFull, type AgentStanding, type AgentStandings } from './standing.js';

/** Age from which a standing is read anew, milliseconds. */
export const STANDING_AGE_MS = 5_000;

/** An agent that was chosen, and why. */
export interface Chosen {
  /** Absent when nobody can take the command, and a person is to have its request. */
  readonly agent?: string;
  readonly choice: Choice;
}

/** Chooses the agents of commands; a port, as its memory is that of a process. */
export interface AgentChoices {
  /**
   * Chooses the agent of one message. What comes of it must be stored with the message: another call may choose another
   * agent.
   * @param messageId ties and the draw of two agents follow from it
   * @throws LanewayError NOBODY_AVAILABLE, retryable, where the channel says `onNobody: 'fail'`
   */
  choose(open: OpenChoice, messageId: string): Promise<Chosen>;
}

/** A candidate as the chooser sees it. */
interface Seen {
  readonly candidate: Candidate;
  readonly standing: AgentStanding;
  /** The higher the better. */
  readonly score: number;
  /** Commands that this process has given it. */
  readonly given: number;
  /** Rank for this message, by chance. */
  readonly chance: number;
  readonly because?: PassedOverBecause;
}

/** Standing of one agent, as it was read. */
interface Known {
  readonly standing: AgentStanding;
  readonly at: number;
  /** True when it could not be read. */
  readonly isBlind: boolean;
  /** Commands that this process has given it since. */
  since: number;
}

/**
 * Chooses by the standings of agents, which it reads at most every five seconds, and by what this process has given out
 * since. `first` and `round-robin` read nothing. When standings cannot be read, what was known before counts on: a choice
 * that is not the best is better than a message that is not sent.
 */
export class AgentChooser implements AgentChoices {
  readonly #standings: AgentStandings;
  readonly #clock: Clock;
  readonly #zone: string | undefined;
  readonly #known = new Map<string, Known>();
  readonly #given = new Map<string, number>();
  readonly #turns = new Map<string, number>();
  readonly #reading = new Map<string, Promise<void>>();

  /** @param zone zone of this process, where it is known */
  constructor(standings: AgentStandings, clock: Clock, zone?: string) {
    this.#standings = standings;
    this.#clock = clock;
    this.#zone = zone;
  }

  async choose(open: OpenChoice, messageId: string): Promise<Chosen> {
    const { by, candidates } = open;
    if (!looksAtStandings(by)) return this.#inTurn(open, messageId);
    await this.#look(candidates.map(({ agent }) => agent));
    const isBlind = candidates.some(({ agent }) => this.#known.get(agent)?.isBlind ?? true);
    const seen = candidates.map((candidate) => this.#seen(candidate, open, messageId)).sort(better);
    const fit = seen.filter(({ because }) => because === undefined);
    const pool = fit.length > 0 ? fit : this.#secondBest(seen, open);
    const chosen = by === 'score' ? bestOfTwo(pool, open) : pool[0];
    if (!chosen && open.onNobody === 'person')
      return { choice: { ...choiceOf(open, undefined, seen, isBlind), nobody: 'person' } };
    if (!chosen) throw nobody(open, seen);
    this.#give(chosen.candidate.agent);
    return { agent: chosen.candidate.agent, choice: choiceOf(open, chosen, seen, isBlind) };
  }

  /** The next one in turn; each process has turns of its own and begins anywhere. */
  #inTurn(open: OpenChoice, messageId: string): Chosen {
    const { by, candidates, channel } = open;
    const agents = candidates.map(({ agent }) => agent);
    const circle = `${channel} ${agents.join(' ')}`;
    const turn = by === 'first' ? 0 : (this.#turns.get(circle) ?? rendezvous(messageId, circle) % agents.length);
    if (by !== 'first') this.#turns.set(circle, (turn + 1) % agents.length);
    const [agent = '', ...others] = [...agents.slice(turn), ...agents.slice(0, turn)];
    return {
      agent,
      choice: { by, ...defined({ required: open.required }), runnersUp: others.map((one) => ({ agent: one })) },
    };
  }

  /** Reads standings that are too old. Those that cannot be read are not asked for again at every message. */
  async #look(agents: readonly string[]): Promise<void> {
    const oldest = this.#clock.now() - STANDING_AGE_MS;
    const stale = agents.filter((agent) => (this.#known.get(agent)?.at ?? -Infinity) <= oldest);
    if (stale.length === 0) return;
    const key = stale.join(' ');
    const reading = this.#reading.get(key) ?? this.#read(stale).finally(() => this.#reading.delete(key));
    this.#reading.set(key, reading);
    await reading;
  }

  async #read(agents: readonly string[]): Promise<void> {
    const at = this.#clock.now();
    try {
      const found = new Map((await this.#standings.of(agents)).map((one) => [one.agent, one]));
      const known = (agent: string) => ({ standing: found.get(agent) ?? idle(agent), at, isBlind: false, since: 0 });
      for (const agent of agents) this.#known.set(agent, known(agent));
    } catch {
      for (const agent of agents) {
        const { standing = idle(agent), since = 0 } = this.#known.get(agent) ?? {};
        this.#known.set(agent, { standing, at, isBlind: true, since });
      }
    }
  }

  #seen(candidate: Candidate, { by, required, weights = DEFAULT_WEIGHTS }: OpenChoice, messageId: string): Seen {
    const { agent } = candidate;
    const { standing: read, since } = this.#known.get(agent) ?? { standing: idle(agent), since: 0 };
    const standing = { ...read, open: read.open + since };
    const because = passedOver(standing);
    return {
      candidate,
      standing,
      score:
        by === 'score' ? scoreOf(scoreParts(candidate, standing, required, this.#zone), weights) : -loadOf(standing),
      given: this.#given.get(agent) ?? 0,
      chance: rendezvous(messageId, agent),
      ...defined({ because }),
    };
  }

  /** Those in whose lane a command waits when nobody can take it: the full before the failing before the unavailable. */
  #secondBest(seen: readonly Seen[], { onNobody = 'wait' }: OpenChoice): readonly Seen[] {
    if (onNobody !== 'wait') return [];
    for (const reason of ['full', 'failing', 'unavailable'] as const) {
      const some = seen.filter(({ because }) => because === reason);
      if (some.length > 0) return some;
    }
    return [];
  }

  #give(agent: string): void {
    this.#given.set(agent, (this.#given.get(agent) ?? 0) + 1);
    const known = this.#known.get(agent);
    if (known) known.since++;
  }
}

/** The better of two that are drawn by chance among those whose score the load alone may have lowered. */
function bestOfTwo(pool: readonly Seen[], { weights = DEFAULT_WEIGHTS }: OpenChoice): Seen | undefined {
  const [best] = pool;
  if (!best) return undefined;
  const near = pool.filter(({ score }) => score >= best.score - weights.load / 2);
  const drawn = [...near].sort((a, b) => b.chance - a.chance).slice(0, 2);
  return drawn.sort(better)[0];
}

/** Order of candidates: by score, then fewest open messages, then fewest that this process gave it, then by chance. */
function better(a: Seen, b: Seen): number {
  return b.score - a.score || a.standing.open - b.standing.open || a.given - b.given || b.chance - a.chance;
}

function passedOver(standing: AgentStanding): PassedOverBecause | undefined {
  if (!standing.available) return 'unavailable';
  if (isFailing(standing)) return 'failing';
  return isFull(standing) ? 'full' : undefined;
}

function choiceOf(
  { by, required }: OpenChoice,
  chosen: Seen | undefined,
  seen: readonly Seen[],
  isBlind: boolean,
): Choice {
  const others = seen.filter((one) => one !== chosen);
  const scored = ({ score }: Seen) => (by === 'score' ? { score } : {});
  const passed = others.flatMap(({ candidate: { agent }, because }) => (because ? [{ agent, because }] : []));
  return {
    by,
    ...defined({ required }),
    ...(chosen ? { ...scored(chosen), open: chosen.standing.open } : {}),
    runnersUp: others.flatMap((one) => (one.because ? [] : [{ agent: one.candidate.agent, ...scored(one) }])),
    ...(passed.length > 0 ? { passedOver: passed } : {}),
    ...(chosen?.because ? { nobody: 'waits' as const } : {}),
    ...(isBlind ? { blind: true as const } : {}),
  };
}

function idle(agent: string): AgentStanding {
  return { agent, available: true, open: 0, completed: 0, failed: 0 };
}

function nobody({ channel }: OpenChoice, seen: readonly Seen[]): LanewayError {
  const why = seen.map(({ candidate, because = 'full' }) => `${candidate.agent} (${because})`).join(', ');
  return new LanewayError('NOBODY_AVAILABLE', `nobody on '${channel}' can take a command now`, {
    help: [`capable: ${why}`, "try again later, or let it wait: selection: { onNobody: 'wait' } of the channel"],
  });
}
