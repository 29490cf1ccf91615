import { LanewayError, unknownName } from '../../domain/base/errors.js';
import { derivedId, newId } from '../../domain/base/ids.js';
import { reset, tripped, type BreakerRecord } from '../../domain/breaker/breaker.js';
import type { Ports } from '../../domain/ports.js';
import type { TopologyModel } from '../../topology/model.js';
import { checkActor, type Actor } from '../operator-services.js';

/** Breakers of an application's agents, as operators see and turn them. */
export interface Breakers {
  /**
   * Breakers of all agents, or of one, by agent and name. A breaker is there from its first guarded call on.
   * @throws LanewayError UNKNOWN_AGENT
   */
  list(agent?: string): Promise<readonly BreakerRecord[]>;
  /**
   * Opens a breaker until it is reset: no call is tried meanwhile, and messages that need one wait without losing a try. Processes
   * know of it within five seconds. Repeated, it changes nothing.
   * @returns the breaker as it stands
   * @throws LanewayError UNKNOWN_AGENT, UNKNOWN_BREAKER, INVALID_OPTION without who or why
   */
  trip(agent: string, name: string, actor: Actor): Promise<BreakerRecord>;
  /**
   * Closes a breaker, whoever opened it, and forgets its failures.
   * @returns the breaker as it stands
   * @throws LanewayError UNKNOWN_AGENT, UNKNOWN_BREAKER, INVALID_OPTION without who or why
   */
  reset(agent: string, name: string, actor: Actor): Promise<BreakerRecord>;
}

/** Model and ports for {@link Breakers}. */
export interface BreakerServices extends Pick<Ports, 'book' | 'breakers' | 'clock'> {
  readonly model: Pick<TopologyModel, 'agents' | 'name'>;
}

/** Writes at most of one act, each of which met that of a process. */
const MOST_MEETINGS = 20;

/** Conversation of the ledger that holds the notes on what operators did to a breaker. */
export function breakerConversation({ agent, name }: Pick<BreakerRecord, 'agent' | 'name'>): string {
  return `breaker:${agent}:${name}`;
}

/** The breakers of an application, over its ports. */
export function breakersOf(services: BreakerServices): Breakers {
  const { breakers, model } = services;
  return {
    list: async (agent) => {
      if (agent !== undefined) checkAgent(agent, model);
      const agents = agent === undefined ? Object.keys(model.agents).sort() : [agent];
      return (await Promise.all(agents.map((one) => breakers.of(one)))).flat();
    },
    trip: (agent, name, actor) =>
      turn({ act: 'trip', agent, name, actor }, services, (seen, writer, now) => tripped(seen, actor, writer, now)),
    reset: (agent, name, actor) => turn({ act: 'reset', agent, name, actor }, services, reset),
  };
}

interface Turn {
  readonly act: 'trip' | 'reset';
  readonly agent: string;
  readonly name: string;
  readonly actor: Actor;
}

async function turn(
  { act, agent, name, actor }: Turn,
  { book, breakers, clock, model }: BreakerServices,
  next: (seen: BreakerRecord, writer: string, now: number) => BreakerRecord | undefined,
): Promise<BreakerRecord> {
  checkActor(actor);
  checkAgent(agent, model);
  const key = { agent, name };
  const writer = newId();
  let seen = await breakers.get(key);
  for (let meeting = 0; meeting < MOST_MEETINGS; meeting++) {
    if (seen === undefined) throw await unknownBreaker(key, breakers);
    const record = next(seen, writer, clock.now());
    if (record === undefined) return seen;
    const answer = await breakers.put(record);
    if (answer.kind === 'other') {
      seen = answer.standing;
      continue;
    }
    const correlationId = breakerConversation(key);
    const id = derivedId('operator', act, agent, name, writer);
    const { by, why } = actor;
    const at = new Date(clock.now()).toISOString();
    await book.recordFirst({ id, correlationId, action: act, by, why, at, breaker: { agent, name } });
    return record;
  }
  throw new LanewayError('UNAVAILABLE', `the breaker '${name}' of '${agent}' is being written by others`, {
    help: ['type the same command again'],
  });
}

function checkAgent(agent: string, { agents, name }: BreakerServices['model']): void {
  if (Object.hasOwn(agents, agent)) return;
  throw unknownName('UNKNOWN_AGENT', `there is no agent '${agent}'`, agent, Object.keys(agents), name);
}

async function unknownBreaker(
  { agent, name }: Pick<BreakerRecord, 'agent' | 'name'>,
  breakers: Ports['breakers'],
): Promise<LanewayError> {
  const known = (await breakers.of(agent)).map((one) => one.name);
  return unknownName('UNKNOWN_BREAKER', `agent '${agent}' has no breaker '${name}'`, name, known, agent);
}
