import { loadavg } from 'node:os';
import { bundledSides } from './receive-path/bundled-sides.js';
import { goOn, heapInUse, rateOf, runCollected, verifyEqual, type Stretch } from './receive-path/measure.js';
import { quantile } from '../cli/demo/quantile.js';

/**
 * Measures the messages a second that one core takes through the whole receive path of an agent's function: decode, validate,
 * check against the topology, dedupe, dispatch, outcome, batch response. Beside it, Powertools batch + idempotency + zod do the
 * same job (receive-path/job.ts) in the same process, in turn.
 *
 *   npm run bench -- receive-path [--json]
 *
 * Both keep their records in memory, log nothing, and check no signature. Before anything is measured both must have told
 * the same of a batch of good, duplicate, expired and malformed messages. Batches of ten, one at a time; good messages, and
 * apart from them the mixed ones. In each round a side begins anew after a full collection, with a window of messages that
 * is told apart (`first`): the collection takes with it what the compiler knew of the messages' shapes, so that their code is
 * compiled once more. The window after that is the figure: a process that goes on. A rate is messages by processor time of the whole process (garbage collection and
 * compilation count), so that it is that of one core, and a busy machine does not change it much. The ratio is that of the medians of all rounds. Each
 * round has stores of its own: what a store remembers is the ledger's, and in AWS not in the process.
 */
const AIM = { messagesPerSecond: 100_000, ratio: 3, growth: 10.5 };
const WINDOW = 10_000;
const ROUNDS = 7;
const GROWTH_RUNS = 3;

const { goodEvents, mixedEvents, repeatedEvent, lanewaySide, powertoolsSide } = await bundledSides();

interface Rates {
  readonly laneway: number;
  readonly powertools: number;
}

interface Measured extends Rates {
  /** Of the window before, just after a full collection. */
  readonly first: Rates;
}

async function main(json: boolean): Promise<void> {
  const loadBefore = loadavg();
  const verified = await verifyEqual([lanewaySide(), powertoolsSide()], [...mixedEvents(2_000), repeatedEvent()]);
  await rounds(1, goodEvents);
  const good = await rounds(ROUNDS, goodEvents);
  const mixed = await rounds(3, mixedEvents);
  const growth = await measureGrowth();
  const result = {
    bench: 'receive-path',
    signed: false,
    verified,
    rounds: ROUNDS,
    mixed,
    first: good.first,
    growth,
    aim: AIM,
    loadBefore,
    messagesPerSecond: Math.round(good.laneway),
    peerMessagesPerSecond: Math.round(good.powertools),
    ratio: good.laneway / good.powertools,
  };
  if (!json) report(result);
  else console.log(JSON.stringify(result));
}

/** Median rates of both sides, which take turns. */
async function rounds(count: number, eventsOf: typeof goodEvents): Promise<Measured> {
  const sides = [
    { make: lanewaySide, first: [] as number[], rates: [] as number[] },
    { make: powertoolsSide, first: [] as number[], rates: [] as number[] },
  ] as const;
  for (let round = 0; round < count; round += 1) {
    const before = eventsOf(WINDOW);
    const events = eventsOf(WINDOW);
    // The sides take turns at going first.
    for (const { make, first, rates } of round % 2 === 0 ? sides : sides.toReversed()) {
      const side = make();
      first.push(rateOf(await runCollected(side, before)));
      rates.push(rateOf(await goOn(side, events)));
    }
  }
  const [laneway, powertools] = sides;
  return {
    laneway: quantile(laneway.rates, 0.5),
    powertools: quantile(powertools.rates, 0.5),
    first: { laneway: quantile(laneway.first, 0.5), powertools: quantile(powertools.first, 0.5) },
  };
}

/** One window against ten, and the heap after each of many. */
async function measureGrowth() {
  const one: number[] = [];
  const ten: number[] = [];
  const heap: number[] = [];
  const window = async (): Promise<Stretch> => {
    const stretch = await runCollected(lanewaySide(), goodEvents(WINDOW));
    heap.push(heapInUse());
    return stretch;
  };
  for (let at = 0; at < GROWTH_RUNS; at += 1) {
    one.push((await window()).cpu);
    let all = 0;
    for (let turn = 0; turn < 10; turn += 1) all += (await window()).cpu;
    ten.push(all);
  }
  const megabytes = (bytes: number | undefined): number => Math.round((bytes ?? 0) / 1e5) / 10;
  return {
    messages: [WINDOW, WINDOW * 10],
    seconds: [quantile(one, 0.5), quantile(ten, 0.5)],
    times: quantile(ten, 0.5) / quantile(one, 0.5),
    heapMegabytes: {
      first: megabytes(heap[0]),
      middle: megabytes(heap[heap.length >> 1]),
      last: megabytes(heap.at(-1)),
    },
  };
}

type Result = Awaited<ReturnType<typeof measureGrowth>>;

function report(result: {
  readonly verified: Awaited<ReturnType<typeof verifyEqual>>;
  readonly mixed: Rates;
  readonly first: Rates;
  readonly growth: Result;
  readonly messagesPerSecond: number;
  readonly peerMessagesPerSecond: number;
  readonly ratio: number;
}): void {
  const { verified, mixed, first, growth } = result;
  const rate = (value: number): string => `${Math.round(value).toLocaleString('en').padStart(9)} /s`;
  const verdict = (met: boolean): string => (met ? 'meets the aim' : 'misses the aim');
  const { heapMegabytes: heap } = growth;
  console.log(
    [
      `receive path, one core, unsigned, in memory; medians of ${ROUNDS} rounds of ${WINDOW.toLocaleString('en')} messages in turn`,
      `equal output over ${verified.messages} messages: ${verified.handled} handled, ${verified.duplicates} duplicates, ${verified.expired} expired, ${verified.deadLetters} dead letters, ${verified.returned} returned`,
      '',
      `                               good        mixed  good, just after a full collection`,
      `Laneway                ${rate(result.messagesPerSecond)} ${rate(mixed.laneway)} ${rate(first.laneway)}`,
      `Powertools + zod       ${rate(result.peerMessagesPerSecond)} ${rate(mixed.powertools)} ${rate(first.powertools)}`,
      `ratio                  ${result.ratio.toFixed(2).padStart(9)}    ${(mixed.laneway / mixed.powertools).toFixed(2).padStart(9)}    ${(first.laneway / first.powertools).toFixed(2).padStart(9)}`,
      '',
      `aim ${AIM.messagesPerSecond.toLocaleString('en')} /s: ${verdict(result.messagesPerSecond >= AIM.messagesPerSecond)}; aim ${AIM.ratio} times: ${verdict(result.ratio >= AIM.ratio)}`,
      `growth: 10 times the messages take ${growth.times.toFixed(2)} times as long (aim ${AIM.growth}: ${verdict(growth.times <= AIM.growth)})`,
      `heap after each window: ${heap.first} MB first, ${heap.middle} MB middle, ${heap.last} MB last of ${GROWTH_RUNS * 11}`,
    ].join('\n'),
  );
}

await main(process.argv.includes('--json'));
