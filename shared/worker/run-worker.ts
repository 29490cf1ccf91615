import { Logger } from '@aws-lambda-powertools/logger';
import type { Agent } from '../agent/create-agent.js';
import { receiveBatch } from '../agent/receive/receive-batch.js';
import type { Renewal } from '../agent/receive/services.js';
import { servicesFromEnvironment } from '../aws/services.js';
import { awsClients } from '../aws/clients.js';
import { SqsLane } from '../aws/sqs-lane.js';
import { SqsLaneReceipts } from '../aws/sqs-lane-receipts.js';
import { findDeployment, outputOf, type FindOptions } from '../client/deployment.js';
import { milliseconds } from '../domain/duration.js';
import { ENVIRONMENT } from '../domain/environment.js';
import { LanewayError } from '../domain/errors.js';
import type { Priority } from '../domain/priority.js';
import { logOver } from '../aws/powertools-log.js';
import { outputKey } from '../topology/output-key.js';
import { ProcessCompany } from './process-company.js';

/** Options of {@link runWorker}. */
export interface WorkerOptions extends FindOptions {
  /** Messages handled side by side, shared by the lanes. @defaultValue 8 */
  readonly concurrency?: number;
  /** Ends the worker: what is being handled is finished first. */
  readonly signal?: AbortSignal;
}

/** One for all lanes, and all agents, that this process works for: a crash ends them together. */
const company = new ProcessCompany();

/** How long a lease of a worker lasts, and so how long a message is held back when its process is killed. */
const LEASE_MS = 15_000;

/** How often it is renewed: two renewals may fail before it is lost. */
const RENEW_MS = 5_000;

/** While the process lives, its leases and the visibility of its messages are renewed in steps. */
const RENEWAL: Renewal = {
  lease: LEASE_MS,
  repeat: (run) => {
    const timer = setInterval(() => void run(), RENEW_MS);
    return () => clearInterval(timer);
  },
};

/** Time beyond the handler's own in which its outcome is written. */
const MARGIN_MS = 15_000;

/**
 * Runs an agent anywhere Node runs: polls its lanes, each on its own so that a flood in one does not delay another, and
 * handles what comes by the same chain as in Lambda. At least once, unordered. Ends when the signal aborts. Leases are short
 * and renewed while the process lives, up to the agent's `handlerTimeout`, so that a killed worker costs 20 seconds.
 * @throws LanewayError NOT_FOUND when the application is not deployed, INVALID_OPTION
 */
export async function runWorker<Deps>(agent: Agent<Deps>, deps: Deps, options: WorkerOptions = {}): Promise<void> {
  const concurrency = options.concurrency ?? 8;
  if (!Number.isInteger(concurrency) || concurrency < 1) {
    throw new LanewayError('INVALID_OPTION', `concurrency is ${concurrency}`, {
      help: ['allowed: a whole number from 1'],
    });
  }
  const signal = options.signal ?? new AbortController().signal;
  const deployment = await findDeployment(agent.topology.name, options);
  const log = logOver(new Logger({ serviceName: `${agent.topology.name}.${agent.id}` }));
  const clients = awsClients();
  const services = servicesFromEnvironment(log, {
    [ENVIRONMENT.bus]: outputOf(deployment, 'Bus'),
    [ENVIRONMENT.ledgerTable]: outputOf(deployment, 'LedgerTable'),
    [ENVIRONMENT.pendingTable]: outputOf(deployment, 'PendingTable'),
    [ENVIRONMENT.payloadBucket]: outputOf(deployment, 'PayloadBucket'),
    [ENVIRONMENT.timerQueue]: outputOf(deployment, 'TimerQueue'),
    [ENVIRONMENT.deadLetterQueue]: outputOf(deployment, outputKey('DeadLetters', agent.id)),
    [ENVIRONMENT.lanes]: JSON.stringify(laneUrls(agent.topology.model.agents, deployment)),
  });
  const bound = agent.with(deps);
  const limit = milliseconds(agent.model.handlerTimeout) + MARGIN_MS;
  const each = Math.max(1, Math.floor(concurrency / Math.max(1, agent.model.lanes.length)));
  await Promise.all(
    agent.model.lanes.map(async (priority) => {
      const lane = new SqsLane(clients.sqs, outputOf(deployment, outputKey('Lane', agent.id, priority)));
      const receipts = new SqsLaneReceipts(clients.sqs, lane.url);
      while (!signal.aborted) {
        const copies = await lane
          .receive(each, signal)
          .catch((error: unknown) => pauseAfter(error, signal, log.warn.bind(log)));
        if (copies.length === 0) continue;
        const end = Date.now() + limit;
        const returned = new Set(
          await receiveBatch(bound, services, {
            copies,
            receipts,
            remaining: () => end - Date.now(),
            company,
            renewal: RENEWAL,
          }),
        );
        await lane
          .acknowledge(copies.filter(({ copy }) => !returned.has(copy)))
          .catch((error: unknown) => log.warn('messages were not deleted; they come again', { error: String(error) }));
      }
    }),
  );
}

async function pauseAfter(
  error: unknown,
  signal: AbortSignal,
  warn: (message: string, fields: Record<string, unknown>) => void,
): Promise<never[]> {
  if (signal.aborted) return [];
  warn('the lane could not be read', { error: String(error) });
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  return [];
}

function laneUrls(
  agents: Readonly<Record<string, { readonly id: string; readonly lanes: readonly Priority[] }>>,
  deployment: Readonly<Record<string, string>>,
) {
  return Object.fromEntries(
    Object.values(agents).map(({ id, lanes }) => [
      id,
      Object.fromEntries(lanes.map((lane) => [lane, deployment[outputKey('Lane', id, lane)]])),
    ]),
  );
}
