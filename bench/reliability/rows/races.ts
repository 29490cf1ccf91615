import { schemaUri, sourceOf } from '../../../shared/domain/wire/envelope.js';
import { newId } from '../../../shared/domain/base/ids.js';
import { seededRandom } from '../../../shared/testing/memory/seeded-random.js';
import { LanewayError } from '../../../shared/domain/base/errors.js';
import type { Harness } from 'laneway/testing';
import { RequestOutcomes } from '../driver/request-outcomes.js';
import { CheckAsked, hurriedCheck, HURRY_SECONDS, ordersWorld, publishSurely, ReserveStock } from '../driver/orders.js';
import type { Row } from '../driver/row.js';

const RUNS = 1_000;
const QUICK_RUNS = 200;

/**
 * Around the deadline, within seconds before and after, in any order: the reply, copies of it, another reply of the same
 * request, the timer, `RequestFailed`.
 */
export const races: Row = {
  name: 'races',
  title:
    'Reply, second reply, duplicate, timer and RequestFailed race for one request: one terminal state, and whoever waits hears it',
  engine: false,
  quick: true,
  run: async ({ seed, quick, progress, witness }) => {
    const endings = new RequestOutcomes();
    const runs = quick ? QUICK_RUNS : RUNS;
    for (let run = 1; run <= runs; run++) {
      const random = seededRandom(seed * 100_003 + run);
      const around = (): `${number} milliseconds` =>
        `${Math.round((HURRY_SECONDS - 3.5 + 5 * random()) * 1000)} milliseconds`;
      const asks = run % 2 === 0 ? 'client' : 'workflow';
      const name = `${asks}-${run}`;
      const world = ordersWorld({ seed: seed + run, witness, workflows: [hurriedCheck] });
      world.faults.delay(around(), { type: 'StockReserved', receiver: 'replies' });
      world.faults.delay(around(), { type: 'StockReserved', receiver: 'replies', times: 5 });
      world.faults.delay(around(), { type: 'RequestFailed', receiver: 'replies' });
      if (random() < 0.5) world.faults.duplicate({ type: 'StockReserved', receiver: 'replies', copies: 2 });
      world.faults.reorder('1 second');
      if (asks === 'workflow') await askByWorkflow(world, name, random);
      else witness.note(`${name}|ended|${await askByClient(world, name, random)}`);
      await world.settle();
      endings.add(world, name);
      if (run % 200 === 0) progress(`${run} races`);
    }
    const result = endings.result(witness);
    return { ...result, figure: `${runs} races, ${result.figure}` };
  },
};

async function askByWorkflow(world: Harness, name: string, random: () => number): Promise<void> {
  await publishSurely(world, CheckAsked, name);
  await world.advance('2 seconds');
  const command = world.published.find(({ type }) => type === ReserveStock.name);
  if (command?.requestid === undefined) throw new Error('the workflow has not asked');
  compete(world, name, command.requestid, random);
  await world.settle();
}

async function askByClient(world: Harness, name: string, random: () => number): Promise<string> {
  const id = newId();
  compete(world, name, id, random);
  try {
    const timeout = `${HURRY_SECONDS} seconds` as const;
    await world.request(ReserveStock, { order: `${name}|asked` }, { id, correlationId: name, timeout });
    return 'reserved';
  } catch (error) {
    if (!(error instanceof LanewayError)) throw error;
    return error.code === 'REQUEST_TIMED_OUT'
      ? 'RequestTimedOut'
      : error.code === 'REQUEST_FAILED'
        ? 'RequestFailed'
        : error.code;
  }
}

/** Sends other messages that may end the request: the end of its command, and a reply of an agent that answers twice. */
function compete(world: Harness, correlationid: string, requestid: string, random: () => number): void {
  const send = (source: string, type: string, channel: string, data: unknown): void => {
    const now = world.now();
    const times = { time: now.toISOString(), expires: new Date(now.getTime() + 3_600_000).toISOString() };
    const envelope = {
      ...{ specversion: '1.0', id: newId(), source, type, ...times, datacontenttype: 'application/json' },
      ...{
        dataschema: schemaUri(type, 1),
        data,
        correlationid,
        requestid,
        priority: 'normal',
        channel,
        attempt: 1,
        hops: 1,
      },
    };
    world.putEvent({ source, 'detail-type': type, detail: envelope });
  };
  if (random() < 0.5) {
    const data = { requestId: requestid, type: ReserveStock.name, code: 'HANDLER', message: 'by the race', attempt: 1 };
    send(sourceOf('reliability', 'platform', 'dead-letters'), 'RequestFailed', 'system.timeouts', data);
  }
  if (random() < 0.5)
    send(sourceOf('reliability', 'agent', 'warehouse'), 'StockReserved', 'stock.result', {
      order: `${correlationid}|twice`,
    });
}
