import { createAgent } from 'laneway/agent';
import type { Priority } from 'laneway/message';
import { openWorld } from '../driver/open-world.js';
import { orders } from '../driver/orders.js';
import type { Row } from '../driver/row.js';
import type { Witness } from '../driver/witness.js';

const TICK_MS = 1_000;
const TICKS = 30;
/** Low messages of a tick; one instance a lane takes ten a tick. */
const LOW = 80;
/** Critical messages of every third tick, a tenth of the low ones of three: more at a time than one batch. */
const CRITICAL = 24;
const BURST_EVERY = 3;

interface Flood {
  readonly sent: number;
  /** Longest and median wait by lane, milliseconds of the fake clock. */
  readonly waits: Readonly<Record<'critical' | 'low', { readonly longest: number; readonly median: number }>>;
}

/** Each lane is served by one instance that takes ten messages a second; low messages come eight times as fast as that. */
export const flood: Row = {
  name: 'flood',
  title:
    'Ten low messages for each critical one, more than the lane can take: a critical one waits as if the low ones were not there',
  engine: false,
  quick: true,
  run: async ({ seed, witness }) => {
    const quiet = await run('quiet', 0, 'critical', seed, witness);
    const flooded = await run('flooded', LOW, 'critical', seed, witness);
    const shared = await run('shared', LOW, 'low', seed, witness);
    const counts = witness.counts();
    const sent = quiet.sent + flooded.sent + shared.sent;
    const lost = sent - counts.size;
    const extra = [...counts.values()].reduce((sum, count) => sum + count - 1, 0);
    const unmoved = flooded.waits.critical.longest <= quiet.waits.critical.longest;
    const seconds = ({ longest, median }: { longest: number; median: number }): string =>
      `at most ${longest / 1000} s (median ${median / 1000} s)`;
    return {
      ...{ ok: unmoved && lost === 0 && extra === 0, sent, effects: counts.size, quarantined: 0, lost, extra },
      figure: `critical waited ${seconds(flooded.waits.critical)}, without the flood ${seconds(quiet.waits.critical)}, sharing one lane ${seconds(shared.waits.critical)}; low waited ${seconds(flooded.waits.low)}`,
      problems: unmoved ? [] : ['the flood of the low lane held critical messages up'],
    };
  },
};

async function run(name: string, low: number, lane: Priority, seed: number, witness: Witness): Promise<Flood> {
  const waits = { critical: [] as number[], low: [] as number[] };
  let now = (): number => 0;
  const auditor = createAgent(orders, 'auditor').handle({
    OrderPlaced: ({ data, time }) => {
      witness.note(data.order);
      waits[data.order.includes('critical') ? 'critical' : 'low'].push(now() - time.getTime());
    },
  });
  const { world, place } = openWorld([auditor.with({})], seed);
  now = () => world.clock.now();
  const lanes = world.consumers.filter((consumer) => consumer.name.startsWith('auditor/'));
  let sent = 0;
  for (let tick = 0; tick < TICKS || lanes.some(({ queue }) => queue.size > 0); tick++) {
    const critical = tick % BURST_EVERY === 0 ? CRITICAL : 0;
    for (let index = 0; tick < TICKS && index < low + critical; index++) {
      // Low ones first, so that in one lane a critical message stands behind them.
      const kind = index < low ? 'low' : 'critical';
      await place(`${name}-${tick}-${kind}-${index}`, kind === 'low' ? 'low' : lane);
      sent++;
    }
    for (const consumer of lanes) await consumer.run();
    world.clock.advance(TICK_MS);
  }
  return { sent, waits: { critical: spread(waits.critical), low: spread(waits.low) } };
}

function spread(waits: readonly number[]): { longest: number; median: number } {
  const sorted = [...waits].sort((a, b) => a - b);
  return { longest: sorted.at(-1) ?? 0, median: sorted[Math.floor(sorted.length / 2)] ?? 0 };
}
