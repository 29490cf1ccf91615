import { readFileSync } from 'node:fs';
import type { LoadMessage } from './steady-load.js';

/** Deeds by deed and thing: ids of the messages by which it was done, with how often its handler ran. */
export type Deeds = ReadonlyMap<string, ReadonlyMap<string, number>>;

/** Reads what the agents of the quay wrote down. */
export function readDeeds(file: string): Deeds {
  const deeds = new Map<string, Map<string, number>>();
  for (const line of readFileSync(file, 'utf8').split('\n').filter(Boolean)) {
    const [deed = '', thing = '', id = ''] = line.split(' ');
    const ids = deeds.get(`${deed} ${thing}`) ?? new Map<string, number>();
    deeds.set(`${deed} ${thing}`, ids.set(id, (ids.get(id) ?? 0) + 1));
  }
  return deeds;
}

/** Deeds that each kind of message leads to, and the number of messages by which each is done. */
const LEADS_TO = {
  landing: { lifted: 1, stored: 1 },
  request: { weighed: 1 },
  // Two steps ask for the weight.
  ship: { weighed: 2, cleared: 1 },
} as const;

/**
 * Holds what was done against what was sent, one sentence for each difference. By one message a handler may run twice, when its
 * outcome could not be stored: that is at least once. By two messages nothing may be done twice.
 */
export function differences(sent: readonly LoadMessage[], deeds: Deeds): string[] {
  return sent.flatMap(({ kind, name, accepted }) =>
    Object.entries(LEADS_TO[kind]).flatMap(([deed, times]) => {
      const found = deeds.get(`${deed} ${name}`)?.size ?? 0;
      // A client that was refused may have its message in the ledger: then it is sent, and once.
      if (found === times || (found === 0 && !accepted)) return [];
      return [`${name}, ${accepted ? 'accepted' : 'refused'}, was ${deed} by ${found} messages in place of ${times}`];
    }),
  );
}

/** Runs of handlers beyond the first, by one message. */
export const repeated = (deeds: Deeds): number =>
  [...deeds.values()].reduce((sum, ids) => sum + [...ids.values()].reduce((more, times) => more + times - 1, 0), 0);
