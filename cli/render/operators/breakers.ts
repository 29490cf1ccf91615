import type { BreakerRecord, BreakerState } from '../../../shared/domain/breaker/breaker.js';
import { visibleLine } from '../../../shared/domain/base/visible-text.js';
import type { Paint } from '../paint.js';
import { table } from '../table.js';

/** Breakers as a table: `laneway breakers list`. */
export function breakerTable(application: string, breakers: readonly BreakerRecord[], paint: Paint): string[] {
  if (breakers.length === 0) return [`no agent of ${application} has made a guarded call yet`];
  const head = ['agent', 'guard', 'state', 'since', 'failures', 'tried again', 'why'].map((text) => ({
    text,
    paint: paint.faint,
  }));
  const paints: Readonly<Record<BreakerState, (text: string) => string>> = {
    closed: paint.good,
    open: paint.bad,
    'half-open': paint.warn,
  };
  const rows = breakers.map((one) => [
    one.agent,
    one.name,
    { text: one.state, paint: paints[one.state] },
    one.since,
    String(one.failures),
    triedAgain(one),
    visibleLine(one.tripped ? `${one.tripped.by}: ${one.tripped.why}` : (one.error ?? '')),
  ]);
  return table(rows, { head });
}

function triedAgain({ state, until }: BreakerRecord): string {
  if (state !== 'open') return '';
  return until ?? 'when it is reset';
}
