import type { Log } from '../../agent/context.js';
import type { Ports } from '../../domain/ports.js';

/** Ports for setting aside what a run could not read. */
export interface AsideServices extends Pick<Ports, 'pending' | 'unreadable'> {
  readonly log: Log;
}

/**
 * Sets aside what this run met and could not read. A request is taken out of what is due, so that it counts once and no later
 * run meets it. A row of the ledger is behind the run's place already, and the ledger's stream has counted it when it was written.
 * @returns requests that this call set aside
 * @throws LanewayError UNAVAILABLE; the next run meets them again
 */
export async function setAside({ log, pending, unreadable }: AsideServices): Promise<number> {
  let requests = 0;
  const { rows, more } = unreadable.take();
  for (const row of rows) {
    if (row.kind === 'request' && (await pending.setAside(row.where))) {
      requests++;
      log.error('a request that cannot be read was set aside', { ...row });
    } else log.warn('a row that cannot be read was passed over', { ...row });
  }
  if (more > 0) log.warn('further rows that cannot be read were passed over', { more });
  return requests;
}
