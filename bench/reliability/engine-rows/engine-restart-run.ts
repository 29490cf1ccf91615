import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { invokeFunction } from '../../../cli/context/invoke-function.js';
import { enter } from '../../../cli/context/target.js';
import { startMinistack, type RunningMinistack } from '../../../infra/engines/ministack.js';
import { outputOf } from '../../../shared/client/deployment.js';
import { readEffects } from '../depot/effects.js';
import {
  books,
  deployDepot,
  packages,
  publishAll,
  publishOne,
  untilWitnessed,
  type Depot,
  type Sent,
} from './engine-depot.js';
import { intendOnly } from './engine-intents.js';
import { bookProblems, describeBooks, firstOf, outcomesOf } from './engine-outcomes.js';
import type { RowResult } from '../driver/row.js';

/**
 * Three lives of one engine, which saves its state at a clean stop and at no other time:
 * 1. `handled` packages are handled; `waiting` ones are published, `intended` ones are intents of a client that ended
 *    before it sent them; then the engine is stopped cleanly and saves all that.
 * 2. `forgotten` packages are published; in the middle of it the engine is killed.
 * 3. It starts from what it saved. The sweeper runs. At the end the client publishes again what the ledger has not.
 */
const COUNT = { handled: 100, waiting: 200, intended: 20, forgotten: 200 };
/** Forgotten packages that are stored when the engine is killed. */
const KILL_AT = 40;

const say = (text: string): void => void process.stderr.write(`${text}\n`);

async function run(witness: string): Promise<RowResult> {
  const state = mkdtempSync(join(tmpdir(), 'laneway-state-'));
  let engine = await startMinistack({ persist: state });
  const restart = async (): Promise<void> => {
    engine = await startMinistack({ persist: state, port: engine.port });
  };
  enter({ kind: 'ministack', endpoint: engine.endpoint });
  try {
    const depot = await deployDepot(witness);
    const size = (): number => statSync(witness).size;
    const all = (sent: readonly Sent[]) => untilStored(witness, sent, 0);

    const handled = await publishAll(depot.gate, packages('handled', COUNT.handled));
    await all(handled);
    await books(depot.app, conversationsOf(handled), 60_000);
    const intended = await intendOnly(depot, packages('intended', COUNT.intended));
    const waiting = await publishAll(depot.gate, packages('waiting', COUNT.waiting), { lanes: 4 });
    say(
      `stopping the engine cleanly with ${COUNT.waiting - storedOf(witness, waiting)} of ${COUNT.waiting} on their way`,
    );
    const stopping = Date.now();
    await engine.stop();
    say(`saved and ended in ${((Date.now() - stopping) / 1_000).toFixed(1)} s`);
    const second = size();

    await restart();
    const forgotten = await publishAndKill(depot, witness, () => engine);
    await gone(engine);
    const storedBefore = storedOf(witness, forgotten);
    const third = size();

    await restart();
    say('started again from what was saved');
    await books(depot.app, conversationsOf(waiting), 120_000);
    const swept = (await invokeFunction(outputOf(depot.app.deployment, 'SweeperFunction'), {})) as { resent?: number };
    await untilStored(witness, intended, 0);
    const known = [...handled, ...waiting, ...intended];
    const ledger = await books(depot.app, conversationsOf(known), 120_000);
    const unknown = await books(depot.app, conversationsOf(forgotten), 0);

    const found = outcomesOf(readEffects(witness), keysOf(known));
    const lost = forgotten.filter(({ key, refused }) => refused === undefined && !readEffects(witness).stored.has(key));
    const refused = forgotten.filter((one) => one.refused !== undefined);
    // A package with an outcome in the saved ledger is not handled again; any other has at most one outcome in each life.
    const again = outcomesOf(readEffects(witness, second), keysOf(handled)).effects;
    const inThird = outcomesOf(readEffects(witness, third), keysOf(known));

    const repeated = await Promise.all(forgotten.map((one) => publishOne(depot.gate, one)));
    const back = await untilStored(witness, repeated, third);
    const whole = await books(depot.app, conversationsOf([...known, ...forgotten]), 60_000);
    const problems = [
      ...firstOf('the engine had it, and it was not handled', found.missing),
      ...bookProblems(ledger, 2 * known.length),
      ...(again > 0 ? [`${again} packages with an outcome in the saved ledger were handled again`] : []),
      ...(inThird.extra > 0 ? [`${inThird.extra} second outcomes in the engine's last life`] : []),
      ...((swept.resent ?? 0) < COUNT.intended
        ? [`the sweeper sent ${swept.resent ?? 0} of ${COUNT.intended} intents`]
        : []),
      ...(unknown.expected > 0
        ? [`the ledger still had ${unknown.expected} deliveries of what the engine forgot`]
        : []),
      ...(back ? [] : ['what was published again under its id was not handled']),
      ...bookProblems(whole, 2 * (known.length + forgotten.length)),
    ];
    return {
      ok: problems.length === 0,
      sent: known.length + forgotten.length - refused.length,
      effects: found.effects + storedBefore,
      quarantined: ledger.deadLettered + ledger.expired,
      lost: lost.length,
      extra: inThird.extra + again,
      figure:
        `of ${known.length} messages that the engine had saved, lost 0 expected, ${found.missing.length} found; ${swept.resent ?? 0} of ${COUNT.intended} intents never sent were sent by the sweeper; ` +
        `of ${forgotten.length} published after the save ${refused.length} were refused to the client while the engine was down, ${storedBefore} handled before the kill, ` +
        `${lost.length} accepted and then forgotten by the engine together with their intents and the ledger's record of the ${storedBefore}; ` +
        `effects repeated because the engine went back to its save: ${inThird.effects - COUNT.intended}; ` +
        `published again under the same ids, all ${forgotten.length} were handled; ${describeBooks(whole)}`,
      problems,
    };
  } finally {
    await engine.stop();
    rmSync(state, { recursive: true, force: true });
  }
}

const keysOf = (sent: readonly Sent[]): string[] => sent.map(({ key }) => key);
const conversationsOf = (sent: readonly Sent[]): string[] => sent.map(({ correlationId }) => correlationId);

function storedOf(witness: string, sent: readonly Sent[]): number {
  const { stored } = readEffects(witness);
  return sent.filter(({ key }) => stored.has(key)).length;
}

async function untilStored(witness: string, sent: readonly Sent[], from: number): Promise<boolean> {
  const all = (): boolean => {
    const { stored } = readEffects(witness, from);
    return sent.every(({ key }) => stored.has(key));
  };
  return untilWitnessed(witness, all, 120_000, () => say(`${storedOf(witness, sent)} of ${sent.length} stored`));
}

/** Publishes, and kills the engine when some were stored: later ones are refused to the client. */
async function publishAndKill(depot: Depot, witness: string, engine: () => RunningMinistack): Promise<Sent[]> {
  let killed = false;
  const kill = async (): Promise<void> => {
    const some = ({ stored }: { stored: ReadonlyMap<string, unknown> }): boolean =>
      [...stored.keys()].filter((key) => key.startsWith('forgotten-')).length >= KILL_AT;
    await untilWitnessed(witness, some, 120_000);
    process.kill(engine().pid, 'SIGKILL');
    killed = true;
    say('the engine was killed');
  };
  const killing = kill();
  // The last tenth waits for the kill, so that some meet an engine that is down.
  let batches = 0;
  const last = Math.floor((COUNT.forgotten / 10) * 0.9);
  const sent = await publishAll(depot.gate, packages('forgotten', COUNT.forgotten), {
    lanes: 2,
    ready: async () => {
      for (const late = ++batches > last; late && !killed;) await sleep(50);
    },
  });
  await killing;
  return sent;
}

/** Until the supervisor has ended what was left of the engine. */
async function gone({ supervisor }: RunningMinistack): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    try {
      process.kill(supervisor, 0);
    } catch {
      return;
    }
    await sleep(50);
  }
  throw new Error(`the supervisor ${supervisor} of the killed engine still runs`);
}

const [witness] = process.argv.slice(2);
if (witness === undefined) throw new Error('usage: engine-restart-run.ts <witness file>');
process.stdout.write(`${JSON.stringify(await run(witness))}\n`);
