import { defined } from '../../shared/domain/base/defined.js';
import type { RefusedRow } from '../../functions/vehicle-maintenance/telemetry-csv.js';
import { vehicles } from '../../functions/vehicle-maintenance/topology.js';
import type { TimeForm } from '../../functions/vehicle-maintenance/telemetry-times.js';
import { LanewayError } from '../../shared/domain/base/errors.js';
import type { Output } from '../context/output.js';
import { queueTable } from '../commands/messages/queue-table.js';
import { span } from '../render/time.js';
import type { DemoOptions } from '../run-demo.js';
import { demoCustomer } from './customer.js';
import type { DemoWorld } from './demo-world.js';
import {
  isAsExpected,
  laneReport,
  ledgerExcerpt,
  outcomeReport,
  storyReport,
  type JudgedConversation,
} from './report.js';
import { threeVehicles } from './scenario.js';
import { demoServiceDesk } from './service-desk.js';
import { telemetryFrom } from './telemetry-source.js';
import { watchConversations, type Watched } from './watch.js';

/** One performance of the demonstration. */
export interface Performance {
  readonly options: DemoOptions;
  readonly output: Output;
  readonly signal: AbortSignal;
  /** Instant at which the command was called, milliseconds since 1970. */
  readonly began: number;
}

/** A published telemetry conversation. */
interface Started extends Watched {
  /** States in which it may end. Undefined: they follow from the severity that the analysis found. */
  readonly expected: readonly string[] | undefined;
}

/**
 * Publishes telemetry, watches every conversation to its end while a customer answers and a service desk decides, and
 * shows what became of it. @returns true when every conversation ended as it should
 */
export async function playDemo(world: DemoWorld, { options, output, signal, began }: Performance): Promise<boolean> {
  const refused: RefusedRow[] = [];
  const clockBegan = world.clock.now();
  const started = await publishAll(world, options, output, refused, signal);
  const conversations = new Set(started.map(({ id }) => id));
  const customer = demoCustomer(world.bystanders, conversations, options.silentCustomer ?? false);
  const desk = demoServiceDesk(world.bystanders, conversations);
  const seen = await watchConversations({
    clock: world.clock,
    reader: world.reader,
    conversations: started,
    between: () => Promise.all([customer.answer(), desk.decide()]),
    giveUpAfterMs: 120_000 + started.length * 1_000,
    signal,
    each: started.length <= 10,
    progress: output.progress,
  });
  const judged = started.flatMap(({ id, expected }): JudgedConversation[] => {
    const state = seen.get(id)?.state;
    return state ? [{ ...state, expected: expected ?? expectedBy(state.severity) }] : [];
  });
  // Messages in the dead letter queues have not reached the ledger yet, and count as dead letters as well.
  const queues = await world.queues();
  const waiting = queues
    .filter(({ kind }) => kind === 'dead-letters')
    .reduce((sum, { depth, inFlight }) => sum + depth + inFlight, 0);
  const count = (test: (state: JudgedConversation) => boolean): number => judged.filter(test).length;
  const sum = (of: (state: JudgedConversation) => number): number => judged.reduce((total, one) => total + of(one), 0);
  const summary = {
    engine: world.engine,
    clock: {
      began: new Date(clockBegan).toISOString(),
      ended: new Date(world.clock.now()).toISOString(),
    },
    rows: started.length + refused.length,
    published: count(({ published }) => published),
    refused: refused.length,
    completed: count(({ completed }) => completed),
    expired: count(({ expired }) => expired),
    deadLettered: sum(({ deadLettered }) => deadLettered) + waiting,
    failed: count(({ failed, completed, expired }) => failed || (!completed && !expired)),
    approvals: sum(({ asked }) => asked),
    approved: sum(({ approved }) => approved),
    released: sum(({ released }) => released),
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
    const remarks = world.remarks();
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
      ...(remarks.length > 0 ? [...remarks, ''] : []),
      outcomeReport(judged, output.paint),
      `repairs above the cost limit: ${summary.approvals}, approved: ${summary.approved}; holds released: ${summary.released}`,
      `${summary.published} published, ${summary.refused} refused, ${summary.completed} completed, ${summary.expired} expired, ${summary.deadLettered} dead-lettered, ${summary.failed} failed in ${span(summary.elapsedMs)}`,
    ].join('\n');
  });
  return (
    !signal.aborted && judged.length === started.length && judged.every(isAsExpected) && summary.deadLettered === 0
  );
}

/** States in which a conversation may end whose telemetry comes from a file; they follow from the severity that the analysis found. */
function expectedBy(severity: string | undefined): readonly string[] {
  return severity === 'normal' ? ['healthy'] : ['scheduled', 'no-slot'];
}

async function publishAll(
  world: DemoWorld,
  options: DemoOptions,
  output: Output,
  refused: RefusedRow[],
  signal: AbortSignal,
): Promise<Started[]> {
  const { clock } = world;
  const started: Started[] = [];
  if (options.input === undefined) {
    for (const { name, telemetry, priority, expected } of threeVehicles(options.silentCustomer ?? false)) {
      started.push({ id: await world.report(telemetry, priority), vehicle: name, expected });
    }
    return started;
  }
  const file = {
    limit: options.limit ?? Number.POSITIVE_INFINITY,
    ...defined({
      vehicles: options.vehicles,
      decimal: options.decimal,
      times: options.times as TimeForm | undefined,
    }),
  };
  const refuse = (row: RefusedRow): void => {
    refused.push(row);
    output.progress(`line ${row.line} refused: ${row.reason}`);
  };
  const pause = options.rate === undefined ? 0 : 1_000 / options.rate;
  let next = clock.now();
  let said = false;
  for await (const { line, telemetry, missing } of telemetryFrom(options.input, file, refuse)) {
    if (signal.aborted) break;
    if (missing.length > 0 && !said)
      output.progress(`the file has no ${missing.join(', ')}: nothing is judged by them`);
    said = true;
    if (next > clock.now()) await clock.pause(next - clock.now(), signal);
    next = Math.max(next, clock.now() - pause) + pause;
    try {
      started.push({ id: await world.report(telemetry), vehicle: telemetry.vin, expected: undefined });
    } catch (error) {
      // A row that its message type refuses is refused like one that cannot be read; anything else concerns every row.
      if (!(error instanceof LanewayError) || error.code !== 'SCHEMA') throw error;
      refuse({ kind: 'refused', line, reason: error.message.split('\n')[0] ?? '' });
    }
    if (started.length % 100 === 0) output.progress(`${started.length} rows published`);
  }
  output.progress(`${started.length} rows published, ${refused.length} refused`);
  return started;
}
