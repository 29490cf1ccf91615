import { bookProblems, describeBooks, firstOf, outcomesOf } from './engine-outcomes.js';
import { books, type Depot, type Sent } from './engine-depot.js';
import { readEffects } from '../depot/effects.js';
import type { RowResult } from '../driver/row.js';

/** A message and the command that its handler sends. */
const DELIVERIES = 2;

/** A row's result when every package should have been stored, and its deliveries completed. */
export async function wholeResult(
  depot: Depot,
  sent: readonly Sent[],
  options: {
    readonly settleWithinMs: number;
    readonly figure: string;
    readonly problems?: readonly string[];
    /** True: packages may be handled more than once, because their process was killed. @defaultValue false */
    readonly mayRepeat?: boolean;
  },
): Promise<RowResult> {
  const ledger = await books(
    depot.app,
    sent.map(({ correlationId }) => correlationId),
    options.settleWithinMs,
  );
  const found = outcomesOf(
    readEffects(depot.witness),
    sent.map(({ key }) => key),
  );
  const again = found.sortedAgain + found.storedAgain;
  const problems = [
    ...firstOf(
      'not published',
      sent.flatMap(({ key, refused }) => (refused === undefined ? [] : [`${key} (${refused})`])),
    ),
    ...firstOf('lost', found.missing),
    ...bookProblems(ledger, DELIVERIES * sent.length),
    ...(found.extra > 0 ? [`${found.extra} packages were stored by a second command`] : []),
    ...(again > 0 && options.mayRepeat !== true ? [`${again} handlings were repeated, and nothing was killed`] : []),
    ...(options.problems ?? []),
  ];
  return {
    ok: problems.length === 0,
    sent: sent.length,
    effects: found.effects,
    quarantined: ledger.deadLettered + ledger.expired,
    lost: found.missing.length,
    extra: found.extra,
    figure: `${options.figure}; ${describeBooks(ledger)}; handlers run again: ${again}`,
    problems,
  };
}
