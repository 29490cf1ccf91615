import { milliseconds, type Duration } from '../../domain/base/duration.js';
import { defined } from '../../domain/base/defined.js';
import { LanewayError } from '../../domain/base/errors.js';
import { DEFAULT_PROFILES, type QosProfile } from '../../domain/delivery/qos.js';

/** Times and tries of a whole topology, in place of those of the framework. What a channel, an agent or a call says itself goes before them. */
export interface TopologyDefaults {
  /**
   * Time from the publishing of a request to its deadline, where neither the call nor the message being handled gives one; at least
   * 6 seconds. @defaultValue the expiry of the channel; 5 minutes for `request` of a client
   */
  readonly requestTimeout?: Duration;
  /** Times that a handler is started for one delivery, 1 to 20, on channels that name no profile. @defaultValue 3 */
  readonly tries?: number;
  /** Bounds of the backoff between two tries, on channels that name no profile. @defaultValue 1 second to 1 minute */
  readonly backoff?: QosProfile['backoff'];
  /** Age at which a message is no longer handled, on channels that name no profile. @defaultValue '1 hour' */
  readonly expires?: Duration;
  /**
   * Time for which payloads are kept and may be replayed, at most 400 days, on channels that name no profile. @defaultValue not
   * beyond delivery
   */
  readonly retainPayloads?: Duration;
  /** Longest time of one handler, up to 14 minutes, of agents that declare none. @defaultValue '30 seconds' */
  readonly handlerTimeout?: Duration;
  /**
   * Interval of the heartbeats of workers, 10 seconds to 10 minutes. An instance that is silent for two of them is offline.
   * @defaultValue '30 seconds'
   */
  readonly heartbeat?: Duration;
}

/** Time of a request of a client that gives none, in a topology that says nothing. */
export const DEFAULT_REQUEST_TIMEOUT: Duration = '5 minutes';

/** Shortest default for requests: a command is not sent with less time than this. */
export const SHORTEST_REQUEST_TIMEOUT: Duration = '6 seconds';

/** Bounds of the interval of heartbeats. */
export const SHORTEST_HEARTBEAT: Duration = '10 seconds';
export const LONGEST_HEARTBEAT: Duration = '10 minutes';

/** Defaults that a topology's model keeps, as they are read while it runs; the others stand in its channels and agents. */
export type ModelDefaults = Pick<TopologyDefaults, 'requestTimeout' | 'heartbeat'>;

const NAMES: readonly (keyof TopologyDefaults)[] = [
  ...(['requestTimeout', 'tries', 'backoff', 'expires', 'retainPayloads', 'handlerTimeout', 'heartbeat'] as const),
];

/** Defaults that are values of the profile `standard`. */
const OF_STANDARD = ['tries', 'backoff', 'expires', 'retainPayloads'] as const;

/**
 * Checks what the defaults alone show. What depends on a channel or an agent is checked there, with the value that it then has.
 * @throws LanewayError INVALID_TOPOLOGY, INVALID_DURATION
 */
export function modelDefaults(defaults: TopologyDefaults, topology: string): ModelDefaults {
  const refuse = (what: string, allowed: string): never => {
    throw new LanewayError('INVALID_TOPOLOGY', `defaults.${what}`, { help: [`allowed: ${allowed}   (${topology})`] });
  };
  for (const name of Object.keys(defaults))
    if (!(NAMES as readonly string[]).includes(name)) refuse(`${name} is no default`, NAMES.join(', '));
  const { requestTimeout, heartbeat } = defaults;
  if (requestTimeout !== undefined && milliseconds(requestTimeout) < milliseconds(SHORTEST_REQUEST_TIMEOUT))
    refuse(
      `requestTimeout is '${requestTimeout}'`,
      `at least ${SHORTEST_REQUEST_TIMEOUT}: a request with less is not sent`,
    );
  if (
    heartbeat !== undefined &&
    (milliseconds(heartbeat) < milliseconds(SHORTEST_HEARTBEAT) ||
      milliseconds(heartbeat) > milliseconds(LONGEST_HEARTBEAT))
  )
    refuse(`heartbeat is '${heartbeat}'`, `${SHORTEST_HEARTBEAT} to ${LONGEST_HEARTBEAT}`);
  return defined({ requestTimeout, heartbeat });
}

/**
 * Refuses an own profile `standard` beside defaults that are values of it: one of the two would count for nothing.
 * @throws LanewayError INVALID_TOPOLOGY
 */
export function checkStandard(
  defaults: TopologyDefaults,
  profiles: Readonly<Record<string, QosProfile>>,
  topology: string,
): void {
  if (!Object.hasOwn(profiles, 'standard')) return;
  const given = OF_STANDARD.filter((name) => defaults[name] !== undefined);
  if (given.length === 0) return;
  throw new LanewayError(
    'INVALID_TOPOLOGY',
    `profiles.standard stands beside ${given.map((name) => `defaults.${name}`).join(', ')}`,
    {
      help: [`both say what channels have that name no profile: leave one of the two out   (${topology})`],
    },
  );
}

/** The profile of channels that name none. System channels keep that of the framework, whose messages end waits. */
export function standardProfile({ tries, backoff, expires, retainPayloads }: TopologyDefaults): QosProfile {
  return { ...DEFAULT_PROFILES.standard, ...defined({ tries, backoff, expires, retainPayloads }) };
}

/** Time of a request of a client: as it gives it, else as its topology does. */
export function timeoutOf(given: Duration | undefined, { requestTimeout }: ModelDefaults): Duration {
  return given ?? requestTimeout ?? DEFAULT_REQUEST_TIMEOUT;
}
