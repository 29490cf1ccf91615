import { LanewayError } from '../../../shared/domain/base/errors.js';
import { LEAST_INVOCATIONS, MOST_INVOCATIONS } from './expected-load.js';

/** An agent's part in the invocations of an application. */
export interface AgentShare {
  /** Id of the agent. */
  readonly agent: string;
  /** Caps of its lanes below the highest; `undefined` for one without. */
  readonly lowerCaps: readonly (number | undefined)[];
  /** Invocations that its function may have at all. @defaultValue as many as its lanes */
  readonly reserved?: number | undefined;
}

/**
 * Divides what the caps of lower lanes leave of `most` evenly between the highest lanes, which have no cap otherwise. An agent
 * whose function has a reservation is bounded by that.
 *
 * @returns cap of the highest lane by agent
 * @throws LanewayError INVALID_OPTION when too little is left, or a lower lane has no cap
 */
export function capsOfHighestLanes(
  most: number,
  shares: readonly AgentShare[],
  application: string,
): ReadonlyMap<string, number> {
  const refuse = (what: string, help: string): never => {
    throw new LanewayError('INVALID_OPTION', `agentConcurrency is ${most}, ${what}`, {
      help: [help, `(${application}, agentConcurrency)`],
    });
  };
  let left = most;
  const open: string[] = [];
  for (const { agent, lowerCaps, reserved } of shares) {
    if (reserved !== undefined) left -= reserved;
    else {
      for (const cap of lowerCaps)
        left -=
          cap ??
          refuse(`and a lower lane of '${agent}' has no cap`, 'give that lane a cap, or its function a reservation');
      open.push(agent);
    }
  }
  if (open.length === 0 && left >= 0) return new Map();
  const each = Math.min(MOST_INVOCATIONS, Math.floor(left / open.length));
  const needed = most - left + LEAST_INVOCATIONS * open.length;
  if (!Number.isInteger(most) || !(each >= LEAST_INVOCATIONS))
    refuse(
      `of which lower lanes and reservations take ${most - left}`,
      `allowed: whole numbers from ${needed}, which leave ${LEAST_INVOCATIONS} for each highest lane`,
    );
  return new Map(open.map((agent) => [agent, each]));
}
