import { AIMS, isMet } from './cost/aims.js';
import { costs, type Cost } from './cost/scenes.js';
import { ASSUMED, PRICE_LIST, PRICES } from './cost/prices.js';
import { standingCost, type StandingCost } from './cost/standing.js';

/**
 * Counts what AWS bills for: calls, units, bytes and invocations of a hop, a request, a healthy vehicle, and an application that
 * stands still. It runs them in the harness; each call of a port is made a second time by the adapter that works on AWS, whose
 * requests a meter counts. The ledger's stream is brought into the archive by the function that does it. Priced by one list,
 * bench/cost/prices.ts, without free tiers.
 *
 *   npm run bench -- cost [--json]
 *
 * Not counted: tables and calls of an application's own agents, the daily deep sweep, what operators ask by commands, the default
 * keys' requests of KMS, data that leaves the region, support.
 */
async function main(json: boolean): Promise<void> {
  const hops = await costs();
  const standing = await standingCost();
  if (!json) report(hops, standing);
  else
    console.log(
      JSON.stringify({
        bench: 'cost',
        prices: { ...PRICE_LIST, of: PRICES },
        assumed: ASSUMED,
        aims: AIMS,
        hops,
        standing,
      }),
    );
}

function report(hops: readonly Cost[], standing: StandingCost): void {
  console.log(`${PRICE_LIST.region}, list prices of ${PRICE_LIST.asOf}; USD for a million\n`);
  for (const { name, usdPerMillion, parts } of hops) {
    const aim = AIMS[name];
    const verdict =
      aim === undefined ? '' : `   aim ${aim.toFixed(2)}: ${isMet(name, usdPerMillion) ? 'met' : 'missed'}`;
    console.log(`${name.padEnd(36)}${usdPerMillion.toFixed(2).padStart(8)}${verdict}`);
    for (const { part, unit, count, usd } of parts)
      console.log(
        `    ${usd.toFixed(3).padStart(8)}  ${part.padEnd(10)} ${(count / 1e6).toFixed(3).padStart(9)} × ${unit}`,
      );
  }
  const { queues, polled, alarms, keys } = standing.resources;
  console.log(`\nstanding still, a month             ${standing.usdPerMonth.toFixed(2).padStart(8)}`);
  console.log(`    ${queues} queues, ${polled} of them polled, ${alarms} alarms, ${keys} key`);
  for (const { part, unit, count, usd } of standing.parts)
    console.log(`    ${usd.toFixed(3).padStart(8)}  ${part.padEnd(10)} ${count.toFixed(0).padStart(9)} × ${unit}`);
}

await main(process.argv.includes('--json'));
