import { defined } from '../../domain/base/defined.js';
import { LanewayError } from '../../domain/base/errors.js';
import type { Ports } from '../../domain/ports.js';
import type { Confinement } from '../../domain/quarantine/confinement.js';
import { isInForce as isHeld } from '../../domain/quarantine/quarantine.js';
import type { Emergency, EmergencyMeasure, TakenMeasure } from '../../domain/emergency/emergency.js';
import type { Drain } from '../../domain/registry/drain.js';
import type { TopologyModel } from '../../topology/model.js';
import type { Topology } from '../../topology/topology.js';
import { checkAgent, consumers } from '../agents/drain-agent.js';
import { checkPausable } from '../pauses/pause-channel.js';
import { pauseOf, takeChannelMeasure, undoChannelMeasure } from './pause-measures.js';

/** Ports for the measures of an emergency. */
export interface MeasureServices extends Pick<Ports, 'pauses' | 'quarantines' | 'registry'> {
  readonly topology: Topology;
  /** Means by which nobody receives for an agent any more, where it runs on Lambda. */
  readonly confinementOf: (agent: string) => Pick<Confinement, 'pause' | 'resume'>;
}

/** @throws LanewayError UNKNOWN_AGENT, UNKNOWN_CHANNEL; SYSTEM_CHANNEL for a channel of the framework */
export function checkMeasure(measure: EmergencyMeasure, model: TopologyModel): void {
  if ('channel' in measure) checkPausable(measure.channel, model);
  if ('agent' in measure) checkAgent(measure.agent, model);
}

/** A measure with what stands before it, to be recorded before it is taken. @throws LanewayError UNAVAILABLE */
export async function beforeMeasure(
  measure: EmergencyMeasure,
  { pauses, registry }: MeasureServices,
): Promise<TakenMeasure> {
  if (measure.kind === 'stop-intake') return { measure };
  if ('channel' in measure) return { measure, ...defined({ paused: await pauseOf(measure.channel, pauses) }) };
  return { measure, ...defined({ before: await drainOfAll(measure.agent, registry) }) };
}

/** Takes a measure of an emergency. Repeated, it completes what is missing. @returns line that says how it is now */
export async function takeMeasure(
  { measure, before, paused }: TakenMeasure,
  emergency: Emergency,
  services: MeasureServices,
): Promise<string> {
  if ('channel' in measure) return takeChannelMeasure(measure, paused, emergency, services.pauses);
  switch (measure.kind) {
    case 'stop-intake':
      return 'clients are refused within seconds; events of other systems wait';
    case 'drain-agent':
      if (before) return `'${measure.agent}' was drained before`;
      await services.registry.drain(drainBy(emergency, measure.agent));
      return receive(measure.agent, 'pause', services);
    case 'resume':
      if (!before) return `'${measure.agent}' was not drained`;
      return resumeOne(measure.agent, services);
  }
}

/**
 * Puts back what a measure has changed, and nothing else: an agent that somebody has drained or resumed since is left as it is.
 * @returns line that says how it is now
 */
export async function undoMeasure(
  { measure, before, paused }: TakenMeasure,
  emergency: Emergency,
  services: MeasureServices,
): Promise<string> {
  if ('channel' in measure) return undoChannelMeasure(measure, { ...defined({ paused }) }, emergency, services.pauses);
  if (measure.kind === 'stop-intake') return 'clients may send, and events of other systems are taken';
  const { agent } = measure;
  const present = await drainOfAll(agent, services.registry);
  if (measure.kind === 'drain-agent') {
    if (before) return `'${agent}' stays drained, as before`;
    if (!present) return `'${agent}' has been resumed already`;
    if (!isSame(present, drainBy(emergency, agent)))
      return `'${agent}' has been drained anew by ${present.by}, and stays so`;
    if (!(await isConfined(agent, services))) return resumeOne(agent, services);
    // Its release has it receive: what keeps it from that is not an emergency that is over.
    await services.registry.resume({ agent });
    return `'${agent}' is no longer drained, and in quarantine`;
  }
  if (!before) return `'${agent}' was not drained before`;
  if (present && !isSame(present, before)) return `'${agent}' has been drained anew by ${present.by}, and stays so`;
  await services.registry.drain(before);
  return receive(agent, 'pause', services);
}

/** The drain of a whole agent that is in force. */
async function drainOfAll(agent: string, registry: Ports['registry']): Promise<Drain | undefined> {
  return (await registry.drainsOf(agent)).find(({ instance }) => instance === undefined);
}

function drainBy({ id, by, since }: Emergency, agent: string): Drain {
  return { agent, by, why: `emergency ${id}`, since, emergency: id };
}

function isSame(one: Drain, other: Drain): boolean {
  return one.by === other.by && one.why === other.why && one.since === other.since;
}

async function isConfined(agent: string, { quarantines }: MeasureServices): Promise<boolean> {
  return (await quarantines.all()).some((one) => one.kind === 'agent' && one.name === agent && isHeld(one));
}

/** @throws LanewayError REFUSED for an agent in quarantine, which only its release gives back */
async function resumeOne(agent: string, services: MeasureServices): Promise<string> {
  if (await isConfined(agent, services)) {
    throw new LanewayError('REFUSED', `agent '${agent}' is in quarantine, and was to take messages again`, {
      help: [`release it first: laneway quarantine release ${agent} --why '...'`],
    });
  }
  // The record last: a command that is repeated finds it, and completes what is missing.
  const told = await receive(agent, 'resume', services);
  await services.registry.resume({ agent });
  return told;
}

async function receive(agent: string, act: 'pause' | 'resume', services: MeasureServices): Promise<string> {
  const { confinementOf, topology } = services;
  return `'${agent}': ${await consumers({ agent }, { topology, confinement: confinementOf(agent) }, act)}`;
}
