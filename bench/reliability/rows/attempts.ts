import * as z from 'zod';
import { createAgent, LanewayError } from 'laneway/agent';
import { command, event } from 'laneway/message';
import { createHarness, type Harness } from 'laneway/testing';
import { defineTopology } from 'laneway/topology';
import { schemaUri, sourceOf } from '../../../shared/domain/wire/envelope.js';
import { newId } from '../../../shared/domain/base/ids.js';
import { requestIdOf } from '../../../shared/domain/request/requester.js';
import { seededRandom } from '../../../shared/testing/memory/seeded-random.js';
import type { Row } from '../driver/row.js';
import type { Witness } from '../driver/witness.js';

const RUNS = 500;
const QUICK_RUNS = 100;

const Quoted = event('Quoted', z.object({ quote: z.string() }));
const Quote = command('Quote', z.object({ quote: z.string() }), { reply: Quoted });

/** A request that is tried twice with one agent, 20 seconds each, and then with another. */
const brokers = defineTopology('brokers', {
  channels: {
    quotes: {
      carries: [Quote],
      escalation: [
        { retry: 1, timeout: '20 seconds', backoff: { first: '1 second', most: '1 second' } },
        { agent: 'another', timeout: '20 seconds' },
      ],
    },
    quoted: { carries: [Quoted] },
  },
  agents: { broker: { subscribes: ['quotes'] }, substitute: { subscribes: ['quotes'] } },
  clients: { desk: { publishes: [Quote] } },
});

/**
 * The first attempt is lost on its way and given up after 20 seconds. While the second one runs, `RequestFailed` of the first
 * arrives, one to three times: it must change nothing, so that the second is answered and nobody else is asked.
 */
export const attempts: Row = {
  name: 'attempts',
  title: 'Failures of an attempt that was given up arrive while the next one runs: recorded, and that one answers',
  engine: false,
  quick: true,
  run: async ({ seed, quick, witness }) => {
    const runs = quick ? QUICK_RUNS : RUNS;
    const ended = new Map<string, string>();
    const problems: string[] = [];
    let [terminals, late] = [0, 0];
    for (let run = 1; run <= runs; run++) {
      const quote = `quote-${run}`;
      const world = brokersWorld(seed + run, witness);
      ended.set(quote, await ask(world, quote, seededRandom(seed * 100_003 + run)));
      await world.settle();
      const { entries, sequence } = world.conversation(quote);
      const states = entries.flatMap((entry) => (entry.kind === 'request' ? [entry.request.state] : []));
      const ends = states.filter((state) => ['replied', 'failed', 'timed-out'].includes(state)).length;
      terminals += ends;
      late += states.filter((state) => state === 'late').length;
      if ((ended.get(quote) !== 'quoted' || ends !== 1) && problems.length < 3)
        problems.push(`heard ${ended.get(quote)}\n${sequence}`);
    }
    const counts = witness.counts();
    const lost = [...ended.values()].filter((how) => how !== 'quoted').length;
    const extra = Math.max(0, counts.size - runs) + Math.max(0, terminals - runs);
    return {
      ...{
        ok: lost === 0 && extra === 0 && late > 0,
        sent: runs,
        effects: counts.size,
        quarantined: 0,
        lost,
        extra,
        problems,
      },
      figure: `${runs} requests, ${late} failures of given up attempts recorded as late`,
    };
  },
};

function brokersWorld(seed: number, witness: Witness): Harness {
  const agents = (['broker', 'substitute'] as const).map((name) =>
    createAgent(brokers, name)
      .handle({
        Quote: ({ data }) => {
          witness.note(`${name}|${data.quote}`);
          return data;
        },
      })
      .with({}),
  );
  return createHarness(brokers, { agents, seed });
}

/** Asks for one quote, while late failures of its first attempt arrive. @returns `quoted`, or the code of the client's error */
async function ask(world: Harness, quote: string, random: () => number): Promise<string> {
  const id = newId();
  const requestId = requestIdOf('client.desk', id);
  const seconds = (from: number, to: number) =>
    `${Math.round((from + (to - from) * random()) * 1000)} milliseconds` as const;
  world.faults.drop({ type: 'Quote', receiver: 'broker' });
  world.faults.delay(seconds(10, 14), { type: 'Quote', receiver: 'broker', probability: 1 });
  const failures = 1 + Math.floor(random() * 3);
  for (let index = 0; index < failures; index++) {
    // The second attempt begins about 21 seconds after the first, and is answered 10 seconds later or more.
    world.faults.delay(seconds(22, 30), { type: 'RequestFailed', receiver: 'replies' });
    const now = world.now();
    const data = { requestId, type: Quote.name, code: 'HANDLER', message: 'the first attempt', attempt: 1 };
    const source = sourceOf('brokers', 'platform', 'dead-letters');
    const detail = {
      ...{ specversion: '1.0', id: newId(), source, type: 'RequestFailed', time: now.toISOString() },
      ...{ expires: new Date(now.getTime() + 3_600_000).toISOString(), datacontenttype: 'application/json', data },
      ...{ dataschema: schemaUri('RequestFailed', 1), correlationid: quote, requestid: requestId, priority: 'normal' },
      ...{ channel: 'system.timeouts', attempt: 1, hops: 1 },
    };
    world.putEvent({ source, 'detail-type': 'RequestFailed', detail });
  }
  try {
    await world.request(Quote, { quote }, { id, correlationId: quote, timeout: '2 minutes', to: 'broker' });
    return 'quoted';
  } catch (error) {
    return error instanceof LanewayError ? error.code : String(error);
  }
}
