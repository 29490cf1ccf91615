import { setTimeout as sleep } from 'node:timers/promises';
import { readEffects } from '../depot/effects.js';
import { deployDepot, depths, packages, publishAll, untilWitnessed, type Sent } from './engine-depot.js';
import { wholeResult } from './engine-result.js';
import type { Row } from '../driver/row.js';

const MESSAGES = 10_000;
/** Published and not yet stored, at most: the engine's receive grows slower with the depth of its queue. */
const BACKLOG = 1_000;
/** Stored messages after which the application is deployed again. */
const REDEPLOY_AT = MESSAGES / 2;
const STALLED_MS = 180_000;

/** Many messages, with a new release of both functions deployed while they flow. */
export const engineSoak: Row = {
  name: 'engine-soak',
  title: `soak: ${MESSAGES} messages through a deployed application, and a deployment of a new release of its functions in the middle`,
  engine: true,
  quick: false,
  run: async ({ witness, progress }) => {
    const depot = await deployDepot(witness.path, 'first');
    const began = Date.now();
    const watch = { published: 0, deepest: 0, stored: 0, movedAt: Date.now(), over: false };
    let redeployed: Promise<string[]> | undefined;
    const look = async (): Promise<void> => {
      while (!watch.over) {
        const { size } = readEffects(witness.path).stored;
        if (size > watch.stored) watch.movedAt = Date.now();
        watch.stored = size;
        watch.deepest = Math.max(watch.deepest, (await depths(depot.app)).fullest);
        if (size >= REDEPLOY_AT) redeployed ??= redeploy(witness.path);
        progress(`published ${watch.published}, stored ${size} of ${MESSAGES}, fullest lane so far ${watch.deepest}`);
        await sleep(2_000);
      }
    };
    const stalled = (): boolean => watch.over || Date.now() - watch.movedAt > STALLED_MS;
    const publish = async (): Promise<Sent[]> => {
      const published = await publishAll(depot.gate, packages('soak', MESSAGES), {
        lanes: 4,
        ready: async () => {
          while (watch.published - watch.stored > BACKLOG && !stalled()) await sleep(200);
          watch.published += 10;
        },
      });
      while (watch.stored < MESSAGES && !stalled()) await sleep(500);
      return published;
    };
    const end = (): void => void (watch.over = true);
    const [sent] = await Promise.all([publish().finally(end), look().finally(end)]);
    const seconds = (Date.now() - began) / 1_000;
    const failed = (await redeployed) ?? [];
    await untilWitnessed(witness.path, ({ stored }) => stored.size >= MESSAGES, 60_000);
    const releases = new Map<string, number>();
    for (const [first] of readEffects(witness.path).sorted.values())
      if (first) releases.set(first.release, (releases.get(first.release) ?? 0) + 1);
    const by = (release: string): number => releases.get(release) ?? 0;
    const figure =
      `${(MESSAGES / seconds).toFixed(0)} messages/s over ${seconds.toFixed(0)} s, fullest lane ${watch.deepest}; ` +
      `handled by the first release ${by('first')}, by the second ${by('second')}`;
    const problems = [
      ...failed,
      ...(by('second') === 0 ? ['the second release handled nothing'] : []),
      ...(watch.deepest >= 10_000 ? [`a lane held ${watch.deepest} messages`] : []),
    ];
    // An engine may end the processes of the first release, whatever they work on.
    return wholeResult(depot, sent, { settleWithinMs: 120_000, figure, problems, mayRepeat: true });
  },
};

/** Deploys the second release. Resolves with a sentence on the failure, or with none. */
async function redeploy(witness: string): Promise<string[]> {
  try {
    await deployDepot(witness, 'second');
    return [];
  } catch (error) {
    return [`the second release was not deployed: ${String(error)}`];
  }
}
