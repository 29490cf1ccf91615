import type { Duration } from '../../../shared/domain/base/duration.js';
import { NEEDS, type PlatformFunctionDeclaration } from '../declaration.js';

/** Time from one look for intents and requests that nobody settled to the next. */
export const SWEEP_EVERY: Duration = '5 minutes';

/** Time that one run of the sweeper may take. */
export const SWEEP_TIMEOUT: Duration = '4 minutes';

/** Time from one look through the archive, for emissions that nobody took, to the next. */
export const DEEP_SWEEP_EVERY: Duration = '1 day';

export const sweeper: PlatformFunctionDeclaration<'sweeper'> = {
  name: 'sweeper',
  description: 'settles intents and requests that nobody settled',
  stack: 'agents',
  needed: NEEDS.always,
  triggers: [
    { kind: 'schedule', id: 'SweepSchedule', every: SWEEP_EVERY },
    { kind: 'schedule', id: 'DeepSweepSchedule', every: DEEP_SWEEP_EVERY, input: { deep: true } },
    { kind: 'operator', command: 'laneway sweep', output: 'SweeperFunction' },
  ],
  timeout: SWEEP_TIMEOUT,
  environment: ['mailboxes', 'archiveBucket'],
  ledger: 'maintain',
  pending: 'maintain',
  payloads: 'read-write',
  publishes: { alsoUnder: 'every-publisher' },
  lanes: 'sends',
  // The deep sweep reads the days of the archive.
  evidence: 'reads-archive',
  alarms: ['sweep-failures'],
};
