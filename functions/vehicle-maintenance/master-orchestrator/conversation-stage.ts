import type { EngagementOutcome, ServiceResult, Severity } from '../schemas.js';

/** Stages of a vehicle's conversation. */
export const STAGES = [
  'reported',
  'analysed',
  'engaged',
  'accepted',
  'declined',
  'silent',
  'scheduled',
  'unscheduled',
  'completed',
  'failed',
] as const;
export type Stage = (typeof STAGES)[number];

/** Message of a conversation, reduced to the fields that its stage depends on. */
export type Heard =
  | { readonly type: 'VehicleTelemetryReported' }
  | { readonly type: 'VehicleAnalyzed'; readonly severity: Severity }
  | { readonly type: 'CustomerEngaged'; readonly outcome: EngagementOutcome }
  | { readonly type: 'CustomerResponded'; readonly answer: 'accept' | 'decline' }
  | { readonly type: 'ServiceScheduled'; readonly status: ServiceResult['status'] }
  | { readonly type: 'WorkflowCompleted'; readonly outcome: string }
  | { readonly type: 'ServiceReleased' | 'RequestTimedOut' | 'ErrorReported' | 'FollowUpDecided' };

/**
 * The facts of a conversation. Messages arrive in any order and more than once, so that it is a set of facts and no
 * position: every order of the same messages gives the same facts.
 */
export interface ConversationFacts {
  readonly reported: boolean;
  readonly severity?: Severity;
  readonly engagement?: EngagementOutcome;
  readonly service?: ServiceResult['status'];
  /** True once the held slot was given back. */
  readonly released?: boolean;
  readonly outcome?: string;
  readonly failed: boolean;
  readonly timedOut: boolean;
  readonly decided: boolean;
}

export const NOTHING_HEARD: ConversationFacts = { reported: false, failed: false, timedOut: false, decided: false };

/** Act of the orchestrator on a conversation that its workflow left open, with the reason. */
export type Decision =
  { readonly action: 'none' } | { readonly action: 'follow-up' | 'escalate'; readonly why: string };

const SEVERITY_RANK: readonly Severity[] = ['normal', 'warning', 'critical'];
const ENGAGEMENT_RANK: readonly EngagementOutcome[] = ['unreachable', 'silent', 'declined', 'accepted'];
const SERVICE_RANK: readonly ServiceResult['status'][] = ['unavailable', 'held', 'booked'];

/** Adds one message to the facts. Commutative and idempotent: of two answers the further one stands. */
export function hear(facts: ConversationFacts, heard: Heard): ConversationFacts {
  switch (heard.type) {
    case 'VehicleTelemetryReported':
      return { ...facts, reported: true };
    case 'VehicleAnalyzed':
      return { ...facts, severity: further(SEVERITY_RANK, facts.severity, heard.severity) };
    case 'CustomerEngaged':
      return { ...facts, engagement: further(ENGAGEMENT_RANK, facts.engagement, heard.outcome) };
    case 'CustomerResponded':
      return {
        ...facts,
        engagement: further(ENGAGEMENT_RANK, facts.engagement, heard.answer === 'accept' ? 'accepted' : 'declined'),
      };
    case 'ServiceScheduled':
      return { ...facts, service: further(SERVICE_RANK, facts.service, heard.status) };
    case 'WorkflowCompleted':
      // Two different outcomes can only come from two runs; the alphabetical choice keeps the result independent of order.
      return {
        ...facts,
        outcome: facts.outcome !== undefined && facts.outcome < heard.outcome ? facts.outcome : heard.outcome,
      };
    case 'ServiceReleased':
      return { ...facts, released: true };
    case 'RequestTimedOut':
      return { ...facts, timedOut: true };
    case 'ErrorReported':
      return { ...facts, failed: true };
    case 'FollowUpDecided':
      return { ...facts, decided: true };
  }
}

const further = <T>(rank: readonly T[], known: T | undefined, heard: T): T =>
  known !== undefined && rank.indexOf(known) >= rank.indexOf(heard) ? known : heard;

/** The stage that the facts amount to. */
export function stageOf(facts: ConversationFacts): Stage {
  if (facts.outcome !== undefined) return 'completed';
  if (facts.failed) return 'failed';
  if (facts.service === 'booked') return 'scheduled';
  if (facts.service === 'unavailable') return 'unscheduled';
  if (facts.engagement !== undefined) return facts.engagement === 'unreachable' ? 'silent' : facts.engagement;
  if (facts.service === 'held' && facts.released !== true) return 'engaged';
  return facts.severity === undefined ? 'reported' : 'analysed';
}

/**
 * Decides on a conversation that its workflow has left open, by its end or by a part that failed for good. Critical matters go
 * to a person; a warning gets one follow-up. It is decided once: after `FollowUpDecided` nothing more.
 */
export function decide(facts: ConversationFacts): Decision {
  const open = leftOpen(facts);
  if (open === undefined || facts.decided) return { action: 'none' };
  return {
    action: facts.severity === 'critical' || facts.severity === undefined ? 'escalate' : 'follow-up',
    why: open,
  };
}

function leftOpen(facts: ConversationFacts): string | undefined {
  if (facts.failed) return 'a step of the conversation failed';
  if (facts.outcome === undefined || facts.severity === 'normal' || facts.service === 'booked') return undefined;
  if (facts.outcome === 'rejected') return 'the cost of the repair was not approved';
  if (facts.service === 'unavailable') return 'no slot was free';
  if (facts.outcome === 'unanswered') return 'the customer did not answer';
  if (facts.engagement === 'declined') return 'the customer declined';
  if (facts.engagement === 'silent' || facts.engagement === 'unreachable') return 'the customer did not answer';
  if (facts.timedOut) return 'a request timed out';
  return facts.severity === undefined ? undefined : 'the workflow ended without a booking';
}
