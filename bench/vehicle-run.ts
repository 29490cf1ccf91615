import { setTimeout as sleep } from 'node:timers/promises';
import type { EngineTarget } from '../infra/engines/engine.js';
import { sentMails, sentTexts } from '../infra/engines/bridge/sent-messages.js';
import { parseReplyReference } from '../functions/vehicle-maintenance/customer-engagement/reply-reference.js';
import { CustomerResponded, VehicleTelemetryReported } from '../functions/vehicle-maintenance/messages.js';
import type { Telemetry } from '../functions/vehicle-maintenance/schemas.js';
import { vehicles } from '../functions/vehicle-maintenance/topology.js';
import { sampleVin } from '../functions/vehicle-maintenance/vin.js';
import { threeVehicles } from '../cli/demo/scenario.js';
import { openDeployed } from '../cli/context/open-deployed.js';
import { connect } from '../shared/client/connect.js';
import { account, type LedgerEntry } from '../shared/domain/evidence/conversation.js';
import { waypoints, type Waypoint } from './waypoints.js';
import type { HopKind } from './bare-hops/measure.js';

/** A way through the workflow: its telemetry, its expected end, its hops, and the messages on its critical path. */
export interface Path {
  readonly vehicle: string;
  readonly ends: string;
  readonly answers: boolean;
  readonly hops: Readonly<Record<HopKind, number>>;
  readonly messages: readonly string[];
}

export const PATHS = {
  healthy: {
    vehicle: 'normal readings',
    ends: 'healthy',
    answers: false,
    hops: { publish: 1, message: 2, start: 1, resume: 0, end: 1 },
    messages: ['VehicleTelemetryReported', 'AnalyzeVehicle', 'VehicleAnalyzed', 'WorkflowCompleted'],
  },
  warning: {
    vehicle: 'potential engine problem',
    ends: 'scheduled',
    answers: true,
    // The engagement is a workflow of its own: it is asked for by a message, started, and its end is heard.
    hops: { publish: 2, message: 7, start: 2, resume: 2, end: 2 },
    messages: [
      'VehicleTelemetryReported',
      'AnalyzeVehicle',
      'VehicleAnalyzed',
      'WorkflowRequested',
      'EngageCustomer',
      'CustomerResponded',
      'CustomerEngaged',
      'ScheduleService',
      'ServiceScheduled',
      'WorkflowCompleted',
    ],
  },
} as const satisfies Record<string, Path>;
export type PathName = keyof typeof PATHS;

/** One conversation from its publishing to the stamp of `WorkflowCompleted`. */
export interface Run {
  /** Milliseconds, without the customer. */
  readonly ms: number;
  /** From the notice's time to the answer's publishing, milliseconds. */
  readonly customerMs: number;
  readonly waypoints: readonly Waypoint[];
}

/** Milliseconds that the customer of the bench waits before an answer, so that the sender of the notice has come to its end. */
const THINKING_MS = 300;
const POLL_MS = 100;
const GIVE_UP_MS = 60_000;

/** Connects. Resolves with a function that runs a path once and returns when the conversation is at rest. */
export async function vehicleRuns(target: EngineTarget, signal: AbortSignal): Promise<(path: Path) => Promise<Run>> {
  const gateway = await connect(vehicles, { as: 'telemetry-gateway' });
  const portal = await connect(vehicles, { as: 'customer-portal' });
  const { conversations: reader } = await openDeployed(vehicles);
  let vehicle = 0;

  const until = async <Found>(what: string, look: () => Promise<Found | undefined>): Promise<Found> => {
    for (const giveUp = Date.now() + GIVE_UP_MS; Date.now() < giveUp;) {
      await sleep(POLL_MS, undefined, { signal });
      const found = await look();
      if (found !== undefined) return found;
    }
    throw new Error(`${what}: not within ${GIVE_UP_MS} ms`);
  };
  const customer = async (correlationId: string): Promise<{ seen: number; answered: number }> => {
    const { reference, seen } = await until(`the notice of ${correlationId}`, () => notice(target, correlationId));
    await sleep(THINKING_MS, undefined, { signal });
    const answered = Date.now();
    await portal.publish(CustomerResponded, { reference, answer: 'accept' }, { correlationId });
    return { seen, answered };
  };

  return async (path) => {
    const telemetry = telemetryOf(path.vehicle, vehicle++);
    const began = Date.now();
    const { correlationId } = await gateway.publish(VehicleTelemetryReported, telemetry);
    const answer = path.answers ? await customer(correlationId) : undefined;
    const entries = await until(`the end of ${correlationId}`, async () => {
      const found = await reader.conversation(correlationId);
      return completion(found) && account(found).atRest ? found : undefined;
    });
    const end = completion(entries);
    if (end?.result !== path.ends) throw new Error(`${correlationId} ended in ${end?.result ?? 'nothing'}`);
    const customerMs = answer ? answer.answered - answer.seen : 0;
    const paused = answer && { type: 'CustomerResponded', from: answer.seen, until: answer.answered };
    return {
      ms: end.at - began - customerMs,
      customerMs,
      waypoints: waypoints(entries.filter(isOfPath), path.messages, began, paused),
    };
  };
}

/** False for the end of the workflow `engagement`, which is published in the same conversation. */
function isOfPath(entry: LedgerEntry): boolean {
  if (entry.kind !== 'message' || entry.intent.envelope.type !== 'WorkflowCompleted') return true;
  return (entry.intent.envelope.data as { workflow?: unknown }).workflow === 'maintenance';
}

function telemetryOf(name: string, index: number): Telemetry {
  const found = threeVehicles(false).find((one) => one.name === name);
  if (!found) throw new Error(`the demonstration has no vehicle '${name}'`);
  return { ...found.telemetry, vin: sampleVin(index) };
}

/** The notice of a conversation and when it was sent; text messages bear no time, so that theirs is when they are seen. */
async function notice(
  target: EngineTarget,
  correlationId: string,
): Promise<{ reference: string; seen: number } | undefined> {
  const now = Date.now();
  for (const mail of (await sentMails(target)).toReversed()) {
    const found = parseReplyReference(mail.text);
    if (found?.correlationId === correlationId) return { reference: found.reference, seen: Date.parse(mail.at) };
  }
  for (const text of (await sentTexts(target)).toReversed()) {
    const found = parseReplyReference(text.text);
    if (found?.correlationId === correlationId) return { reference: found.reference, seen: now };
  }
  return undefined;
}

function completion(entries: readonly LedgerEntry[]): { readonly at: number; readonly result: string } | undefined {
  for (const entry of entries.filter(isOfPath)) {
    if (entry.kind !== 'message' || entry.intent.envelope.type !== 'WorkflowCompleted') continue;
    const { time, data } = entry.intent.envelope;
    return { at: Date.parse(time), result: String((data as { result?: unknown }).result) };
  }
  return undefined;
}
