import { createAgent, type Context, type Message } from 'laneway/agent';
import { CaseEscalated, FollowUpDue, ManufacturingInsightFound } from '../messages.js';
import { vehicles } from '../topology.js';
import type { CaseStore } from './case-store.js';
import { decide, stageOf, type Heard } from './conversation-stage.js';
import type { FeedbackStore } from './feedback-store.js';
import { findInsights, isNews } from './manufacturing-insights.js';

/** Stores of the orchestrator. */
export interface MasterOrchestratorNeeds {
  readonly cases: CaseStore;
  readonly feedback: FeedbackStore;
}

/** The workflow that a vehicle's conversation is about; others run within it. */
const CONVERSATION = 'maintenance';

/** Window in which feedback is held together. */
const WINDOW_DAYS = 90;

/** Parts of a handler's context with which a conversation is followed. */
type Voice = Pick<
  Context<typeof CaseEscalated | typeof FollowUpDue, never, MasterOrchestratorNeeds>,
  'deps' | 'effectKey' | 'publish' | 'log'
>;

/** Adds a message to the case of its conversation, and decides when the workflow has left the case open. */
async function follow(message: Message, heard: Heard, vin: string | undefined, voice: Voice): Promise<void> {
  const { cases } = voice.deps;
  const known = await cases.hear(message.correlationId, heard, vin);
  const { facts } = known;
  const decision = decide(facts);
  voice.log.info('conversation', { heard: message.type, stage: stageOf(facts), decision: decision.action });
  if (decision.action === 'none' || known.vin === undefined) return;
  if (!(await cases.decide(message.correlationId, voice.effectKey))) return;
  if (decision.action === 'follow-up') voice.publish(FollowUpDue, { vin: known.vin, why: decision.why });
  else voice.publish(CaseEscalated, { vin: known.vin, severity: facts.severity ?? 'critical', why: decision.why });
}

/** Hears every agent's output, follows each conversation, decides what is left open, and finds manufacturing insights. */
export const masterOrchestrator = createAgent(vehicles, 'master-orchestrator')
  .needs<MasterOrchestratorNeeds>()
  .handle({
    VehicleAnalyzed: (message, context) =>
      follow(message, { type: 'VehicleAnalyzed', severity: message.data.severity }, message.data.vin, context),
    CustomerEngaged: (message, context) =>
      follow(message, { type: 'CustomerEngaged', outcome: message.data.outcome }, message.data.vin, context),
    ServiceScheduled: (message, context) =>
      follow(message, { type: 'ServiceScheduled', status: message.data.status }, message.data.vin, context),
    ServiceReleased: async ({ correlationId, data }, { deps }) => {
      if (data.status === 'released') await deps.cases.hear(correlationId, { type: 'ServiceReleased' }, data.vin);
    },
    CaseEscalated: async (message, context) => {
      // Somebody else gave the case to a person: it is decided.
      await context.deps.cases.hear(message.correlationId, { type: 'FollowUpDecided' }, message.data.vin);
    },
    FollowUpDue: () => undefined,
    RequestTimedOut: (message, context) => follow(message, { type: 'RequestTimedOut' }, undefined, context),
    RequestFailed: (message, context) => follow(message, { type: 'ErrorReported' }, undefined, context),
    ErrorReported: (message, context) => follow(message, { type: 'ErrorReported' }, undefined, context),
    WorkflowStarted: () => undefined,
    WorkflowCompleted: async (message, context) => {
      const { workflow, result, status } = message.data;
      // Workflows that others run belong to those: their ends decide nothing.
      if (workflow !== CONVERSATION) return;
      if (result === 'escalated') await context.deps.cases.hear(message.correlationId, { type: 'FollowUpDecided' });
      const heard: Heard =
        status === 'failed' ? { type: 'ErrorReported' } : { type: 'WorkflowCompleted', outcome: result };
      await follow(message, heard, undefined, context);
    },
    FeedbackReceived: async ({ data, time }, { deps, publish, effectKey }) => {
      await deps.feedback.append(data);
      // The message's own time, not the clock: a redelivery sees the same window.
      const from = new Date(time.getTime() - WINDOW_DAYS * 86_400_000);
      const [feedback, told] = await Promise.all([deps.feedback.between(from, time), deps.feedback.told(effectKey)]);
      for (const insight of findInsights(feedback, { now: time, windowDays: WINDOW_DAYS })) {
        if (isNews(insight, told) && (await deps.feedback.remember(insight, effectKey)))
          publish(ManufacturingInsightFound, insight);
      }
    },
  });
