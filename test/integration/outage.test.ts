import { mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { paginateGetExecutionHistory, SFNClient } from '@aws-sdk/client-sfn';
import { connect } from 'laneway/client';
import { openWithWorkflows } from '../../cli/context/deployed-workflows.js';
import { EXIT } from '../../cli/context/exit-codes.js';
import { invokeFunction } from '../../cli/context/invoke-function.js';
import { runCli } from '../../cli/run-cli.js';
import { lacksOf } from '../../infra/engines/engine-lacks.js';
import { outputOf } from '../../shared/client/deployment.js';
import { account, type Account } from '../../shared/domain/evidence/conversation.js';
import type { Execution } from '../../shared/domain/execution/executions.js';
import type { SweepSummary } from '../../shared/platform/supervision/sweep.js';
import { INTENT_GRACE_MS } from '../../shared/publishing/publish-message.js';
import { clearShip, quay } from '../kit/applications/quay-topology.js';
import { startFaultProxy, type FaultProxy } from '../kit/outages/fault-proxy.js';
import { failing } from '../kit/outages/lasting-faults.js';
import { differences, readDeeds, repeated } from '../kit/outages/quay-witness.js';
import { SteadyLoad, type LoadMessage } from '../kit/outages/steady-load.js';
import { barrier } from '../kit/stands/barrier.js';
import { deployed, eventually, type Deployed } from '../kit/stands/deployed.js';
import { engineHere } from '../kit/stands/engine.js';

/** Longer than what is tried at once, some five seconds, and than the first pauses of copies and steps. Ten minutes: 600. */
const OUTAGE_MS = 1_000 * Number(process.env['LANEWAY_OUTAGE_SECONDS'] ?? 42);
/** Time in which all comes to its end afterwards: pauses grow with an outage, and the sweeper looks at what a client left. */
const SETTLE_MS = OUTAGE_MS + 2 * INTENT_GRACE_MS;
/** Time under load before the outage, and after it. */
const WELL_MS = 5_000;
const LANDING_EVERY_MS = 500;
/** Time from one run of the sweeper to the next, while something is open. */
const SWEEP_AGAIN_MS = 30_000;

const bus = { name: 'bus', service: 'events', action: /^PutEvents$/ };
const tables = { name: 'tables', service: 'dynamodb' };
const steps = { name: 'Step Functions', service: 'states' };
/** A quarter of the outage each. Alone first: while the others fail too, little gets as far as Step Functions. */
const PHASES = [
  ['Step Functions is away', failing(steps, 1)],
  ['all fail in part', [bus, tables, steps].flatMap((one) => failing(one, 0.6))],
  ['all are away', [bus, tables, steps].flatMap((one) => failing(one, 1))],
  [
    'the tables fail in part, the others are away',
    [...[bus, steps].flatMap((one) => failing(one, 1)), ...failing(tables, 0.4)],
  ],
] as const;

const folder = mkdtempSync(join(tmpdir(), 'laneway-outage-'));
const witness = join(folder, 'witness');
const engine = process.env['AWS_ENDPOINT_URL'] ?? '';
/** A function of the test's own lets a step fail by the dispatcher's errors, as AWS does, on an engine that passes over them. */
const caller: Record<string, string> =
  lacksOf[await engineHere()]['dispatch-errors'] === undefined ? {} : { 'quay:caller': 'function' };
const say = (line: string): void => void process.stderr.write(`outage: ${line}\n`);

let proxy: FaultProxy;
let app: Deployed;
let load: SteadyLoad;
let sent: readonly LoadMessage[] = [];
const { passed: well, open: recover } = barrier();

beforeAll(async () => {
  writeFileSync(witness, '');
  proxy = await startFaultProxy(engine);
  // Before the first client is made: clients keep to the endpoint that they were made for.
  process.env['AWS_ENDPOINT_URL'] = proxy.endpoint;
  app = await deployed('quay', {
    app: 'node --conditions=laneway-source --import tsx test/kit/applications/quay/app.ts',
    context: { 'quay:witness': witness, 'quay:endpoint': proxy.endpoint, ...caller },
  });
});

afterAll(async () => {
  process.env['AWS_ENDPOINT_URL'] = engine;
  await proxy.close();
  await rm(folder, { recursive: true, force: true });
});

/** Runs the sweeper as its schedule does. */
const sweep = async () => (await invokeFunction(outputOf(app.deployment, 'SweeperFunction'), {})) as SweepSummary;

test(
  `bus, tables and Step Functions fail for ${OUTAGE_MS / 1_000} s under load`,
  async () => {
    const end = Date.now() + WELL_MS + OUTAGE_MS;
    // A client may leave what it was refused, where the sweeper looks at it while the outage lasts.
    const leaves = () => Date.now() + INTENT_GRACE_MS < end;
    load = new SteadyLoad(await connect(quay, { as: 'pier' }), { everyMs: LANDING_EVERY_MS, leaves, well });
    await sleep(WELL_MS);
    let meanwhile: Promise<string> | undefined;
    for (const [what, faults] of PHASES) {
      proxy.strike(faults);
      say(`${what}; ${load.sent.length} sent`);
      // Whatever the sweeper can do meanwhile, nothing is lost by it.
      meanwhile = sweep().then(JSON.stringify, String);
      await sleep(OUTAGE_MS / PHASES.length);
      // How soon a call comes depends on what the machine gets done meanwhile.
      for (const name of new Set(faults.map((fault) => fault.name)))
        await eventually(`a call that ${name} refuses`, () => Promise.resolve(proxy.struck()[name]));
    }
    proxy.strike([]);
    recover();
    say(`over; ${load.sent.length} sent, struck ${JSON.stringify(proxy.struck())}, passed on ${proxy.passed()}`);
    say(`the sweeper meanwhile: ${await meanwhile}`);
    await sleep(WELL_MS);
    sent = await load.stop();
    const refusals = sent.flatMap(({ kind, refusals }) => refusals.map((refusal) => ({ kind, ...refusal })));
    say(`refused: ${JSON.stringify(counted(refusals.map(({ kind, code }) => `${kind} ${code}`)))}`);
    const late = refusals.filter(({ well }) => well).map(({ kind, message }) => `${kind}: ${message.split('\n')[0]}`);
    say(`of these when all was well again: ${JSON.stringify(counted(late))}`);
    // Whoever goes on trying is served in the end.
    expect(sent.filter(({ kind, accepted }) => kind === 'request' && !accepted)).toEqual([]);
  },
  OUTAGE_MS + SETTLE_MS + 120_000,
);

test(
  'every message has its outcome, and every execution its end',
  async () => {
    const services = await openWithWorkflows(quay);
    const open = new Map<LoadMessage, Account | undefined>(sent.map((message) => [message, undefined]));
    let executions: Execution[] = [];
    const begun = Date.now();
    for (let swept = begun; Date.now() < begun + SETTLE_MS; await sleep(2_000)) {
      await eachOf([...open.keys()], async (message) => {
        const books = account(await app.entries(message.correlationId));
        // Refused before it was in the ledger, it is nowhere.
        if (books.atRest && (books.expected > 0 || !message.accepted)) open.delete(message);
        else open.set(message, books);
      });
      executions = [];
      for await (const execution of services.executions.list(clearShip.name)) executions.push(execution);
      if (open.size === 0 && unfinished(executions).length === 0) break;
      if (Date.now() < swept + SWEEP_AGAIN_MS) continue;
      const still = `${open.size} messages, ${unfinished(executions).length} executions are open`;
      // A run that fails is followed by the next one.
      say(`${still}; swept ${await sweep().then(JSON.stringify, String)}`);
      swept = Date.now();
    }
    const ends = JSON.stringify(counted(executions.map(({ status }) => status)));
    const rest = Math.round((Date.now() - begun) / 1_000);
    const again = await failedTries(executions, outputOf(app.deployment, 'WorkflowClearShip'));
    say(`at rest after ${rest} s; executions ${ends}; dispatches that failed and were tried again: ${again}`);
    expect([...open]).toEqual([]);
    expect(unfinished(executions)).toEqual([]);
    const ships = sent.filter(({ kind, accepted }) => kind === 'ship' && accepted).length;
    expect(executions.length).toBeGreaterThanOrEqual(ships);
  },
  SETTLE_MS + 120_000,
);

test('nothing is lost, and nothing happened by two messages', async () => {
  const books = { expected: 0, completed: 0 };
  await eachOf(sent, async ({ correlationId }) => {
    const { expected, completed } = account(await app.entries(correlationId));
    books.expected += expected;
    books.completed += completed;
  });
  const deeds = readDeeds(witness);
  const accepted = sent.filter((one) => one.accepted).length;
  say(
    `${accepted} of ${sent.length} accepted; deliveries ${JSON.stringify(books)}; handlers run again: ${repeated(deeds)}`,
  );
  expect(differences(sent, deeds)).toEqual([]);
  expect(books.completed).toBe(books.expected);
});

test('the sweeper has caught up', async () => {
  const done = await eventually('a run of the sweeper that fails in nothing', async () => {
    const found = await sweep().catch((error: unknown) => void say(String(error)));
    say(`swept ${JSON.stringify(found)}`);
    return found?.failed === 0 && found.unsent === 0 ? found : undefined;
  });
  expect(done).toMatchObject({ complete: true, lag: 0, undeliverable: 0 });
});

test('the ledger is whole', async () => {
  const out = join(folder, 'export');
  const ledger = (...args: readonly string[]) =>
    runCli([
      'node',
      'laneway',
      '--topology',
      'test/kit/applications/quay-topology.ts#quay',
      '--quiet',
      'ledger',
      ...args,
    ]);
  expect(await ledger('export', '--out', out)).toBe(EXIT.ok);
  expect(await ledger('verify', out, '--stored')).toBe(EXIT.ok);
});

/** Ten at a time. */
async function eachOf<Item>(all: readonly Item[], act: (item: Item) => Promise<void>): Promise<void> {
  for (let at = 0; at < all.length; at += 10) await Promise.all(all.slice(at, at + 10).map(act));
}

/** Tries of steps that failed in executions of the machine, by their histories. */
async function failedTries(executions: readonly Execution[], machine: string): Promise<number> {
  const client = new SFNClient({});
  let failed = 0;
  await eachOf(executions, async ({ name }) => {
    const executionArn = `${machine.replace(':stateMachine:', ':execution:')}:${name}`;
    for await (const { events = [] } of paginateGetExecutionHistory({ client }, { executionArn }))
      failed += events.filter(({ type }) => type === 'TaskFailed').length;
  });
  client.destroy();
  return failed;
}

const unfinished = (executions: readonly Execution[]) => executions.filter(({ status }) => status !== 'succeeded');

const counted = (names: readonly string[]) =>
  names.reduce<Record<string, number>>((counts, name) => ({ ...counts, [name]: (counts[name] ?? 0) + 1 }), {});
