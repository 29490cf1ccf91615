import { setTimeout as sleep } from 'node:timers/promises';
import { deliveryKeyOf, factsOf } from '../shared/domain/delivery/delivery.js';
import { INTENT_GRACE_MS } from '../shared/publishing/publish-message.js';
import { sweep } from '../shared/platform/supervision/sweep.js';
import { envelopeAt, platformWorld, type PlatformStand } from '../test/kit/stands/platform-world.js';
import { quantile } from '../cli/demo/quantile.js';

/**
 * Measures the intents a second that one run of the sweeper looks at.
 *
 *   npm run bench -- sweeper [--json]
 *
 * Stores in memory, one intent in a hundred without its delivery: that one is sent again. `intentsPerSecond`: with stores that answer at once,
 * the processor's share alone, median of ROUNDS rounds of MESSAGES intents. `overSlowStores`: each call takes CALL_MS, as calls to
 * AWS do; the run then lives of what it does side by side. `growth`: time for GROWTH times as many intents by the time for MESSAGES;
 * linear is GROWTH. `lagMs`: how far the runs were behind in the end. Any intent that was not looked at is an error.
 */
const MESSAGES = 10_000;
const GROWTH = 10;
const ROUNDS = 3;
const CALL_MS = 15;
const MISSING_EVERY = 100;
const AIM = { intentsPerSecond: 2_000, growth: 12.5 };

interface Measured {
  readonly seconds: number;
  readonly lagMs: number;
}

async function measure(messages: number, callMs = 0): Promise<Measured> {
  const world = await filled(messages);
  const services = callMs === 0 ? world : slow(world, callMs);
  world.clock.advance(INTENT_GRACE_MS + 3_000);
  globalThis.gc?.();
  const [began, cpu] = [performance.now(), process.cpuUsage()];
  const { looked, resent, lag, complete } = await sweep(services, { stopAt: Number.POSITIVE_INFINITY });
  const { user, system } = process.cpuUsage(cpu);
  // Without calls that take time, the processor's share is the figure: a busy machine does not change it much.
  const seconds = callMs === 0 ? (user + system) / 1_000_000 : (performance.now() - began) / 1000;
  if (looked !== messages || resent !== messages / MISSING_EVERY || !complete)
    throw new Error(`${looked} of ${messages} intents were looked at, ${resent} sent again, complete: ${complete}`);
  return { seconds, lagMs: lag };
}

/** A world in which clients have published so many messages, of which some have not arrived. */
async function filled(messages: number): Promise<PlatformStand> {
  const world = platformWorld();
  for (let index = 0; index < messages; index++) {
    if (index % 50 === 0) world.clock.advance(1);
    const envelope = envelopeAt(world.clock.now(), 'OrderPlaced', { order: String(index) });
    await world.intents.record([{ envelope, expected: ['warehouse'] }], world.clock.now() + INTENT_GRACE_MS);
    if (index % MISSING_EVERY === 0) continue;
    const key = deliveryKeyOf(envelope, 'warehouse');
    const outcome = { state: 'completed', copy: 'c', at: world.clock.now(), emissions: [] } as const;
    await world.deliveries.settleUnleased(key, factsOf(envelope), outcome);
  }
  return world;
}

/** The same world over stores each call of which takes some time. */
function slow(world: PlatformStand, callMs: number): PlatformStand {
  const { bus, cursors, deliveries, intents } = world;
  const publish = bus.publish.bind(bus);
  bus.publish = (envelopes) => sleep(callMs).then(() => publish(envelopes));
  const standings = deliveries.standings.bind(deliveries);
  deliveries.standings = (keys) => sleep(callMs).then(() => standings(keys));
  const record = intents.record.bind(intents);
  intents.record = (given, due) => sleep(callMs).then(() => record(given, due));
  const put = cursors.put.bind(cursors);
  cursors.put = (name, value) => sleep(callMs).then(() => put(name, value));
  return world;
}

async function rounds(messages: number, callMs?: number): Promise<Measured> {
  const found: Measured[] = [];
  for (let round = 0; round < ROUNDS; round++) found.push(await measure(messages, callMs));
  return {
    seconds: quantile(
      found.map(({ seconds }) => seconds),
      0.5,
    ),
    lagMs: Math.max(...found.map(({ lagMs }) => lagMs)),
  };
}

async function main(json: boolean): Promise<void> {
  await measure(MESSAGES);
  const [at, slowly, more] = [await rounds(MESSAGES), await rounds(MESSAGES, CALL_MS), await rounds(GROWTH * MESSAGES)];
  const result = {
    bench: 'sweeper',
    intentsPerSecond: Math.round(MESSAGES / at.seconds),
    overSlowStores: Math.round(MESSAGES / slowly.seconds),
    callMs: CALL_MS,
    growth: more.seconds / at.seconds,
    lagMs: Math.max(at.lagMs, slowly.lagMs, more.lagMs),
    aim: AIM,
  };
  if (json) {
    console.log(JSON.stringify(result));
    return;
  }
  const verdict = (good: boolean) => (good ? 'ok' : 'missed');
  console.log(
    [
      `stores in memory:          ${result.intentsPerSecond} intents/s (aim ${AIM.intentsPerSecond}: ${verdict(result.intentsPerSecond >= AIM.intentsPerSecond)})`,
      `calls that take ${CALL_MS} ms:    ${result.overSlowStores} intents/s (aim ${AIM.intentsPerSecond}: ${verdict(result.overSlowStores >= AIM.intentsPerSecond)})`,
      `growth by ${GROWTH}:              ${result.growth.toFixed(2)} times the time (aim ${AIM.growth}: ${verdict(result.growth <= AIM.growth)})`,
      `lag in the end:            ${result.lagMs} ms`,
    ].join('\n'),
  );
}

await main(process.argv.includes('--json'));
