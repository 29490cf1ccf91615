import type { BreakerRecord, BreakerState } from '../../domain/breaker/breaker.js';
import { defined } from '../../domain/base/defined.js';
import { summarizeError } from '../../domain/base/errors.js';
import { derivedId } from '../../domain/base/ids.js';
import { BreakerChanged } from '../../message/system-messages.js';
import { publishMessage, type Publishing } from '../../publishing/publish-message.js';
import type { Topology } from '../../topology/topology.js';

/** Publisher and counter of changes of breakers. */
export interface TellServices {
  readonly topology: Topology;
  readonly publishing: Publishing;
  /** Counts one change that no person made. */
  readonly countBreaker: (state: BreakerState) => void;
}

/**
 * Tells of a breaker whose state a write has changed, as `BreakerChanged` and in the metric. The id follows from breaker and change, so that a
 * repetition tells nothing twice. A breaker of an agent that the topology does not have is nobody's.
 * @throws LanewayError UNAVAILABLE, to be repeated; REFUSED
 */
export async function tellBreaker(
  record: BreakerRecord,
  before: Pick<BreakerRecord, 'turn'> | undefined,
  { topology, publishing, countBreaker }: TellServices,
): Promise<void> {
  if (record.turn === 0 || record.turn === before?.turn || !Object.hasOwn(topology.model.agents, record.agent)) return;
  const { agent, name: guard, state, since, turn, until, failures, error, tripped } = record;
  const data = { agent, guard, state, since, turn, failures, ...defined({ until, error, trippedBy: tripped?.by }) };
  const id = derivedId(BreakerChanged.name, agent, guard, since, String(turn));
  try {
    await publishMessage(publishing, BreakerChanged, data, { id });
  } catch (error) {
    // It is in the ledger, and the sweeper sends it.
    if (summarizeError(error).code !== 'PUBLISH') throw error;
  }
  if (tripped === undefined) countBreaker(state);
}
