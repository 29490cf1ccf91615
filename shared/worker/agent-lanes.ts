import { Logger } from '@aws-lambda-powertools/logger';
import type { BoundAgent } from '../agent/create-agent.js';
import { receiveBatch } from '../agent/receive/receive-batch.js';
import type { Concurrency, ReceivedCopy, Renewal, Services } from '../agent/receive/services.js';
import { logOver } from '../aws/base/powertools-log.js';
import { receiptsOf } from '../aws/ports.js';
import { laneAt } from '../aws/process-ports.js';
import { namesFromOutputs } from '../client/deployed-names.js';
import { outputOf, type Deployment } from '../client/deployment.js';
import { milliseconds } from '../domain/base/duration.js';
import { PRIORITIES, type Priority } from '../domain/base/priority.js';
import { agentServices } from '../lambda/agent-services.js';
import { isEmergencyLane } from '../topology/emergency/emergency-channel.js';
import { lanesOfAgent } from '../topology/lanes-of.js';
import { laneKey } from '../topology/mailbox-names.js';
import { outputKey } from '../topology/deployed/output-key.js';
import { Acknowledgements } from './acknowledgements.js';
import type { PolledLane } from './poll-lanes.js';

/** Duration of a worker's lease. A message is held back for so long when its process is killed. */
export const LEASE_MS = 15_000;

/** Interval of renewals: two may fail before the lease is lost. */
export const RENEW_MS = 5_000;

/**
 * Seconds that a copy is hidden when it is received; the lease renews it from then on. A copy that a long poll took whose process was
 * killed is back after it, and not after the visibility of the queue, which is made for the longest handler.
 */
export const RECEIVE_VISIBILITY_SECONDS = 20;

/** While the process lives, its leases and the visibility of its messages are renewed in steps. */
const RENEWAL: Renewal = {
  lease: LEASE_MS,
  receivedFor: RECEIVE_VISIBILITY_SECONDS,
  repeat: (run) => {
    const timer = setInterval(() => void run(), RENEW_MS);
    return () => clearInterval(timer);
  },
};

/** Time beyond the handler's own in which its outcome is written. */
const MARGIN_MS = 15_000;

/** A lane of an agent, with what a status tells of it. */
export interface AgentLane extends PolledLane {
  readonly agent: string;
  readonly priority: Priority;
  /** True for a lane that publishers of direct channels send into. */
  readonly direct: boolean;
  /** True for the lane by which the agent hears of emergencies, which no drain stops. */
  readonly always: boolean;
  /** Copies that are handled now. */
  readonly running: ReadonlySet<ReceivedCopy>;
}

/** Settings that the lanes of a worker share. */
export interface LaneSettings {
  readonly concurrency: Concurrency;
  /** Called with each try of an agent's handler that has ended. */
  readonly tried: (agent: string, isGood: boolean) => void;
}

/**
 * The deployed lanes of agents, the most urgent priority first, each in the order of the agents.
 * @throws LanewayError NOT_FOUND when the deployment does not have them
 */
export function agentLanes(
  agents: readonly BoundAgent[],
  deployment: Deployment,
  { concurrency, tried }: LaneSettings,
): AgentLane[] {
  const lanes = agents.flatMap((bound) => {
    const { id, topology } = bound.agent;
    const services = { ...servicesOf(bound, deployment), tried: (isGood: boolean) => tried(id, isGood) };
    const { bus, direct } = lanesOfAgent(topology.model, id);
    const own = [
      ...bus.map((priority) => ({ priority, direct: false })),
      ...direct.map((priority) => ({ priority, direct: true })),
    ];
    return own.map((lane) => laneOf(bound, lane, services, { deployment, concurrency }));
  });
  return lanes.toSorted((a, b) => PRIORITIES.indexOf(a.priority) - PRIORITIES.indexOf(b.priority));
}

function servicesOf({ agent }: BoundAgent, deployment: Deployment): Services {
  const log = logOver(new Logger({ serviceName: `${agent.topology.name}.${agent.id}` }));
  return agentServices(namesFromOutputs(agent.topology.model, deployment, { agent: agent.id }), log);
}

function laneOf(
  bound: BoundAgent,
  { priority, direct }: Pick<AgentLane, 'priority' | 'direct'>,
  services: Services,
  { deployment, concurrency }: { readonly deployment: Deployment; readonly concurrency: Concurrency },
): AgentLane {
  const { id, model } = bound.agent;
  const key = laneKey(priority, direct);
  const lane = laneAt(outputOf(deployment, outputKey('Lane', id, key)), RECEIVE_VISIBILITY_SECONDS);
  const receipts = receiptsOf(lane.url);
  const limit = milliseconds(model.handlerTimeout) + MARGIN_MS;
  const running = new Set<ReceivedCopy>();
  const acknowledgements = new Acknowledgements(
    (copies) => lane.acknowledge(copies),
    (error) => services.log.warn('messages were not deleted; they come again', { error: String(error) }),
  );
  return {
    name: `${id}/${key}`,
    agent: id,
    priority,
    direct,
    always: isEmergencyLane(bound.agent.topology.model, key),
    running,
    receive: (most, patient, signal) => lane.receive(most, signal, patient),
    handle: async (copy) => {
      const end = Date.now() + limit;
      running.add(copy);
      try {
        const batch = {
          copies: [copy],
          lane: key,
          receipts,
          remaining: () => end - Date.now(),
          concurrency,
          renewal: RENEWAL,
        };
        const returned = await receiveBatch(bound, services, batch);
        if (returned.length === 0) await acknowledgements.add(copy);
      } catch (error) {
        services.log.error('a message could not be handled; it comes again', { error: String(error) });
      } finally {
        running.delete(copy);
      }
    },
    giveBack: (copies) =>
      receipts
        .setVisibility(copies.map(({ receipt }) => ({ receipt, seconds: 0 })))
        .catch((error: unknown) => services.log.warn('messages come back later', { error: String(error) })),
  };
}
