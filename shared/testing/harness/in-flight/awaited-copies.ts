import { decodeCopy } from '../../../agent/receive/decode-copy.js';
import { isInForce } from '../../../domain/quarantine/quarantine.js';
import type { MemoryPauses } from '../../memory/pauses/memory-pauses.js';
import type { MemoryQuarantines } from '../../memory/memory-quarantines.js';
import type { Consumer } from '../consumer.js';

/** Orders of operators in a world that hold messages back. */
interface Stopped {
  readonly pauses: MemoryPauses;
  readonly quarantines: MemoryQuarantines;
}

/**
 * Time at which the next copy becomes (or became) visible to a consumer that does not wait for an operator, as on a paused channel,
 * milliseconds since 1970; undefined for none.
 */
export function nextAwaited(
  { agent, name, queue }: Pick<Consumer, 'agent' | 'name' | 'queue'>,
  { pauses, quarantines }: Stopped,
): number | undefined {
  if (name === 'ingress' && quarantines.present.some((one) => one.kind === 'ingress' && isInForce(one)))
    return queue.nextUnpostponedAt;
  if ((agent === undefined && name !== 'starter') || pauses.present.length === 0) return queue.nextVisibleAt;
  return queue.nextVisibleOf((body) => !pauses.holds(channelOf(body)));
}

function channelOf(body: string): string {
  try {
    return decodeCopy(body).envelope.channel;
  } catch {
    // Its receiver makes it a dead letter.
    return '';
  }
}
