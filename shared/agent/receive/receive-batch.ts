import type { LaneReceipts } from '../../domain/wire/message-bus.js';
import { sendersInto } from '../../topology/emergency/emergency-channel.js';
import type { BoundAgent } from '../create-agent.js';
import { handleCopy } from './handle-copy.js';
import { LeaseKeeper, VISIBILITY_MARGIN_SECONDS } from './lease-keeper.js';
import type { Batch, Concurrency, ReceivedCopy, Services } from './services.js';
import { LOST, type Verdict } from './verdict.js';

/** Least time that a handling needs, milliseconds; a copy that cannot get it goes back untried. */
export const SHORTEST_HANDLING_MS = 3_000;

/** Coordination of a process that handles one batch at a time: there is nothing to wait for. */
const NOBODY_ELSE: Concurrency = { beside: (run) => run(), alone: (run) => run() };

/** Longest visibility that SQS allows, seconds. */
export const LONGEST_VISIBILITY_SECONDS = 43_200;

/**
 * Handles a batch: sets the copies' visibility to the time there is, runs them side by side, then those whose last
 * lease died one by one. Order within a batch is not kept.
 *
 * @returns SQS message ids of the copies that are not acknowledged; their visibility is set to when they are to come
 * again
 */
export async function receiveBatch(bound: BoundAgent, services: Services, batch: Batch): Promise<readonly string[]> {
  const remaining = batch.remaining();
  const now = services.clock.now();
  const end = now + remaining;
  const hide = (copies: readonly ReceivedCopy[], seconds: number): Promise<void> =>
    setVisibility(
      batch,
      services,
      copies.map(({ receipt }) => ({ receipt, seconds: allowed(seconds) })),
    );
  const { copies, lane = 'normal', renewal } = batch;
  const from = sendersInto(bound.agent.topology.model, lane);
  const keeper = renewal && new LeaseKeeper(services, { renewal, copies, end, hide });
  // Handling need not wait for the change: until it is done, a copy would only stay away longer.
  const hidden = keeper?.hiddenSeconds(now) ?? Math.ceil(remaining / 1000) + VISIBILITY_MARGIN_SECONDS;
  const broughtDown = hidden === batch.renewal?.receivedFor ? undefined : hide(batch.copies, hidden);
  const endRenewing = keeper?.start();
  const run = (copy: ReceivedCopy, alone: boolean, at: number): Promise<Verdict> =>
    end - at < SHORTEST_HANDLING_MS
      ? Promise.resolve({ kind: 'return', after: 0, why: 'no time left to start it' })
      : handleCopy({ bound, services, copy, from, alone, at, end, keeper });
  const concurrency = batch.concurrency ?? NOBODY_ELSE;
  const alone = batch.copies.length === 1 && batch.concurrency === undefined;
  const keep = async (copy: ReceivedCopy, isAlone: boolean, at: number): Promise<Verdict> => {
    const verdict = await run(copy, isAlone, at);
    // A copy that waits to be run alone stays hidden until then.
    if (verdict.kind !== 'suspect') keeper?.done(copy);
    return verdict;
  };
  const decide = keeper ? keep : run;
  const verdicts = await concurrency.beside(() => {
    // The copies start together, so that one look at the clock is enough.
    const at = services.clock.now();
    return Promise.all(batch.copies.map((copy) => decide(copy, alone, at)));
  });
  const areDone = verdicts.every(({ kind }) => kind === 'acknowledge');
  for (const [index, copy] of areDone ? [] : batch.copies.entries()) {
    if (verdicts[index]?.kind === 'suspect')
      verdicts[index] = await concurrency.alone(() => decide(copy, true, services.clock.now()));
  }
  endRenewing?.();
  await broughtDown;
  if (areDone) return [];
  const decided = batch.copies.map((copy, index) => ({ copy, verdict: verdicts[index] ?? LOST }));
  const returned = decided.flatMap(({ copy, verdict }) =>
    verdict.kind === 'return' ? [{ receipt: copy.receipt, seconds: allowed(Math.ceil(verdict.after / 1000)) }] : [],
  );
  await setVisibility(batch, services, returned);
  return decided.flatMap(({ copy, verdict }) => (verdict.kind === 'acknowledge' ? [] : [copy.copy]));
}

function allowed(seconds: number): number {
  return Math.min(LONGEST_VISIBILITY_SECONDS, Math.max(0, seconds));
}

/** Changes visibility. A failure is logged only, as it just makes a copy come back at another time. */
async function setVisibility(
  batch: Batch,
  services: Services,
  changes: Parameters<LaneReceipts['setVisibility']>[0],
): Promise<void> {
  if (changes.length === 0) return;
  try {
    await batch.receipts.setVisibility(changes);
  } catch (error) {
    services.log.warn('visibility could not be changed', { error: String(error) });
  }
}
