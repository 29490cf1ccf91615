import { MARGIN_SECONDS } from '../../infra/constructs/queues/mailbox.js';
import {
  DEAD_LETTER_RETENTION,
  LANE_RETENTION,
  MAX_RECEIVES,
  VISIBILITY_TIMEOUTS,
} from '../../infra/constructs/queues/encrypted-queue.js';
import { DEEP_SWEEP_EVERY, SWEEP_TIMEOUT } from '../../functions/platform/sweeper/declaration.js';
import { SWEEP_EVERY } from '../../shared/domain/base/sweep-every.js';
import {
  DEFAULT_FAILURE_THRESHOLD,
  DEFAULT_RECOVERY_MS,
  PROBE_MARGIN_MS,
} from '../../shared/agent/guard/guarded-call.js';
import { BREAKER_SEEN_MS } from '../../shared/agent/guard/seen-breaker.js';
import { PROBE_WAIT_MS } from '../../shared/domain/breaker/breaker.js';
import { UNSENT_GRACE_MS } from '../../shared/agent/receive/emissions.js';
import { VISIBILITY_MARGIN_SECONDS } from '../../shared/agent/receive/lease-keeper.js';
import { SHORTEST_HANDLING_MS } from '../../shared/agent/receive/receive-batch.js';
import { LOST_MS } from '../../shared/agent/receive/verdict.js';
import { OUTCOME_MS } from '../../shared/agent/receive/run-handler.js';
import { FIRST_TROUBLE_MS, LEAST_BACKOFF_MS, LONGEST_TROUBLE_MS } from '../../shared/domain/base/backoff.js';
import { EXPIRY_GRACE_MS } from '../../shared/domain/delivery/expiry-grace.js';
import { DEFAULT_RETRY_BUDGET } from '../../shared/domain/delivery/retry-budget.js';
import { RECENT_EMERGENCY_MS } from '../../shared/domain/emergency/emergency.js';
import { DEFAULT_HANDLER_TIMEOUT, LONGEST_HANDLER_TIMEOUT } from '../../shared/topology/defaults/handler-timeout.js';
import { SENT_GRACE_MS } from '../../shared/platform/supervision/sweep-deep.js';
import { PAUSED_FIRST_MS, PAUSED_MOST_MS, PAUSES_SEEN_MS } from '../../shared/domain/pause/pause.js';
import { HELD_TIMES_KEPT_MS } from '../../shared/aws/dynamo/quarantine/dynamo-held-times.js';
import { CATCH_UP_MS, RECENT_QUARANTINES_MS } from '../../shared/domain/quarantine/quarantine.js';
import { HELD_EVENT_FIRST_MS, HELD_EVENT_MOST_MS } from '../../shared/platform/ingress/take-event.js';
import { HELD_AGAIN_MS } from '../../shared/platform/supervision/look-at-intent.js';
import { INTENT_GRACE_MS } from '../../shared/publishing/publish-message.js';
import { ms, row, seconds, type TimeoutGroup } from './timeout-row.js';

export const handlingTimeouts: TimeoutGroup = {
  title: 'One handling',
  about:
    'What happens to one copy of a message at one agent. What ends a try gives the copy back; what ends the last try makes a dead letter.',
  rows: [
    row(
      'handler, unless the agent says',
      'DEFAULT_HANDLER_TIMEOUT',
      DEFAULT_HANDLER_TIMEOUT,
      'its `signal` aborts and the try has failed (`HANDLER`): backoff, next try, after the last a dead letter `exhausted`',
      '`handlerTimeout` of the agent',
    ),
    row(
      'the longest that an agent may say',
      'LONGEST_HANDLER_TIMEOUT',
      LONGEST_HANDLER_TIMEOUT,
      'refused: `INVALID_TOPOLOGY`',
    ),
    row(
      'the function has this beyond its handler',
      'MARGIN_SECONDS',
      seconds(MARGIN_SECONDS),
      'Lambda ends the process: the copy comes back and runs alone; as often as there are tries, then a dead letter `crashed`; alarm `function-errors`',
    ),
    row(
      'a handling leaves this for its outcome',
      'OUTCOME_MS',
      ms(OUTCOME_MS),
      'the handler ends so much before the process',
    ),
    row(
      'a handling is started with at least',
      'SHORTEST_HANDLING_MS',
      ms(SHORTEST_HANDLING_MS),
      'the copy goes back untried',
    ),
    row(
      'a copy is hidden beyond the time that its process has left',
      'VISIBILITY_MARGIN_SECONDS',
      seconds(VISIBILITY_MARGIN_SECONDS),
      'the copy comes again: the process that had it is dead',
    ),
    row(
      "visibility of a function's lane, times its timeout",
      'VISIBILITY_TIMEOUTS',
      String(VISIBILITY_TIMEOUTS),
      'counts only until the function has brought it down, which is the first thing it does',
    ),
    row(
      'first pause after a store or the bus failed',
      'FIRST_TROUBLE_MS',
      ms(FIRST_TROUBLE_MS),
      'the copy comes again; an outcome that was written stands',
    ),
    row(
      'longest pause after a store or the bus failed',
      'LONGEST_TROUBLE_MS',
      ms(LONGEST_TROUBLE_MS),
      'the copy comes again: the receipts of a lane last a day at least',
    ),
    row(
      'failures in a row that open the breaker of a guarded call',
      'DEFAULT_FAILURE_THRESHOLD',
      String(DEFAULT_FAILURE_THRESHOLD),
      'calls are not made: messages that need one wait without losing a try; alarm `breaker-open`',
      '`failureThreshold` of `context.guard`',
    ),
    row(
      'an open breaker tries one call after',
      'DEFAULT_RECOVERY_MS',
      ms(DEFAULT_RECOVERY_MS),
      'its success closes the breaker, its failure opens it for as long again',
      '`recoveryTimeout` of `context.guard`',
    ),
    row(
      'a process believes what it has seen of a breaker for',
      'BREAKER_SEEN_MS',
      ms(BREAKER_SEEN_MS),
      'it is read anew; sooner where half of the recovery time is less',
    ),
    row(
      'a copy that finds another call being tried comes again after, at least',
      'PROBE_WAIT_MS',
      ms(PROBE_WAIT_MS),
      'the breaker is asked again',
    ),
    row(
      'the call that is tried is taken for over after the end of its handling and',
      'PROBE_MARGIN_MS',
      ms(PROBE_MARGIN_MS),
      'another call is tried: its process has ended without a word',
    ),
    row(
      'messages of an outcome that could not be sent are left to the sweeper after',
      'UNSENT_GRACE_MS',
      ms(UNSENT_GRACE_MS),
      'the sweeper sends them, and again at each run until they are sent',
    ),
    row(
      'pause after a lost lease',
      'LOST_MS',
      ms(LOST_MS),
      'the copy comes again, and finds the outcome of the other or takes the lease',
    ),
    row(
      'pause between two tries, at least',
      'LEAST_BACKOFF_MS',
      ms(LEAST_BACKOFF_MS),
      'the next try',
      '`backoff` of the channel',
    ),
    row(
      'retries of a channel at the ordinary pace, in each process',
      'DEFAULT_RETRY_BUDGET',
      `${DEFAULT_RETRY_BUDGET.share * 100} % and ${DEFAULT_RETRY_BUDGET.minimum} in ${DEFAULT_RETRY_BUDGET.window}`,
      'further retries wait between half and all of `backoff.most`',
      '`retryBudget` of the channel',
    ),
    row(
      'receptions of one copy, then SQS itself puts it aside',
      'MAX_RECEIVES',
      String(MAX_RECEIVES),
      'the drain infers the reason, or puts it back where tries are left',
    ),
  ],
};

export const messageTimeouts: TimeoutGroup = {
  title: 'Messages on their way',
  about: 'What finds a message that did not arrive.',
  rows: [
    row(
      'an intent is looked at after',
      'INTENT_GRACE_MS',
      ms(INTENT_GRACE_MS),
      'the sweeper sends the message again, under the same id, to receivers that have not taken it',
    ),
    row(
      'interval of the sweeper',
      'SWEEP_EVERY',
      SWEEP_EVERY,
      'the next run goes on where this one ended; alarm `sweep-failures`',
    ),
    row(
      'an intent that a quarantine holds is looked at after',
      'HELD_AGAIN_MS',
      ms(HELD_AGAIN_MS),
      'it is looked at again, until the release',
    ),
    row(
      'messages to an agent are left to it after its release for',
      'CATCH_UP_MS',
      ms(CATCH_UP_MS),
      'what nobody took is settled as `undeliverable`, as ever',
    ),
    row(
      'an event of an ingress in quarantine stays away for',
      'HELD_EVENT_FIRST_MS',
      `${ms(HELD_EVENT_FIRST_MS)}, growing to ${ms(HELD_EVENT_MOST_MS)}`,
      'it comes again, until the release',
    ),
    row(
      'the ingress function asks who is in quarantine every',
      'RECENT_QUARANTINES_MS',
      ms(RECENT_QUARANTINES_MS),
      'a quarantine holds events later by so much at most',
    ),
    row(
      'clients and the ingress function ask whether the intake is stopped every',
      'RECENT_EMERGENCY_MS',
      ms(RECENT_EMERGENCY_MS),
      'a client is refused with `INTAKE_STOPPED` later by so much at most',
    ),
    row(
      'a process believes what it has read of the pauses of channels for',
      'PAUSES_SEEN_MS',
      ms(PAUSES_SEEN_MS),
      'a pause is heeded later by so much at most',
    ),
    row(
      'a message of a paused channel stays away for',
      'PAUSED_FIRST_MS',
      `${ms(PAUSED_FIRST_MS)}, growing to ${ms(PAUSED_MOST_MS)}`,
      'it comes again, until the channel is resumed or it has expired',
    ),
    row(
      'an agent keeps the times of its quarantines for',
      'HELD_TIMES_KEPT_MS',
      ms(HELD_TIMES_KEPT_MS),
      'it reads them anew when a message looks expired',
    ),
    row('one run of the sweeper', 'SWEEP_TIMEOUT', SWEEP_TIMEOUT, 'the next run goes on'),
    row(
      'a message that nobody took is given up after its expiry and',
      'EXPIRY_GRACE_MS',
      ms(EXPIRY_GRACE_MS),
      'a dead letter `undeliverable`, of what agents emitted by the deep sweep; alarm `dead-letters`',
    ),
    row(
      'what an outcome stored and nobody took is sent once more after',
      'SENT_GRACE_MS',
      ms(SENT_GRACE_MS),
      'the sweeper sends it, by a note of the deep sweep',
    ),
    row(
      'interval of the deep sweep',
      'DEEP_SWEEP_EVERY',
      DEEP_SWEEP_EVERY,
      'emissions that nobody took are sent once more, and become dead letters after that',
    ),
    row(
      'a message waits in a lane at most',
      'LANE_RETENTION',
      LANE_RETENTION.toHumanString(),
      'SQS drops it; the sweeper settles it as `undeliverable` when it has expired',
    ),
    row(
      'a dead letter waits in its queue at most',
      'DEAD_LETTER_RETENTION',
      DEAD_LETTER_RETENTION.toHumanString(),
      'SQS drops it; the alarm `dead-letter-queue-age` rises long before',
    ),
  ],
};
