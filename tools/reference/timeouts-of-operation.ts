import { RETENTION_DEFAULTS } from '../../infra/constructs/ledger-evidence.js';
import { DEFAULT_SERVICE_DRAIN, STOP_SECONDS } from '../../infra/application/worker-service.js';
import { PAYLOAD_DAYS } from '../../shared/domain/evidence/retention.js';
import { PROBE_LIMIT_MS } from '../../shared/agent/registry/probe-health.js';
import { LONGEST_VISIBILITY_SECONDS } from '../../shared/agent/receive/receive-batch.js';
import {
  CALL_ATTEMPTS,
  CALL_TIMEOUT_MS,
  CONNECTION_TIMEOUT_MS,
} from '../../shared/aws/base/clients/client-settings.js';
import { KEPT_SECONDS } from '../../shared/aws/dynamo/dynamo-chain-store.js';
import { LONG_POLL_SECONDS } from '../../shared/aws/sqs/sqs-lane.js';
import { LONGEST_RETENTION_MS } from '../../shared/domain/delivery/qos.js';
import { RETENTION_DAYS } from '../../shared/domain/evidence/retention.js';
import { BEAT_EVERY_MS, SILENCE_MS } from '../../shared/domain/registry/lifecycle.js';
import { REGISTRY_LIMIT_MS } from '../../shared/domain/registry/registered-standings.js';
import { REGISTRY_KEPT_MS } from '../../shared/domain/registry/registry.js';
import { STUCK_MS } from '../../shared/domain/registry/standing.js';
import { WATCH_EVERY, WATCH_TIMEOUT } from '../../functions/platform/registry/declaration.js';
import { LEASE_MS, RECEIVE_VISIBILITY_SECONDS, RENEW_MS } from '../../shared/worker/agent-lanes.js';
import { FIRST_PAUSE_MS, LONGEST_PAUSE_MS } from '../../shared/worker/poll-lanes.js';
import { DEFAULT_DRAIN } from '../../shared/worker/run-worker.js';
import { SILENT_MS } from '../../shared/worker/serve-health.js';
import { days, ms, row, seconds, type TimeoutGroup } from './timeout-row.js';

export const workerTimeouts: TimeoutGroup = {
  title: 'Workers',
  about: "An agent with `runs: 'worker'`. A process that is killed costs its messages one lease.",
  rows: [
    row(
      'lease of a message',
      'LEASE_MS',
      ms(LEASE_MS),
      'another process may take it; the handler that had it is told, and its result is not stored',
    ),
    row('interval of renewals of lease and visibility', 'RENEW_MS', ms(RENEW_MS), 'the next renewal; two may fail'),
    row(
      'a received message is hidden for',
      'RECEIVE_VISIBILITY_SECONDS',
      seconds(RECEIVE_VISIBILITY_SECONDS),
      'it comes again: the process that had it is dead',
    ),
    row('a long poll', 'LONG_POLL_SECONDS', seconds(LONG_POLL_SECONDS), 'the next poll'),
    row(
      'pause after a lane could not be read',
      'FIRST_PAUSE_MS',
      `${ms(FIRST_PAUSE_MS)}, growing to ${ms(LONGEST_PAUSE_MS)}`,
      'the next poll',
    ),
    row(
      'a worker that reads no lane is ill after',
      'SILENT_MS',
      ms(SILENT_MS),
      '`GET /health` says 503; Fargate replaces the task',
    ),
    row(
      'drain at the end of a worker',
      'DEFAULT_DRAIN',
      DEFAULT_DRAIN,
      'what is still handled goes back to its lane at once',
      '`--drain`, `drainTimeout`',
    ),
    row(
      'drain of a task of `WorkerService`',
      'DEFAULT_SERVICE_DRAIN',
      DEFAULT_SERVICE_DRAIN,
      'the same',
      '`drain` of `WorkerService`',
    ),
    row(
      'Fargate waits for the end of a task at most',
      'STOP_SECONDS',
      seconds(STOP_SECONDS),
      'SIGKILL; leases end by themselves',
    ),
  ],
};

export const retentionTimes: TimeoutGroup = {
  title: 'What is kept',
  about: 'From the last change of the entry, or from when it was written.',
  rows: [
    row(
      'entry of the ledger',
      'RETENTION_DAYS',
      days(RETENTION_DAYS),
      'it is deleted; the archive has it. A dead letter stays until it is settled',
    ),
    row(
      'payload in the payload bucket',
      'PAYLOAD_DAYS',
      days(PAYLOAD_DAYS),
      'it is deleted; later where a channel retains it, or an execution may need it',
    ),
    row(
      'payloads for replays, at most',
      'LONGEST_RETENTION_MS',
      ms(LONGEST_RETENTION_MS),
      'refused: `INVALID_OPTION`',
      '`retainPayloads` of the channel',
    ),
    row(
      'archive of the ledger',
      'RETENTION_DEFAULTS.archiveDays',
      days(RETENTION_DEFAULTS.archiveDays),
      'its objects are deleted',
      '`ledger.archiveDays` of `LanewayApplication`',
    ),
    row(
      'lock of seals',
      'RETENTION_DEFAULTS.lockDays',
      days(RETENTION_DEFAULTS.lockDays),
      'they may be deleted',
      '`ledger.lockDays`',
    ),
    row(
      'interval of seals',
      'RETENTION_DEFAULTS.sealEvery',
      RETENTION_DEFAULTS.sealEvery.toHumanString(),
      'the next seal vouches for what came since',
      '`ledger.sealEvery`',
    ),
    row('head of a chain that is not written any more', 'KEPT_SECONDS', seconds(KEPT_SECONDS), 'it is deleted'),
  ],
};

export const registryTimeouts: TimeoutGroup = {
  title: 'Instances of agents',
  about: 'See [who works](../how-to/operate-agents.md).',
  rows: [
    row(
      'heartbeat of a worker',
      'BEAT_EVERY_MS',
      ms(BEAT_EVERY_MS),
      'the next one; a drain is heeded with it',
      '`defaults.heartbeat` of the topology',
    ),
    row(
      'silence of an instance',
      'SILENCE_MS',
      ms(SILENCE_MS),
      'it is `offline`',
      '`defaults.heartbeat` of the topology: two of them',
    ),
    row('one look at all agents', 'WATCH_TIMEOUT', WATCH_TIMEOUT, 'the next look begins with other agents'),
    row('interval of looks', 'WATCH_EVERY', WATCH_EVERY, '`AgentStatusChanged` of what has changed'),
    row(
      "probe of an agent's health",
      'PROBE_LIMIT_MS',
      ms(PROBE_LIMIT_MS),
      'it counts as failed, and is made once more; where a quarter of the heartbeat is less, it has that',
    ),
    row('answer of the registry to whoever chooses', 'REGISTRY_LIMIT_MS', ms(REGISTRY_LIMIT_MS), 'load alone decides'),
    row("messages wait and none is in a function's hand", 'STUCK_MS', ms(STUCK_MS), 'the function is `failed`'),
    row('row of an instance that is not written any more', 'REGISTRY_KEPT_MS', ms(REGISTRY_KEPT_MS), 'it is deleted'),
  ],
};

export const callTimeouts: TimeoutGroup = {
  title: 'Calls to AWS, and limits of AWS that are used',
  about: 'Not to be set.',
  rows: [
    row('connection', 'CONNECTION_TIMEOUT_MS', ms(CONNECTION_TIMEOUT_MS), 'the call is made again'),
    row('one call', 'CALL_TIMEOUT_MS', ms(CALL_TIMEOUT_MS), 'the call is made again'),
    row('calls until one succeeds', 'CALL_ATTEMPTS', String(CALL_ATTEMPTS), '`UNAVAILABLE`: the copy comes again'),
    row(
      'longest visibility (SQS)',
      'LONGEST_VISIBILITY_SECONDS',
      seconds(LONGEST_VISIBILITY_SECONDS),
      'a longer backoff is refused: `INVALID_OPTION`',
    ),
  ],
};
