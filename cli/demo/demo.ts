import { setTimeout as sleep } from 'node:timers/promises';
import { openEngine } from '../../infra/engines/open-engine.js';
import type { RefusedRow } from '../../functions/vehicle-maintenance/telemetry-csv.js';
import { VehicleTelemetryReported } from '../../functions/vehicle-maintenance/messages.js';
import { vehicles } from '../../functions/vehicle-maintenance/topology.js';
import { connect } from '../../shared/client/connect.js';
import { createContext } from '../command-context.js';
import { deployHere, interruptible, shellLines } from '../deploy-here.js';
import { EXIT } from '../exit-codes.js';
import { openLedger } from '../open-ledger.js';
import type { Output } from '../output.js';
import { readQueues } from '../read-queues.js';
import { queueTable } from '../render/queue-table.js';
import { span } from '../render/time.js';
import type { DemoOptions } from '../run-demo.js';
import { describeOutputs } from '../commands/deploy.js';
import { describeTarget, enter } from '../target.js';
import { demoCustomer } from './customer.js';
import { isAsExpected, laneReport, ledgerExcerpt, outcomeReport, storyReport, type Judged } from './report.js';
import { threeVehicles } from './scenario.js';
import { telemetryFrom } from './telemetry-source.js';
import { watchConversations, type Watched } from './watch.js';

/** A published telemetry conversation. */
interface Started extends Watched {
  /** Undefined: it follows from what the analysis found. */
  readonly expected: readonly string[] | undefined;
}

/** Answer time of the demonstration: long enough for its customer, who looks four times a second; short when silent. */
const RESPOND_WITHIN = { answering: '5 minutes', silent: '10 seconds' } as const;

/**
 * The vehicle application end to end: engine up, deployed, telemetry published, every conversation watched to its end,
 * then shown from the ledger. @returns 0 only when every conversation ended as it should
 */
export async function demoCommand(options: DemoOptions): Promise<number> {
  const context = await createContext(options);
  const { output, project } = context;
  const began = Date.now();
  const interrupt = interruptible();
  const engine = await openEngine({
    projectDirectory: project.directory,
    keep: options.keep === true,
    progress: output.progress,
  });
  try {
    enter(engine.target);
    const respondWithin = options.silentCustomer ? RESPOND_WITHIN.silent : RESPOND_WITHIN.answering;
    const outputs = await deployHere(context, engine.target, {
      signal: interrupt.signal,
      context: { 'vehicles:respond-within': respondWithin },
    });
    output.progress(`deployed after ${span(Date.now() - began)}`);
    const ok = await run(options, output, engine.target, interrupt.signal, began);
    if (options.keep) {
      for (const line of describeOutputs(outputs, output.paint)) output.progress(line);
      output.progress(
        `the engine stays up at ${describeTarget(engine.target)}; \`npm run laneway -- engine stop\` ends it.`,
      );
      output.progress('laneway finds it by itself; for other tools:');
      for (const line of shellLines(engine.target)) output.progress(`  ${line}`);
    }
    if (interrupt.signal.aborted) return 130;
    return ok ? EXIT.ok : EXIT.failed;
  } finally {
    interrupt.release();
    await engine.close();
  }
}

async function run(
  options: DemoOptions,
  output: Output,
  target: Awaited<ReturnType<typeof openEngine>>['target'],
  signal: AbortSignal,
  began: number,
): Promise<boolean> {
  const refused: RefusedRow[] = [];
  const started = await publishAll(options, output, refused, signal);
  const reader = await openLedger(vehicles);
  const customer = await demoCustomer(target, new Set(started.map(({ id }) => id)), options.silentCustomer ?? false);
  const seen = await watchConversations({
    reader,
    conversations: started,
    between: () => customer.answer(),
    giveUpAfterMs: 120_000 + started.length * 1_000,
    signal,
    each: started.length <= 10,
    progress: output.progress,
  });
  const judged = started.flatMap(({ id, expected }): Judged[] => {
    const state = seen.get(id)?.state;
    return state ? [{ ...state, expected: expected ?? expectedBy(state.severity) }] : [];
  });
  const { deployment } = await connect(vehicles, { as: 'telemetry-gateway' });
  // What waits in the dead letter queues has not reached the ledger yet, and counts as well.
  const queues = await readQueues(vehicles.model, deployment, { ages: false });
  const waiting = queues
    .filter(({ kind }) => kind === 'dead-letters')
    .reduce((sum, { depth, inFlight }) => sum + depth + inFlight, 0);
  const count = (test: (state: Judged) => boolean): number => judged.filter(test).length;
  const summary = {
    rows: started.length + refused.length,
    published: count(({ published }) => published),
    refused: refused.length,
    completed: count(({ completed }) => completed),
    expired: count(({ expired }) => expired),
    deadLettered: judged.reduce((sum, { deadLettered }) => sum + deadLettered, 0) + waiting,
    failed: count(({ failed, completed, expired }) => failed || (!completed && !expired)),
    elapsedMs: Date.now() - began,
    conversations: judged.map(({ id, vehicle, state, expected, messages, ms }) => ({
      id,
      vehicle,
      state,
      expected: expected.join(' or '),
      messages,
      ms,
    })),
  };
  output.result(summary, () => {
    const all = [...seen.values()];
    const entries = all.flatMap((one) => one.entries);
    return [
      ...(started.length <= 10
        ? [
            storyReport(all, customer.mails, output.paint, output.width),
            ledgerExcerpt(all[0]?.entries ?? [], output.paint),
            '',
          ]
        : []),
      laneReport(entries, output.paint),
      '',
      ...queueTable(vehicles.name, queues, output.paint),
      '',
      outcomeReport(judged, output.paint),
      `${summary.published} published, ${summary.refused} refused, ${summary.completed} completed, ${summary.expired} expired, ${summary.deadLettered} dead-lettered, ${summary.failed} failed in ${span(summary.elapsedMs)}`,
    ].join('\n');
  });
  return (
    !signal.aborted && judged.length === started.length && judged.every(isAsExpected) && summary.deadLettered === 0
  );
}

/** What a conversation of unknown telemetry should come to, by what the analysis found. */
function expectedBy(severity: string | undefined): readonly string[] {
  return severity === 'normal' ? ['healthy'] : ['scheduled', 'no-slot'];
}

async function publishAll(
  options: DemoOptions,
  output: Output,
  refused: RefusedRow[],
  signal: AbortSignal,
): Promise<Started[]> {
  const gateway = await connect(vehicles, { as: 'telemetry-gateway' });
  const started: Started[] = [];
  if (options.input === undefined) {
    for (const { name, telemetry, priority, expected } of threeVehicles(options.silentCustomer ?? false)) {
      const { correlationId } = await gateway.publish(VehicleTelemetryReported, telemetry, { priority });
      started.push({ id: correlationId, vehicle: name, expected });
    }
    return started;
  }
  const file = {
    limit: options.limit ?? Number.POSITIVE_INFINITY,
    ...(options.vehicles === undefined ? {} : { vehicles: options.vehicles }),
  };
  const refuse = (row: RefusedRow): void => {
    refused.push(row);
    output.progress(`line ${row.line} refused: ${row.reason}`);
  };
  const pause = options.rate === undefined ? 0 : 1_000 / options.rate;
  let next = Date.now();
  for await (const { telemetry } of telemetryFrom(options.input, file, refuse)) {
    if (signal.aborted) break;
    if (next > Date.now()) await sleep(next - Date.now());
    next = Math.max(next, Date.now() - pause) + pause;
    const { correlationId } = await gateway.publish(VehicleTelemetryReported, telemetry);
    started.push({ id: correlationId, vehicle: telemetry.vin, expected: undefined });
    if (started.length % 100 === 0) output.progress(`${started.length} rows published`);
  }
  output.progress(`${started.length} rows published, ${refused.length} refused`);
  return started;
}
