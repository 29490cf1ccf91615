import type { Duration } from '../../../shared/domain/base/duration.js';
import { SWEEP_EVERY } from '../../../shared/domain/base/sweep-every.js';
import { NEEDS, type PlatformFunctionDeclaration } from '../declaration.js';

/** Time that one run of the sweeper may take. */
export const SWEEP_TIMEOUT: Duration = '4 minutes';

/** Time from one look through the archive, for emissions that nobody took, to the next. */
export const DEEP_SWEEP_EVERY: Duration = '1 day';

export const sweeper: PlatformFunctionDeclaration<'sweeper'> = {
  name: 'sweeper',
  description: 'settles intents and requests that nobody settled, and sends what could not be sent',
  stack: 'agents',
  needed: NEEDS.always,
  triggers: [
    { kind: 'schedule', id: 'SweepSchedule', every: SWEEP_EVERY },
    { kind: 'schedule', id: 'DeepSweepSchedule', every: DEEP_SWEEP_EVERY, input: { deep: true } },
    { kind: 'operator', command: 'laneway sweep', output: 'SweeperFunction' },
  ],
  timeout: SWEEP_TIMEOUT,
  environment: ['mailboxes', 'archiveBucket'],
  ledger: ['get', 'put', 'update', 'get-many', 'query', 'due'],
  pending: ['get', 'put', 'update', 'due'],
  readsQuarantines: true,
  payloads: 'read-write',
  publishes: { alsoUnder: 'every-publisher', system: 'all' },
  lanes: 'sends',
  // The deep sweep reads the days of the archive.
  evidence: 'reads-archive',
  alarms: ['sweep-failures', 'sweep-lag', 'deep-sweep-lag', 'unsent-messages', 'unreadable-rows'],
};
