import { defined } from '../../domain/base/defined.js';
import { LanewayError, unknownName } from '../../domain/base/errors.js';
import { derivedId } from '../../domain/base/ids.js';
import type { Ports } from '../../domain/ports.js';
import type { Confinement } from '../../domain/quarantine/confinement.js';
import { isInForce } from '../../domain/quarantine/quarantine.js';
import { drainConversation, type Drain } from '../../domain/registry/drain.js';
import { beatEvery, isAvailable } from '../../domain/registry/lifecycle.js';
import { FUNCTION_INSTANCE } from '../../domain/registry/standing.js';
import type { TopologyModel } from '../../topology/model.js';
import { listInstances, type AgentInstance, type FindServices } from '../../topology/registry/find-agents.js';
import { checkActor, type Actor } from '../operator-services.js';
import { Steps, type OperatorStep } from '../steps.js';

/** An agent, or one of its instances. */
export type DrainTarget = Pick<Drain, 'agent' | 'instance'>;

/** Ports for drains. */
export interface AgentDrainServices extends FindServices, Pick<Ports, 'book' | 'quarantines'> {
  /** Means by which nobody receives for the agent any more, where it runs on Lambda. */
  readonly confinement: Pick<Confinement, 'pause' | 'resume'>;
}

/** A drain or its end, with what was done. */
export interface Drained {
  /** The drain as it stands, or stood. */
  readonly drain: Drain;
  /** Steps in their order. */
  readonly steps: readonly OperatorStep<'record' | 'consumers' | 'note'>[];
}

/** Options of {@link drainAgent}. */
export interface DrainOptions {
  /** True to drain it although nobody else can do what it does. @defaultValue false */
  readonly force?: boolean;
}

/**
 * Has an agent, or one instance, take nothing new. What it has in hand is finished, and what comes for it waits in its lanes, or is
 * taken by its other instances. A worker heeds it with its next heartbeat; the mappings of a function are
 * disabled. Repeated, it completes what is missing. That it was refused, to spare the last capable one, is noted too.
 *
 * @throws LanewayError UNKNOWN_AGENT, UNKNOWN_INSTANCE; LAST_CAPABLE, without `force`, when nobody else is available who has one of its
 * capabilities, or handles one of its commands; INVALID_OPTION without a name or a reason, and for an instance of a function
 */
export async function drainAgent(
  target: DrainTarget,
  actor: Actor,
  { force = false }: DrainOptions,
  services: AgentDrainServices,
): Promise<Drained> {
  checkActor(actor);
  const { agent, instance } = target;
  const { clock, registry, topology } = services;
  const all = await listInstances({}, services);
  checkTarget(target, all, topology.model);
  let drain: Drain = { agent, ...defined({ instance }), ...actor, since: new Date(clock.now()).toISOString() };
  const refused = force ? undefined : refusedAsLast(target, all, topology.model);
  if (refused) {
    await note('drain-refused', { ...drain, at: drain.since }, actor, services.book);
    throw refused;
  }
  const steps = new Steps<'record' | 'consumers' | 'note'>();
  await steps.do('record', async () => {
    drain = await registry.drain(drain);
    return `drained since ${drain.since}, by ${drain.by}`;
  });
  await steps.do('consumers', () => consumers(target, services, 'pause'));
  await steps.do('note', () => note('drain', { ...drain, at: drain.since }, actor, services.book));
  return { drain, steps: steps.done };
}

/**
 * Has an agent, or an instance, take messages again.
 *
 * @throws LanewayError UNKNOWN_AGENT; NOT_FOUND when it was not drained; REFUSED while it is in quarantine; INVALID_OPTION without a name or a
 * reason
 */
export async function resumeAgent(target: DrainTarget, actor: Actor, services: AgentDrainServices): Promise<Drained> {
  checkActor(actor);
  const { agent, instance } = target;
  const { clock, quarantines, registry, topology } = services;
  checkAgent(agent, topology.model);
  const held = (await quarantines.all()).some((one) => one.kind === 'agent' && one.name === agent && isInForce(one));
  if (held) {
    throw new LanewayError('REFUSED', `agent '${agent}' is in quarantine, and was to take messages again`, {
      help: [`release it first: laneway quarantine release ${agent} --why '...'`],
    });
  }
  const drains = await registry.drainsOf(agent);
  const drain = drains.find((one) => one.instance === instance);
  if (!drain) {
    const others = drains.map((one) => one.instance ?? 'all of its instances').join(', ') || '(none)';
    throw new LanewayError('NOT_FOUND', `${named(target)} is not drained`, {
      help: [`drained of '${agent}': ${others}`],
    });
  }
  const steps = new Steps<'record' | 'consumers' | 'note'>();
  // The record last: a command that is repeated finds it, and completes what is missing.
  await steps.do('consumers', () => consumers(target, services, 'resume'));
  const at = new Date(clock.now()).toISOString();
  await steps.do('note', () => note('resume', { ...drain, at }, actor, services.book));
  if (steps.done.every(({ done }) => done))
    await steps.do('record', async () => {
      await registry.resume(target);
      return 'it is no longer drained';
    });
  return { drain, steps: steps.done };
}

/**
 * Has those who receive for an agent stop or go on, as its drain says.
 * @returns line that says how it is now
 */
export async function consumers(
  { agent }: DrainTarget,
  { confinement, topology }: Pick<AgentDrainServices, 'confinement' | 'topology'>,
  act: 'pause' | 'resume',
): Promise<string> {
  if (topology.model.agents[agent]?.runs !== 'worker') return confinement[act]();
  const within = beatEvery(topology.model.heartbeat) / 1_000;
  return `its workers ${act === 'pause' ? 'take nothing new' : 'receive'} from their next heartbeat, within ${within} seconds`;
}

/** @throws LanewayError UNKNOWN_AGENT */
export function checkAgent(agent: string, { agents, name }: TopologyModel): void {
  if (Object.hasOwn(agents, agent)) return;
  throw unknownName('UNKNOWN_AGENT', `there is no agent '${agent}'`, agent, Object.keys(agents), name);
}

function checkTarget({ agent, instance }: DrainTarget, all: readonly AgentInstance[], model: TopologyModel): void {
  checkAgent(agent, model);
  if (instance === undefined) return;
  const known = all.filter((one) => one.agent === agent).map((one) => one.instance);
  if (model.agents[agent]?.runs !== 'worker') {
    throw new LanewayError('INVALID_OPTION', `'${instance}' was named of agent '${agent}', which runs on Lambda`, {
      help: [`a function is drained as a whole (its only instance is '${FUNCTION_INSTANCE}'): leave the instance out`],
    });
  }
  if (!known.includes(instance))
    throw unknownName(
      'UNKNOWN_INSTANCE',
      `'${instance}' is no instance of '${agent}'`,
      instance,
      known,
      `agents.${agent}`,
    );
}

/** The error of a drain that would leave nobody for what its target can do now; undefined when somebody is left. */
function refusedAsLast(
  target: DrainTarget,
  all: readonly AgentInstance[],
  { agents, types }: TopologyModel,
): LanewayError | undefined {
  const isMeant = (one: AgentInstance): boolean =>
    one.agent === target.agent && (target.instance === undefined || one.instance === target.instance);
  const available = all.filter(({ status }) => isAvailable(status));
  const abilities = (one: AgentInstance): readonly string[] => [
    ...Object.keys(one.capabilities).map((name) => `the capability '${name}'`),
    ...(agents[one.agent]?.handles ?? []).filter((name) => types[name]?.kind === 'command').map((name) => `${name}`),
  ];
  const left = new Set(available.filter((one) => !isMeant(one)).flatMap(abilities));
  const lost = new Set(
    available
      .filter(isMeant)
      .flatMap(abilities)
      .filter((one) => !left.has(one)),
  );
  if (lost.size === 0) return undefined;
  return new LanewayError('LAST_CAPABLE', `${named(target)} is the last who is available for ${[...lost].join(', ')}`, {
    help: [
      'what comes for it waits in its lanes until it is resumed, or expires',
      'start another instance or agent first, or drain it all the same: --force',
    ],
  });
}

function named({ agent, instance }: DrainTarget): string {
  return instance === undefined ? `agent '${agent}'` : `instance '${instance}' of agent '${agent}'`;
}

async function note(
  action: 'drain' | 'drain-refused' | 'resume',
  { agent, instance, since, at }: Drain & { readonly at: string },
  actor: Actor,
  book: Ports['book'],
): Promise<string> {
  const correlationId = drainConversation(agent);
  const id = derivedId('operator', action, agent, instance ?? '', since);
  await book.recordFirst({
    id,
    correlationId,
    action,
    ...actor,
    at,
    party: `agent.${agent}`,
    ...defined({ instance }),
  });
  return `noted in conversation ${correlationId}`;
}
