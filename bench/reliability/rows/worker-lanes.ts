import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import type { ReceivedCopy } from '../../../shared/agent/receive/services.js';
import { seededRandom } from '../../../shared/testing/memory/seeded-random.js';
import { pollLanes, type PolledLane } from '../../../shared/worker/poll-lanes.js';
import { Slots } from '../../../shared/worker/slots.js';
import type { Row } from '../driver/row.js';

const RUNS = { full: 200, quick: 20 };
const MESSAGES = 60;
const LANES = ['critical', 'high', 'normal'];
/** A run takes milliseconds; one that is not over by then stands still. */
const GIVE_UP_MS = 10_000;

/** Handlers that do not end until everything else is handled, beside others in the lanes of one worker. */
export const workerLanes: Row = {
  name: 'worker-lanes',
  title: `A worker's slots but one are held by handlers that end last; all other messages of its ${LANES.length} lanes are handled meanwhile, and never more at once than there are slots`,
  engine: false,
  quick: true,
  run: async ({ seed, quick, witness, progress }) => {
    const runs = quick ? RUNS.quick : RUNS.full;
    const sum = { sent: 0, most: 0, over: 0 };
    const problems: string[] = [];
    for (let run = 0; run < runs && problems.length === 0; run += 1) {
      const { slots, most, held } = await play(seededRandom(seed * 100_003 + run), (key) =>
        witness.note(`${run}-${key}`),
      );
      sum.sent += MESSAGES;
      sum.most = Math.max(sum.most, most);
      if (most > slots) sum.over += 1;
      if (most > slots) problems.push(`run ${run}: ${most} at once in ${slots} slots`);
      if (held > 0) problems.push(`run ${run}: ${held} messages waited for handlers that were to end after them`);
      if (run % 50 === 49) progress(`${run + 1} of ${runs} runs`);
    }
    const counts = [...witness.counts().values()];
    const lost = sum.sent - counts.length;
    const extra = counts.reduce((all, count) => all + count - 1, 0) + sum.over;
    return {
      ok: problems.length === 0 && lost === 0 && extra === 0,
      sent: sum.sent,
      effects: counts.length,
      quarantined: 0,
      lost,
      extra,
      figure: `${runs} runs of ${MESSAGES} messages, 2 to 8 slots; most at once ${sum.most}`,
      problems,
    };
  },
};

async function play(random: () => number, handled: (key: string) => void) {
  const slots = 2 + Math.floor(random() * 7);
  const stopping = new AbortController();
  let left = MESSAGES - (slots - 1);
  let running = 0;
  let most = 0;
  let over: () => void = () => undefined;
  const othersEnded = new Promise<void>((resolve) => (over = resolve));
  const handle = async ({ copy, body }: ReceivedCopy): Promise<void> => {
    most = Math.max(most, ++running);
    if (body === 'slow') await othersEnded;
    else await sleep(random() < 0.2 ? 1 : 0);
    running -= 1;
    if (stopping.signal.aborted) return;
    handled(copy);
    if (body !== 'slow' && --left === 0) over();
  };
  const lanes = LANES.map((name) => memoryLane(name, handle));
  for (let index = 0; index < MESSAGES; index += 1) {
    const body = index < slots - 1 ? 'slow' : 'fast';
    lanes[Math.floor(random() * lanes.length)]?.put({ copy: String(index), receipt: String(index), body, receives: 1 });
  }
  const pool = new Slots(slots);
  const polled = pollLanes(lanes, pool, stopping.signal);
  await Promise.race([othersEnded, sleep(GIVE_UP_MS, undefined, { ref: false })]);
  const held = left;
  if (held === 0) await pool.emptied(GIVE_UP_MS);
  stopping.abort();
  over();
  await polled;
  return { slots, most, held };
}

function memoryLane(name: string, handle: PolledLane['handle']): PolledLane & { put(copy: ReceivedCopy): void } {
  const waiting: ReceivedCopy[] = [];
  return {
    name,
    handle,
    put: (copy) => void waiting.push(copy),
    receive: async (most, patient, signal) => {
      while (patient && waiting.length === 0 && !signal.aborted) await turn();
      return waiting.splice(0, most);
    },
    giveBack: (copies) => {
      waiting.unshift(...copies);
      return Promise.resolve();
    },
  };
}
