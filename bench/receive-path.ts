import { loadavg } from 'node:os';
import { bundledSides } from './receive-path/bundled-sides.js';
import {
  goOn,
  heapInUse,
  rateOf,
  runCollected,
  verifyEqual,
  type MeasuredSide,
  type Stretch,
} from './receive-path/measure.js';
import { quantile } from '../cli/demo/quantile.js';

/**
 * Measures the messages a second that one core takes through the whole receive path of an agent's function: decode, validate,
 * check against the topology, dedupe, dispatch, outcome, batch response. Beside it, Powertools batch + idempotency + zod do the
 * same job (receive-path/job.ts) in the same process, in turn, in two set-ups: with JMESPath, and with the id as an argument of
 * its own, which is its fastest. And beside them the floor: a bare loop that parses the same bodies, and one that makes the same
 * calls of the same stores besides.
 *
 *   npm run bench -- receive-path [--json]
 *
 * All keep their records in memory, log nothing, and check no signature. Before anything is measured, the sides must have told
 * the same of a batch of good, duplicate, expired and malformed messages. Batches of ten, one at a time; good messages, and
 * apart from them the mixed ones. In each round a side begins anew after a full collection, with a window of messages that
 * is told apart (`first`): the collection takes with it what the compiler knew of the messages' shapes, so that their code is
 * compiled once more. The window after that is the figure: a process that goes on. A rate is messages by processor time of the whole process (garbage collection and
 * compilation count), so that it is that of one core, and a busy machine does not change it much. The ratio is that of the medians of all rounds. Each
 * round has stores of its own: what a store remembers is the ledger's, and in AWS not in the process.
 */
const AIM = { messagesPerSecond: 100_000, ratio: 3, ratioWithoutJmesPath: 2, growth: 10.5 };
const WINDOW = 10_000;
const ROUNDS = 11;
const GROWTH_RUNS = 3;

const {
  goodEvents,
  mixedEvents,
  repeatedEvent,
  lanewaySide,
  powertoolsSide,
  parseSide,
  storesSide,
  POWERTOOLS_SETUPS,
} = await bundledSides();

const SIDES = {
  laneway: () => lanewaySide(),
  powertools: () => powertoolsSide('withJmesPath'),
  powertoolsWithoutJmesPath: () => powertoolsSide('withoutJmesPath'),
};
/** A floor reads good messages only, as it checks nothing. */
const FLOORS = { parse: () => parseSide(), stores: () => storesSide() };

/** Messages a second, by side. */
type Rates<Name extends string> = Readonly<Record<Name, number>>;
type Measured<Name extends string> = Rates<Name> & {
  /** Of the window before, just after a full collection. */
  readonly first: Rates<Name>;
};
type SideName = keyof typeof SIDES;

async function main(json: boolean): Promise<void> {
  const loadBefore = loadavg();
  const verified = await verifyEqual(
    [SIDES.laneway(), SIDES.powertools(), SIDES.powertoolsWithoutJmesPath()],
    [...mixedEvents(2_000), repeatedEvent()],
  );
  const all = { ...SIDES, ...FLOORS };
  await rounds(all, 1, goodEvents);
  const { first, ...good } = await rounds(all, ROUNDS, goodEvents);
  const mixed = await rounds(SIDES, 3, mixedEvents);
  const growth = await measureGrowth();
  const result = {
    bench: 'receive-path',
    signed: false,
    verified,
    rounds: ROUNDS,
    mixed,
    first: pick(first, SIDES),
    growth,
    aim: AIM,
    loadBefore,
    setups: POWERTOOLS_SETUPS,
    floor: pick(good, FLOORS),
    messagesPerSecond: Math.round(good.laneway),
    peerMessagesPerSecond: Math.round(good.powertools),
    peerWithoutJmesPathMessagesPerSecond: Math.round(good.powertoolsWithoutJmesPath),
    ratio: good.laneway / good.powertools,
    ratioWithoutJmesPath: good.laneway / good.powertoolsWithoutJmesPath,
  };
  if (!json) report(good, result);
  else console.log(JSON.stringify(result));
}

function pick<Name extends string>(rates: Rates<NoInfer<Name>>, names: Readonly<Record<Name, unknown>>): Rates<Name> {
  return Object.fromEntries(Object.keys(names).map((name) => [name, rates[name as Name]])) as Rates<Name>;
}

/** Median rates of all sides, which take turns. */
async function rounds<Name extends string>(
  sides: Readonly<Record<Name, () => MeasuredSide>>,
  count: number,
  eventsOf: typeof goodEvents,
): Promise<Measured<Name>> {
  const measured = (Object.entries(sides) as [Name, () => MeasuredSide][]).map(([name, make]) => ({
    name,
    make,
    first: [] as number[],
    rates: [] as number[],
  }));
  for (let round = 0; round < count; round += 1) {
    const before = eventsOf(WINDOW);
    const events = eventsOf(WINDOW);
    // The sides take turns at going first.
    const start = round % measured.length;
    for (const { make, first, rates } of [...measured.slice(start), ...measured.slice(0, start)]) {
      const side = make();
      first.push(rateOf(await runCollected(side, before)));
      rates.push(rateOf(await goOn(side, events)));
    }
  }
  const medians = (of: 'first' | 'rates'): Rates<Name> =>
    Object.fromEntries(measured.map((one) => [one.name, quantile(one[of], 0.5)])) as Rates<Name>;
  return { ...medians('rates'), first: medians('first') };
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

type Growth = Awaited<ReturnType<typeof measureGrowth>>;

function report(
  good: Rates<SideName | keyof typeof FLOORS>,
  result: {
    readonly verified: Awaited<ReturnType<typeof verifyEqual>>;
    readonly mixed: Rates<SideName>;
    readonly first: Rates<SideName>;
    readonly growth: Growth;
  },
): void {
  const { verified, mixed, first, growth } = result;
  const columns = [good, mixed, first];
  const rate = (value: number): string => `${Math.round(value).toLocaleString('en')} /s`.padStart(13);
  const rates = (name: SideName): string => columns.map((column) => rate(column[name])).join('');
  const times = (peer: SideName): string =>
    columns.map((column) => (column.laneway / column[peer]).toFixed(2).padStart(13)).join('');
  const floor = (name: keyof typeof FLOORS): string =>
    `${rate(good[name])}  ${(1e6 / good[name]).toFixed(1)} µs of Laneway's ${(1e6 / good.laneway).toFixed(1)} µs a message`;
  const verdict = (met: boolean): string => (met ? 'meets the aim' : 'misses the aim');
  const aimed = (peer: SideName, aim: number): string =>
    `aim ${aim} times: ${verdict(good.laneway / good[peer] >= aim)}`;
  const { heapMegabytes: heap } = growth;
  console.log(
    [
      `receive path, one core, unsigned, in memory; medians of ${ROUNDS} rounds of ${WINDOW.toLocaleString('en')} messages in turn`,
      `equal output over ${verified.messages} messages: ${verified.handled} handled, ${verified.duplicates} duplicates, ${verified.expired} expired, ${verified.deadLetters} dead letters, ${verified.returned} returned`,
      '',
      `                                    good        mixed         good, just after a full collection`,
      `Laneway                    ${rates('laneway')}`,
      `Powertools with JMESPath   ${rates('powertools')}   ${POWERTOOLS_SETUPS.withJmesPath}`,
      `  ratio                    ${times('powertools')}   ${aimed('powertools', AIM.ratio)}`,
      `Powertools without JMESPath${rates('powertoolsWithoutJmesPath')}   ${POWERTOOLS_SETUPS.withoutJmesPath}`,
      `  ratio                    ${times('powertoolsWithoutJmesPath')}   ${aimed('powertoolsWithoutJmesPath', AIM.ratioWithoutJmesPath)}`,
      `floor: JSON.parse alone    ${floor('parse')}`,
      `floor: and the store calls ${floor('stores')}`,
      '',
      `aim ${AIM.messagesPerSecond.toLocaleString('en')} /s: ${verdict(good.laneway >= AIM.messagesPerSecond)}`,
      `growth: 10 times the messages take ${growth.times.toFixed(2)} times as long (aim ${AIM.growth}: ${verdict(growth.times <= AIM.growth)})`,
      `heap after each window: ${heap.first} MB first, ${heap.middle} MB middle, ${heap.last} MB last of ${GROWTH_RUNS * 11}`,
    ].join('\n'),
  );
}

await main(process.argv.includes('--json'));
