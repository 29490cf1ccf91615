import { milliseconds, type Duration } from '../domain/base/duration.js';
import { LanewayError, unknownName } from '../domain/base/errors.js';
import { DEFAULT_BACKOFF_MS, RUNG_KINDS, SHORTEST_ATTEMPT_MS, type Rung } from '../domain/request/ladder.js';
import type { MessageType } from '../message/message-type.js';
import { isMeant, type AgentGroup } from './addressing.js';
import type { AgentModel, ChannelModel } from './model.js';
import type { ChannelSpec, EscalationRung } from './topology.js';

/** Parts of a topology that a ladder is checked against. */
export interface LadderSurroundings {
  readonly topology: string;
  readonly channels: Readonly<Record<string, ChannelModel>>;
  readonly agents: Readonly<Record<string, AgentModel>>;
  readonly types: ReadonlyMap<string, MessageType>;
}

/** Most attempts that one rung may make. */
export const MOST_TIMES = 10;

/**
 * The escalation ladder and the extension of a channel, checked.
 * @throws LanewayError INVALID_TOPOLOGY, UNKNOWN_CHANNEL, UNKNOWN_AGENT, INVALID_DURATION, each with the place
 */
export function ladderOf(
  channel: ChannelModel,
  spec: Pick<ChannelSpec, 'escalation' | 'extension'>,
  surroundings: LadderSurroundings,
): Pick<ChannelModel, 'escalation' | 'extension'> {
  const place = `${surroundings.topology}, channels['${channel.name}']`;
  if (spec.escalation === undefined && spec.extension === undefined) return {};
  const requests = requestsOn(channel, surroundings);
  if (requests.length === 0) {
    const what = spec.escalation === undefined ? 'extension' : 'escalation';
    invalid(
      `channel '${channel.name}' has an ${what}, but carries no command that names a reply`,
      'only requests escalate: declare it on the channel of a command with { reply: ... }',
      place,
    );
  }
  const extension = spec.extension === undefined ? {} : { extension: duration(spec.extension, `${place}.extension`) };
  if (spec.escalation === undefined) return extension;
  return { escalation: rungsOf(spec.escalation, channel, `${place}.escalation`, surroundings), ...extension };
}

/**
 * Declared rungs, checked, with their agents.
 * @throws LanewayError as {@link ladderOf}
 */
export function rungsOf(
  escalation: readonly EscalationRung[],
  channel: ChannelModel,
  place: string,
  surroundings: LadderSurroundings,
): Rung[] {
  const rungs = escalation.flatMap((rung, index, all) => {
    const where = `${place}[${index}]`;
    if (rung !== 'abort') return [rungOf(rung, channel, where, surroundings)];
    if (index < all.length - 1) invalid("'abort' is not the last rung", 'nothing follows on the end', where);
    return [];
  });
  rungs.forEach(({ kind }, index) => {
    const before = rungs[index - 1]?.kind;
    if (
      before !== undefined &&
      RUNG_KINDS.indexOf(kind) <= RUNG_KINDS.indexOf(before) &&
      !(kind === before && kind !== 'retry' && kind !== 'person')
    ) {
      invalid(
        `the rung '${kind}' stands after '${before}'`,
        `allowed: ${RUNG_KINDS.join(', ')}, in this order`,
        `${place}[${index}]`,
      );
    }
  });
  return rungs;
}

function rungOf(
  rung: Exclude<EscalationRung, 'abort'>,
  channel: ChannelModel,
  where: string,
  surroundings: LadderSurroundings,
): Rung {
  if ('retry' in rung) {
    const backoff = rung.backoff
      ? {
          first: duration(rung.backoff.first, `${where}.backoff.first`),
          most: duration(rung.backoff.most, `${where}.backoff.most`),
        }
      : DEFAULT_BACKOFF_MS;
    if (backoff.first > backoff.most)
      invalid('the first pause is longer than the most', 'allowed: first up to most', `${where}.backoff`);
    return { kind: 'retry', times: times(rung.retry, `${where}.retry`), ...timeoutOf(rung, where), backoff };
  }
  if ('agent' in rung) {
    const agents = substitutes(rung.agent, channel, where, surroundings);
    return { kind: 'agent', agents, times: times(rung.times ?? 1, `${where}.times`), ...timeoutOf(rung, where) };
  }
  if ('channel' in rung)
    return { kind: 'channel', ...fallback(rung.channel, channel, where, surroundings), ...timeoutOf(rung, where) };
  if ('person' in rung) return { kind: 'person', within: attemptTime(rung.person, `${where}.person`) };
  return invalid(
    `a rung is ${JSON.stringify(rung)}`,
    "allowed: { retry }, { agent }, { channel }, { person }, 'abort'",
    where,
  );
}

function substitutes(
  wanted: string | AgentGroup,
  channel: ChannelModel,
  where: string,
  { agents }: LadderSurroundings,
): string[] {
  if (typeof wanted === 'object') {
    const able = channel.subscribers.filter((id) => isMeant(agents, id, wanted));
    if (able.length > 0) return able;
    const [what, name] = 'capability' in wanted ? ['capability', wanted.capability] : ['role', wanted.role];
    const known = channel.subscribers.flatMap((id) => {
      const { capabilities = [], role } = agents[id] ?? {};
      return 'capability' in wanted ? capabilities : role === undefined ? [] : [role];
    });
    throw unknownName(
      'UNKNOWN_AGENT',
      `no subscriber of '${channel.name}' has the ${what} '${name}'`,
      name,
      [...new Set(known)],
      `${where}.agent`,
    );
  }
  if (wanted === 'another' && !(wanted in agents)) {
    if (channel.subscribers.length < 2)
      invalid(
        `'another' agent is to take over on '${channel.name}', which has one subscriber`,
        'subscribe a second agent to it, or leave the rung out',
        `${where}.agent`,
      );
    return [...channel.subscribers];
  }
  if (channel.subscribers.includes(wanted)) return [wanted];
  throw unknownName(
    'UNKNOWN_AGENT',
    `'${wanted}' is to take over on '${channel.name}' and is no subscriber of it`,
    wanted,
    channel.subscribers,
    `${where}.agent`,
  );
}

function fallback(
  name: string,
  channel: ChannelModel,
  where: string,
  surroundings: LadderSurroundings,
): { channel: string; agents: readonly string[] } {
  const { channels } = surroundings;
  const other = Object.hasOwn(channels, name) ? channels[name] : undefined;
  if (!other)
    throw unknownName(
      'UNKNOWN_CHANNEL',
      `'${channel.name}' falls back to '${name}'`,
      name,
      Object.keys(channels),
      `${where}.channel`,
    );
  const lacking = requestsOn(channel, surroundings).filter((type) => !other.carries.includes(type));
  if (other === channel || lacking.length > 0) {
    const why = other === channel ? 'which is the channel itself' : `which does not carry ${lacking.join(', ')}`;
    const carriers = Object.values(channels).filter(
      (one) => one !== channel && requestsOn(channel, surroundings).every((type) => one.carries.includes(type)),
    );
    invalid(
      `'${channel.name}' falls back to '${name}', ${why}`,
      `allowed: ${carriers.map((one) => one.name).join(', ') || 'a channel that carries the same commands'}`,
      `${where}.channel`,
    );
  }
  return { channel: name, agents: other.subscribers };
}

function requestsOn(channel: ChannelModel, { types }: LadderSurroundings): string[] {
  return channel.carries.filter((name) => {
    const type = types.get(name);
    return type?.kind === 'command' && type.reply !== undefined;
  });
}

function timeoutOf({ timeout }: { readonly timeout?: Duration }, where: string): { timeout?: number } {
  return timeout === undefined ? {} : { timeout: attemptTime(timeout, `${where}.timeout`) };
}

function attemptTime(given: Duration, where: string): number {
  const ms = duration(given, where);
  if (ms < SHORTEST_ATTEMPT_MS)
    invalid(`'${given}' is too short for an attempt`, `allowed: ${SHORTEST_ATTEMPT_MS / 1000} seconds or more`, where);
  return ms;
}

function duration(given: Duration, where: string): number {
  try {
    return milliseconds(given);
  } catch (cause) {
    throw new LanewayError('INVALID_DURATION', `'${given}' is not a duration`, {
      cause,
      help: [`allowed: '<number> seconds|minutes|hours|days'   (${where})`],
    });
  }
}

function times(given: number, where: string): number {
  if (!Number.isInteger(given) || given < 1 || given > MOST_TIMES)
    invalid(`${given} attempts`, `allowed: a whole number from 1 to ${MOST_TIMES}`, where);
  return given;
}

function invalid(what: string, help: string, where: string): never {
  throw new LanewayError('INVALID_TOPOLOGY', what, { help: [`${help}   (${where})`] });
}
