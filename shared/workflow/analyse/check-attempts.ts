import type { Json } from '../../domain/base/json.js';
import type { DispatchAttempts, DispatchFallback } from '../../domain/execution/dispatch.js';
import { isDuration, milliseconds, type Duration } from '../../domain/base/duration.js';
import { LanewayError } from '../../domain/base/errors.js';
import { ladderTime, ownLadder, SHORTEST_ATTEMPT_MS, type Rung } from '../../domain/request/ladder.js';
import type { CommandType } from '../../message/message-type.js';
import { carriersOf, isMeant, type Addressee } from '../../topology/addressing.js';
import { MOST_TIMES } from '../../topology/ladder-of.js';
import type { ChannelModel } from '../../topology/model.js';
import { stepRungs } from '../../topology/step-ladder.js';
import type { Topology } from '../../topology/topology.js';
import type { Value } from '../record/outline.js';
import type { Refuse } from '../record/references.js';

/** Options of a step about its attempts; `within` is the workflow's deadline. */
interface Given {
  readonly timeout: Duration;
  readonly deadline?: Duration;
  readonly tries?: unknown;
  readonly fallback: Value | undefined;
  readonly to: Value | undefined;
  readonly within: Duration;
}

/**
 * The attempts of a request step and the time that they have in all; nothing where the step declares none of it.
 * @throws LanewayError INVALID_WORKFLOW for a receiver that cannot be asked or never would be, or for attempts that
 * take longer than their deadline
 */
export function attemptsOf(
  command: CommandType,
  given: Given,
  topology: Topology,
  refuse: Refuse,
): { readonly timeoutSeconds?: number; readonly attempts?: DispatchAttempts } {
  const { timeout, deadline, within } = given;
  if (deadline === undefined && given.tries === undefined && given.fallback === undefined) return {};
  const { only: channel } = carriersOf(topology.model, command.name);
  if (!channel) return refuse(`no channel carries ${command.name}`, "add it to the 'carries' of a channel");
  if (milliseconds(timeout) < SHORTEST_ATTEMPT_MS)
    refuse(
      `timeout is '${timeout}', too short for an attempt`,
      `allowed: ${SHORTEST_ATTEMPT_MS / 1000} seconds or more`,
    );
  const attempts = {
    timeout,
    tries: triesOf(given.tries, refuse),
    fallback: fallbackOf(given.fallback, timeout, refuse),
  };
  const others = rungsIn(() => stepRungs(attempts.fallback, channel, command.name, topology), refuse);
  checkAsked(others, firstOf(given.to, channel, topology), channel, refuse);
  if (deadline !== undefined && !isDuration(deadline))
    refuse(`deadline is ${JSON.stringify(deadline)}`, "allowed: a duration such as '5 minutes'");
  if (deadline !== undefined && milliseconds(deadline) > milliseconds(within)) {
    refuse(
      `deadline is '${deadline}', longer than the workflow's deadline '${within}'`,
      'raise the deadline of the workflow or lower that of the step',
    );
  }
  const most = deadline ?? within;
  const needed = ladderTime(ownLadder({ ...attempts, timeout: milliseconds(timeout) }, others));
  if (needed > milliseconds(most)) {
    refuse(
      `attempts and pauses take ${Math.ceil(needed / 1000)} seconds, ${deadline === undefined ? "the workflow's deadline" : 'deadline'} is '${most}'`,
      `allowed: a deadline of '${Math.ceil(needed / 1000)} seconds' or more; or fewer tries, less fallback, a shorter timeout`,
    );
  }
  const all = deadline === undefined ? needed : milliseconds(deadline);
  return { timeoutSeconds: Math.ceil(all / 1000), attempts };
}

function triesOf(given: unknown, refuse: Refuse): number {
  const most = MOST_TIMES + 1;
  if (given === undefined) return 1;
  if (typeof given === 'number' && Number.isInteger(given) && given >= 1 && given <= most) return given;
  return refuse(`tries is ${JSON.stringify(given)}`, `allowed: a whole number from 1 to ${most}`);
}

function fallbackOf(given: Value | undefined, timeout: Duration, refuse: Refuse): DispatchFallback[] {
  if (given === undefined) return [];
  if (given.kind !== 'literal')
    return refuse('fallback holds a reference', 'name agents, capabilities, roles, channels');
  const { literal } = given;
  const all = isList(literal) ? literal : [literal];
  if (all.length === 0) refuse('fallback is an empty list', 'name who is asked then, or leave it out');
  return all.map((one, index) => oneOf(one, timeout, (what, help) => refuse(`fallback[${index}] ${what}`, help)));
}

const ALLOWED =
  "allowed: an agent's id, 'another', { capability }, { role }, { agent, times?, timeout? }, { channel, timeout? }, { person }";

function oneOf(given: Json, timeout: Duration, refuse: Refuse): DispatchFallback {
  if (typeof given === 'string') return { agent: given, timeout };
  if (typeof given !== 'object' || given === null || isList(given))
    return refuse(`is ${JSON.stringify(given)}`, ALLOWED);
  const of = (...names: readonly string[]) => Object.keys(given).every((name) => names.includes(name));
  const { agent, channel, person, times, timeout: own = timeout } = given;
  if ('retry' in given) return refuse('is a retry', 'say how often the receiver itself is asked with `tries`');
  if (isKin(given)) return { agent: given, timeout };
  if (!isDuration(own)) return refuse(`has the timeout ${JSON.stringify(own)}`, "allowed: such as '30 seconds'");
  if ((typeof agent === 'string' || isKin(agent)) && of('agent', 'times', 'timeout')) {
    if (times === undefined) return { agent, timeout: own };
    if (typeof times === 'number') return { agent, times, timeout: own };
  }
  if (typeof channel === 'string' && of('channel', 'timeout')) return { channel, timeout: own };
  if (isDuration(person) && of('person')) return { person };
  return refuse(`is ${JSON.stringify(given)}`, ALLOWED);
}

/** Rungs as the topology makes them, its refusals as those of the step. */
function rungsIn(rungs: () => Rung[], refuse: Refuse): Rung[] {
  try {
    return rungs();
  } catch (error) {
    if (!(error instanceof LanewayError)) throw error;
    const [what = ''] = error.message.split('\n');
    return refuse(what, error.help.join('\n  '));
  }
}

/** The agent that the first attempt goes to, where that is known. */
function firstOf(
  to: Value | undefined,
  { selection, subscribers }: ChannelModel,
  { model }: Topology,
): string | undefined {
  if (selection !== undefined && (to?.kind !== 'literal' || typeof to.literal !== 'string')) return undefined;
  if (to === undefined) return subscribers[0];
  if (to.kind !== 'literal') return undefined;
  return subscribers.find((id) => isMeant(model.agents, id, to.literal as Addressee));
}

/** Refuses a rung that would never ask anybody, as no agent is asked as a substitute twice. */
function checkAsked(
  rungs: readonly Rung[],
  first: string | undefined,
  { name, subscribers }: ChannelModel,
  refuse: Refuse,
): void {
  const asked = new Set(first === undefined ? [] : [first]);
  rungs.forEach((rung, index) => {
    if (rung.kind !== 'agent' && rung.kind !== 'channel') return;
    const left = rung.agents.filter((agent) => !asked.has(agent));
    if (rung.kind === 'channel') {
      if (rung.agents.length === 0)
        refuse(`fallback[${index}]: nobody subscribes to '${rung.channel}'`, 'leave it out');
    } else if (left.length < rung.times) {
      const others = subscribers.filter((agent) => !asked.has(agent));
      refuse(
        `fallback[${index}] asks ${rung.times === 1 ? '' : `${rung.times} of `}${rung.agents.join(', ')}, and ${left.length === 0 ? 'nobody' : `only ${left.join(', ')}`} is left who was not asked before`,
        `not asked yet on '${name}': ${others.join(', ') || '(none)'}; another channel is asked with { channel }`,
      );
    }
    for (const agent of left.slice(0, rung.kind === 'agent' ? rung.times : 1)) asked.add(agent);
  });
}

function isKin(given: Json | undefined): given is { readonly capability: string } | { readonly role: string } {
  if (typeof given !== 'object' || given === null || isList(given)) return false;
  const [[kind, name] = [], ...others] = Object.entries(given);
  return others.length === 0 && (kind === 'capability' || kind === 'role') && typeof name === 'string';
}

function isList(given: Json): given is readonly Json[] {
  return Array.isArray(given);
}
