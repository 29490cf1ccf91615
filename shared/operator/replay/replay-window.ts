import { defined } from '../../domain/base/defined.js';
import type { ReplayWindow, WindowProgress } from '../../domain/evidence/bus-archive.js';
import { LanewayError } from '../../domain/base/errors.js';
import { derivedId } from '../../domain/base/ids.js';
import { RETENTION_DAYS } from '../../domain/evidence/retention.js';
import type { Ports } from '../../domain/ports.js';
import { checkActor, type Actor } from '../operator-services.js';
import { replayEntry } from './replay-services.js';

/** Ports and settings of the replay of a window. */
export interface WindowServices extends Pick<Ports, 'busArchive' | 'clock'> {
  readonly book: Pick<Ports['book'], 'record'>;
  readonly pause: (ms: number) => Promise<unknown>;
}

/** Result of the replay of a window. */
export interface WindowReport {
  /** Name of the replay; its entry in the ledger stands under it as a conversation. */
  readonly name: string;
  readonly archive: string;
  readonly state: string;
  readonly reached?: string;
}

const DAY_MS = 86_400_000;
const LOOK_EVERY_MS = 1_000;

/**
 * Has EventBridge put every event of a window onto the bus once more, and waits until it has. Events keep their ids, so
 * that receivers pass over what they have an outcome of, and record what has expired; only what never came is handled. The
 * order is EventBridge's.
 *
 * @throws LanewayError NOT_FOUND when the bus has no archive; INVALID_OPTION for a window that ends before it begins, lies
 * ahead, or reaches back further than receivers remember (21 days); REFUSED when EventBridge ended it otherwise
 */
export async function replayWindow(
  window: ReplayWindow,
  actor: Actor,
  options: { readonly dryRun?: boolean; readonly progress?: (now: WindowProgress) => void },
  services: WindowServices,
): Promise<WindowReport> {
  checkActor(actor);
  const { busArchive, book, clock, pause } = services;
  const now = clock.now();
  checkWindow(window, now);
  const found = await busArchive.find();
  if (!found) {
    throw new LanewayError('NOT_FOUND', 'the bus keeps no archive', {
      help: ["give LanewayApplication `busArchive: '30 days'` and deploy: events are archived from then on"],
    });
  }
  const [from, to, at] = [window.from, window.to, now].map((time) => new Date(time).toISOString());
  const name = `laneway-${derivedId('replay', found.name, actor.by, at ?? '')}`;
  if (options.dryRun === true) return { name, archive: found.name, state: 'would-start' };
  await book.record(replayEntry(name, actor, at ?? '', { window: { from: from ?? '', to: to ?? '' } }));
  await busArchive.start(name, window);
  for (;;) {
    const seen = await busArchive.look(name);
    options.progress?.(seen);
    if (seen.state === 'COMPLETED') {
      const { state, reached } = seen;
      return { name, archive: found.name, state, ...defined({ reached }) };
    }
    if (seen.state === 'FAILED' || seen.state === 'CANCELLED')
      throw new LanewayError('REFUSED', `the replay ${name} ended as ${seen.state}: ${seen.why ?? 'no reason given'}`);
    await pause(LOOK_EVERY_MS);
  }
}

function checkWindow({ from, to }: ReplayWindow, now: number): void {
  const refuse = (what: string, allowed: string): never => {
    throw new LanewayError('INVALID_OPTION', what, { help: [`allowed: ${allowed}`] });
  };
  if (!(from < to)) refuse('the window ends before it begins', '--from earlier than --to');
  if (to > now) refuse('the window ends in the future', '--to up to now');
  if (from < now - RETENTION_DAYS * DAY_MS) {
    refuse(
      `the window begins more than ${RETENTION_DAYS} days ago, when receivers no longer know what they have done`,
      `--from within ${RETENTION_DAYS} days; older messages as a new generation: laneway replay --from ... --new-generation`,
    );
  }
}
