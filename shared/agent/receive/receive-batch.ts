import type { BoundAgent } from '../create-agent.js';
import { handleCopy } from './handling-chain.js';
import { LeaseKeeper, VISIBILITY_MARGIN_SECONDS } from './lease-keeper.js';
import type { Batch, Company, ReceivedCopy, Services, Verdict } from './services.js';

/** Time a handling needs at the least; what cannot get it goes back untried. */
const SHORTEST_HANDLING_MS = 3_000;

/** For a process that handles one batch at a time. */
const NOBODY_ELSE: Company = { beside: (run) => run(), alone: (run) => run() };

/** Longest visibility that SQS allows, seconds. */
const LONGEST_VISIBILITY_SECONDS = 43_200;

/**
 * Handles a batch: brings visibility down to the time there is, runs the copies side by side, then those whose last
 * lease died one by one, and says which go back. Order within a batch is not kept.
 *
 * @returns SQS message ids that are not acknowledged; their visibility is set to when they are to come again
 */
export async function receiveBatch(bound: BoundAgent, services: Services, batch: Batch): Promise<readonly string[]> {
  const remaining = batch.remaining();
  const now = services.clock.now();
  const end = now + remaining;
  const hide = (copies: readonly ReceivedCopy[], seconds: number): Promise<void> =>
    setVisibility(
      batch,
      services,
      copies.map((copy) => ({ copy, seconds })),
    );
  const keeper = batch.renewal && new LeaseKeeper(services, batch.renewal, batch.copies, end, hide);
  // Handling need not wait for it: until it is done, a copy would only stay away longer.
  const broughtDown = hide(
    batch.copies,
    keeper?.hiddenSeconds(now) ?? Math.ceil(remaining / 1000) + VISIBILITY_MARGIN_SECONDS,
  );
  const endRenewing = keeper?.start();
  const run = (copy: ReceivedCopy, alone: boolean): Promise<Verdict> =>
    end - services.clock.now() < SHORTEST_HANDLING_MS
      ? Promise.resolve({ kind: 'return', after: 0, why: 'no time left to start it' })
      : handleCopy(keeper ? { bound, services, copy, alone, end, keeper } : { bound, services, copy, alone, end });
  const company = batch.company ?? NOBODY_ELSE;
  const alone = batch.copies.length === 1 && batch.company === undefined;
  const verdicts = new Map<ReceivedCopy, Verdict>();
  const decide = async (copy: ReceivedCopy, isAlone: boolean): Promise<void> => {
    const verdict = await run(copy, isAlone);
    verdicts.set(copy, verdict);
    // What waits to be run alone stays hidden until then.
    if (verdict.kind !== 'suspect') keeper?.done(copy);
  };
  await company.beside(() => Promise.all(batch.copies.map((copy) => decide(copy, alone))));
  for (const copy of batch.copies) {
    if (verdicts.get(copy)?.kind === 'suspect') await company.alone(() => decide(copy, true));
  }
  endRenewing?.();
  const returned = [...verdicts].flatMap(([copy, verdict]) =>
    verdict.kind === 'return' ? [{ copy, seconds: Math.ceil(verdict.after / 1000) }] : [],
  );
  await broughtDown;
  await setVisibility(batch, services, returned);
  return [...verdicts].flatMap(([copy, verdict]) => (verdict.kind === 'acknowledge' ? [] : [copy.copy]));
}

/** A failure here only makes a copy come back at another time. */
async function setVisibility(
  batch: Batch,
  services: Services,
  changes: readonly { copy: ReceivedCopy; seconds: number }[],
): Promise<void> {
  if (changes.length === 0) return;
  try {
    await batch.receipts.setVisibility(
      changes.map(({ copy, seconds }) => ({
        receipt: copy.receipt,
        seconds: Math.min(LONGEST_VISIBILITY_SECONDS, Math.max(0, seconds)),
      })),
    );
  } catch (error) {
    services.log.warn('visibility could not be changed', { error: String(error) });
  }
}
