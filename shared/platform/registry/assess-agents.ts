import type { Log } from '../../agent/context.js';
import { summarizeError } from '../../domain/base/errors.js';
import { derivedId } from '../../domain/base/ids.js';
import type { Ports } from '../../domain/ports.js';
import { DEFAULT_LIMITS } from '../../domain/registry/health-limits.js';
import { assessAgent, type AgentHealth, type HealthChange, type LookedAt } from '../../domain/registry/health.js';
import { AgentCameBack, AgentWentDown, ResourceThresholdCrossed } from '../../message/system-messages.js';
import { publishMessage, type Publishing, type OutsideOptions } from '../../publishing/publish-message.js';
import type { AgentModel } from '../../topology/model.js';

/** Ports for the health of agents as a whole. */
export interface AssessServices extends Pick<Ports, 'clock' | 'registry'> {
  readonly publishing: Publishing;
  readonly log: Log;
}

/** Health of an agent after a look, and what was told of it. */
export interface Assessed {
  /** Undefined for one that was never down, nor beyond a limit. */
  readonly health: AgentHealth | undefined;
  /** Messages that were published. */
  readonly told: number;
}

/**
 * Assesses an agent after a look at its instances, writes down what has changed, and publishes each change once. A change is written
 * before it is published, under an id that follows from it: a run that dies between the two is completed by the next, with the same
 * message. One that is refused for good is told in the log alone, so that it holds no other up.
 *
 * @param before health that the registry has of it
 * @throws LanewayError UNAVAILABLE
 */
export async function assess(
  { id, health: limits = {} }: AgentModel,
  looks: readonly LookedAt[],
  before: AgentHealth | undefined,
  services: AssessServices,
): Promise<Assessed> {
  const { clock, registry } = services;
  // A run that died left something written and not published.
  const first = before && (await tell(before, services));
  const known = first?.health;
  const next = assessAgent(id, looks, { before: known, limits: { ...DEFAULT_LIMITS, ...limits } }, clock.now());
  const told = first?.told ?? 0;
  if (next === undefined || next === known) return { health: known, told };
  if (!(await registry.assess(next, known))) {
    // A row that cannot be read is passed over: it stands, and is not known.
    if (!known)
      services.log.error('the health of an agent was not written: its row is there, and was not read', {
        ...{ agent: id, state: next.state, row: `health ${id}` },
        help: 'when it comes again, the row cannot be read: delete it in the table of the registry',
      });
    return { health: known, told };
  }
  const last = await tell(next, services);
  return { health: last.health, told: told + last.told };
}

async function tell(
  health: AgentHealth,
  services: AssessServices,
): Promise<{ readonly health: AgentHealth; readonly told: number }> {
  const { agent, untold } = health;
  if (untold.length === 0) return { health, told: 0 };
  let told = 0;
  for (const change of untold) if (await publish(agent, change, services)) told += 1;
  const done = { ...health, untold: [] };
  // Somebody else may have told the same, under the same ids.
  return { health: (await services.registry.assess(done, health)) ? done : health, told };
}

/** @returns false when it is refused for good */
async function publish(agent: string, change: HealthChange, { log, publishing }: AssessServices): Promise<boolean> {
  const { kind, number, since } = change;
  const options: OutsideOptions = {
    id: derivedId('AgentHealth', agent, kind, String(number), since),
    // One conversation for each agent and day: a conversation has a budget.
    correlationId: `agents:${agent}:${since.slice(0, 10)}`,
  };
  try {
    switch (change.kind) {
      case 'down': {
        const { cause, tasks } = change;
        await publishMessage(publishing, AgentWentDown, { agent, since, cause, tasks }, options);
        break;
      }
      case 'back':
        await publishMessage(publishing, AgentCameBack, { agent, since, downSince: change.downSince }, options);
        break;
      case 'threshold': {
        const { resource, crossed, value, threshold } = change;
        const data = { agent, resource, crossed, value, threshold, since };
        await publishMessage(publishing, ResourceThresholdCrossed, data, options);
      }
    }
  } catch (error) {
    const { code, message, retryable } = summarizeError(error);
    if (!retryable) {
      log.error('a change of health is refused, and is not told', { agent, change: kind, error: message });
      return false;
    }
    // What is in the ledger, the sweeper sends.
    if (code !== 'PUBLISH') throw error;
    log.warn('a change of health was recorded and not sent yet', { agent, change: kind });
  }
  return true;
}
