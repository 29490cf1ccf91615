import { setTimeout as sleep } from 'node:timers/promises';
import { openCounter, type Counter } from '../../counter/open-counter.js';
import { startWorkerProcess } from '../../counter/worker-process.js';
import { CLERKS, type Clerk } from '../../counter/topology.js';
import { seededRandom } from '../../../shared/testing/memory/seeded-random.js';
import { enterEngine } from './engine-depot.js';
import type { Row } from '../driver/row.js';

/** Over all clerks, each of which has a worker of its own: half of them idle, half of them busy. */
const KILLS = 50;
/** Longest time for a message that a killed worker held: its visibility of 20 seconds, and its handling. */
const LIMIT_MS = 30_000;
const GIVE_UP_MS = 240_000;
const IDLE_MESSAGES = 4;
const BUSY_MESSAGES = 12;

interface Killed {
  readonly keys: string[];
  kills: number;
}

/** Worker processes killed at random moments, with a long poll open or messages in their hands. */
export const engineWorkerProcesses: Row = {
  name: 'engine-worker-processes',
  title: `${KILLS} times a worker process ends by SIGKILL at a random moment, idle and busy by turns, and another takes its place; what was published around it is answered within ${LIMIT_MS / 1_000} s`,
  engine: true,
  quick: false,
  run: async ({ seed, witness, progress }) => {
    await enterEngine();
    const counter = await openCounter(witness.path);
    const killed: Killed = { keys: [], kills: 0 };
    try {
      await Promise.all(
        CLERKS.map((clerk, index) =>
          killAgainAndAgain(counter, clerk, seededRandom(seed * 100 + index), killed, progress),
        ),
      );
    } finally {
      await counter.close();
    }
    const { begun, answered } = counter.notes();
    const took = killed.keys.flatMap((key) => answered.get(key)?.[0]?.took ?? []);
    const late = took.filter((ms) => ms > LIMIT_MS).length;
    const lost = killed.keys.filter((key) => !answered.has(key));
    const extra = killed.keys.reduce((sum, key) => sum + Math.max(0, (answered.get(key)?.length ?? 0) - 1), 0);
    const again = killed.keys.filter((key) => (begun.get(key) ?? 0) > 1).length;
    const heldBack = took.filter((ms) => ms > 10_000).length;
    const problems = [
      ...(lost.length > 0 ? [`not answered: ${lost.slice(0, 3).join(', ')}`] : []),
      ...(late > 0 ? [`${late} answers took longer than ${LIMIT_MS / 1_000} s`] : []),
      ...(extra > 0 ? [`${extra} answers beyond the first of their message`] : []),
      ...(again === 0 ? ['no kill met a message that was being handled'] : []),
    ];
    return {
      ok: problems.length === 0,
      sent: killed.keys.length,
      effects: took.length,
      quarantined: 0,
      lost: lost.length,
      extra,
      figure: `${killed.kills} processes killed; slowest answer ${(Math.max(...took) / 1_000).toFixed(1)} s after its publish; ${heldBack} were held by a killed process, ${again} of them already begun and begun again`,
      problems,
    };
  },
};

async function killAgainAndAgain(
  counter: Counter,
  clerk: Clerk,
  random: () => number,
  killed: Killed,
  progress: (text: string) => void,
): Promise<void> {
  let worker = await startWorkerProcess(clerk);
  try {
    for (let round = 0; round < KILLS / CLERKS.length; round += 1) {
      const idle = round % 2 === 0;
      const keys = Array.from({ length: idle ? IDLE_MESSAGES : BUSY_MESSAGES }, (_, at) => `${clerk}-${round}-${at}`);
      const give = () => Promise.all(keys.map((key) => counter.give(clerk, key, Math.floor(random() * 500))));
      const given = idle ? undefined : give();
      await sleep(random() * (idle ? 3_000 : 1_500));
      await worker.kill();
      killed.kills += 1;
      const next = startWorkerProcess(clerk);
      if (idle) await sleep(random() * 1_000);
      await Promise.all([given ?? give(), next]);
      worker = await next;
      killed.keys.push(...keys);
      const whole = await counter.answered(keys, GIVE_UP_MS);
      progress(`${clerk}: killed ${idle ? 'idle' : 'busy'}, ${killed.kills} of ${KILLS}`);
      if (!whole) return;
    }
  } finally {
    await worker.end();
  }
}
