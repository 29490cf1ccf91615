import { DEFAULT_PROFILES, LONGEST_RETENTION_MS } from '../../shared/domain/delivery/qos.js';
import { LANE_RETENTION_DAYS } from '../../shared/domain/delivery/lane-retention.js';
import { BEAT_EVERY_MS } from '../../shared/domain/registry/lifecycle.js';
import {
  DEFAULT_REQUEST_TIMEOUT,
  LONGEST_HEARTBEAT,
  SHORTEST_HEARTBEAT,
  SHORTEST_REQUEST_TIMEOUT,
  type TopologyDefaults,
} from '../../shared/topology/defaults/topology-defaults.js';
import { DEFAULT_HANDLER_TIMEOUT, LONGEST_HANDLER_TIMEOUT } from '../../shared/topology/defaults/handler-timeout.js';
import { ms } from './timeout-row.js';

const { tries, backoff, expires } = DEFAULT_PROFILES.standard;
const NO_PROFILE = 'channels that name no profile (`qos.from`); not those of the system';

/** Every member of `defaults`; a member that is missing here does not compile. */
const TOLD: Readonly<
  Record<keyof TopologyDefaults, readonly [without: string, where: string, bounds: string, named: string]>
> = {
  requestTimeout: [
    `the expiry of the command (${expires}); for \`request\` of a client ${DEFAULT_REQUEST_TIMEOUT}`,
    'requests whose call gives no time and whose handling has no deadline',
    `at least ${SHORTEST_REQUEST_TIMEOUT}, and never beyond the expiry of the command`,
    '30 seconds and 300 seconds. A client waits for the longer; agents and steps do not, as a command that waits in a lane through an outage would be ended',
  ],
  tries: [String(tries), NO_PROFILE, '1 to 20', '3'],
  backoff: [`${backoff.first} to ${backoff.most}`, NO_PROFILE, 'first not longer than most, at most 12 hours', ''],
  expires: [
    expires,
    NO_PROFILE,
    `with \`backoff.most\` and 15 minutes within the ${LANE_RETENTION_DAYS} days of a lane`,
    '1 hour',
  ],
  retainPayloads: ['not beyond delivery', NO_PROFILE, `at most ${ms(LONGEST_RETENTION_MS)}`, ''],
  handlerTimeout: [
    DEFAULT_HANDLER_TIMEOUT,
    'agents that declare none',
    `up to ${LONGEST_HANDLER_TIMEOUT}`,
    '300 seconds for a whole task. A handler that hangs holds its message for so long; an agent that needs more says so',
  ],
  heartbeat: [
    ms(BEAT_EVERY_MS),
    'workers; silent for two of them is offline',
    `${SHORTEST_HEARTBEAT} to ${LONGEST_HEARTBEAT}; the platform looks every minute`,
    '30 seconds, offline after 60',
  ],
};

/** Rows of the table of defaults. */
export const DEFAULTS_TABLE: readonly (readonly [string, ...(readonly string[])])[] = Object.entries(TOLD).map(
  ([name, cells]) => [name, ...cells] as const,
);
