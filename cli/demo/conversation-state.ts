import { account, type LedgerEntry } from '../../shared/domain/evidence/conversation.js';
import { viewConversation } from '../render/conversation-view.js';

/** State of a telemetry conversation, read from its ledger entries alone. */
export interface ConversationState {
  readonly id: string;
  readonly vehicle: string;
  /** Result of the workflow, `failed`, or `running`. */
  readonly state: string;
  /** Severity that the analysis found. */
  readonly severity: string | undefined;
  readonly messages: number;
  readonly ms: number;
  readonly published: boolean;
  readonly completed: boolean;
  readonly expired: boolean;
  readonly failed: boolean;
  readonly deadLettered: number;
  /** Decisions that people were asked for, and how many of them were to approve. */
  readonly asked: number;
  readonly approved: number;
  /** Provisional bookings that were given back. */
  readonly released: number;
  /** The workflow ended and no delivery is in flight. */
  readonly atRest: boolean;
}

/** Reads the state of a conversation. */
export function conversationState(id: string, vehicle: string, entries: readonly LedgerEntry[]): ConversationState {
  const books = account(entries);
  // The engagement that it runs ends in the same conversation.
  const ended = payloadsOf(entries, 'WorkflowCompleted').find(({ workflow }) => workflow === 'maintenance');
  const analyzed = payloadsOf(entries, 'VehicleAnalyzed')[0];
  const view = viewConversation(entries);
  const failed = ended?.['status'] === 'failed';
  const result = typeof ended?.['result'] === 'string' ? ended['result'] : undefined;
  return {
    id,
    vehicle,
    state: failed ? 'failed' : (result ?? 'running'),
    severity: typeof analyzed?.['severity'] === 'string' ? analyzed['severity'] : undefined,
    messages: view.messages.length,
    ms: view.lasted,
    published: entries.some(
      (entry) => entry.kind === 'message' && entry.intent.envelope.type === 'VehicleTelemetryReported',
    ),
    completed: ended?.['status'] === 'succeeded',
    expired: books.expired > 0,
    failed,
    deadLettered: books.deadLettered,
    // People are asked a second time when they keep silent: of the same approval.
    asked: new Set(payloadsOf(entries, 'ApprovalRequested').map(({ approval }) => approval)).size,
    approved: payloadsOf(entries, 'ApprovalDecided').filter(({ decision }) => decision === 'approved').length,
    released: payloadsOf(entries, 'ServiceReleased').filter(({ status }) => status === 'released').length,
    atRest: ended !== undefined && books.atRest,
  };
}

/** Payloads of the messages of a type, from any ledger entry that holds them. */
export function payloadsOf(entries: readonly LedgerEntry[], type: string): Readonly<Record<string, unknown>>[] {
  return entries.flatMap((entry) => {
    if (entry.kind === 'message')
      return entry.intent.envelope.type === type ? [recordOf(entry.intent.envelope.data)] : [];
    if (entry.kind !== 'delivery') return [];
    return entry.delivery.emissions.filter((emission) => emission.type === type).map(({ data }) => recordOf(data));
  });
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
