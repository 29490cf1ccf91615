import { PLATFORM_TIMEOUT } from '../../functions/platform/declaration.js';
import { SUPERVISE_EVERY, SUPERVISE_TIMEOUT } from '../../functions/platform/supervisor/declaration.js';
import { LATE_ANSWER_SECONDS } from '../../shared/agent/receive/run-handler.js';
import { FIRST_LOOK_MS, LONGEST_LOOK_MS, PLATFORM_MARGIN_MS } from '../../shared/client/await-reply.js';
import { REST_MS } from '../../shared/client/follow-conversation.js';
import { DEFAULT_BACKOFF_MS, HANDOVER_MS, SHORTEST_ATTEMPT_MS } from '../../shared/domain/request/ladder.js';
import { STANDING_AGE_MS } from '../../shared/domain/selection/agent-chooser.js';
import { LATELY_MS } from '../../shared/domain/selection/standing.js';
import { ARMING_WINDOW_MS } from '../../shared/domain/request/timer-queue.js';
import { LOOK_AGAIN_MS } from '../../shared/platform/workflows/ask-approvers.js';
import { LONGEST_WAIT_MS } from '../../shared/platform/requests/cancel-request.js';
import { MOST_LOOKS, ORPHAN_PATIENCE_MS, ORPHAN_RETRY_MS } from '../../shared/platform/requests/fire-timer.js';
import { SHORT_RETURN_MS } from '../../shared/platform/ingress/return-delay.js';
import { DEFAULT_STARTS_PER_SECOND } from '../../shared/platform/workflows/start-pace.js';
import { LONGEST_END_LOOK_MS } from '../../shared/platform/supervision/supervise-ends.js';
import { FIRST_END_LOOK_MS } from '../../shared/platform/workflows/start-workflow.js';
import { HORIZON_MS, RETRY_PATIENCE_MS } from '../../shared/platform/supervision/supervise-requests.js';
import { HELD_LOOK_AHEAD_MS } from '../../shared/platform/supervision/end-held-requests.js';
import { SUPERVISE_GRACE_MS } from '../../shared/platform/supervision/supervise.js';
import {
  ARM_AHEAD_MS,
  LATE_OPENING_MS,
  LOOK_AT_ALL_EVERY_MS,
  TIMER_GRACE_MS,
  UNTOLD_AGAIN_MS,
} from '../../shared/platform/supervision/arm-timers.js';
import { SHORTEST_DEADLINE_MS } from '../../shared/publishing/send-messages.js';
import { BACKSTOP_SECONDS, LONGEST_RETRY_SECONDS } from '../../shared/workflow/compile/compile.js';
import { DEFAULT_DEADLINE, LONGEST_DEADLINE } from '../../shared/workflow/define/define-workflow.js';
import { DEFAULT_UNDO_TIMEOUT } from '../../shared/workflow/define/flow.js';
import { ms, row, seconds, type TimeoutGroup } from './timeout-row.js';

export const requestTimeouts: TimeoutGroup = {
  title: 'Requests',
  about:
    'The deadline of a request has no default: whoever asks gives it. Where a rung follows on the ladder of the channel or the step, ' +
    'each end of an attempt leads there; else it ends the request.',
  rows: [
    row(
      'a request is sent with at least',
      'SHORTEST_DEADLINE_MS',
      ms(SHORTEST_DEADLINE_MS),
      'it is not sent, and times out at its deadline',
      '`timeout` of the request',
    ),
    row(
      'shortest attempt of a ladder',
      'SHORTEST_ATTEMPT_MS',
      ms(SHORTEST_ATTEMPT_MS),
      'no further attempt is begun: the one before gets the time',
      '`timeout` of a rung',
    ),
    row(
      'standings of agents are read anew after',
      'STANDING_AGE_MS',
      ms(STANDING_AGE_MS),
      'the next command on a channel that selects by load or score reads them',
    ),
    row(
      'a try counts for or against its agent for',
      'LATELY_MS',
      ms(LATELY_MS),
      'an agent that was left because it failed is chosen again',
    ),
    row(
      'time to hand a request on to the next attempt',
      'HANDOVER_MS',
      ms(HANDOVER_MS),
      'the next attempt is short by it',
    ),
    row(
      'pause before a repetition on the ladder',
      'DEFAULT_BACKOFF_MS',
      `${ms(DEFAULT_BACKOFF_MS.first)}, doubling to ${ms(DEFAULT_BACKOFF_MS.most)}`,
      'the next attempt; a pause that would leave too little passes the rung over',
      '`backoff` of the rung',
    ),
    row(
      'a timer looks for the record of its request for',
      'ORPHAN_PATIENCE_MS',
      `${ms(ORPHAN_PATIENCE_MS)}, every ${ms(ORPHAN_RETRY_MS)}`,
      'the publisher is gone before it sent anything: the timer ends',
    ),
    row(
      'a request has a timer from the start when it is due within',
      'ARMING_WINDOW_MS',
      ms(ARMING_WINDOW_MS),
      'later ones have none until the sweeper finds them near',
    ),
    row(
      'the sweeper arms requests that are due within',
      'ARM_AHEAD_MS',
      ms(ARM_AHEAD_MS),
      'those further ahead later; one that has ended needs no timer',
    ),
    row(
      'an attempt that waits for an agent in quarantine is ended by the sweeper when its time ends within',
      'HELD_LOOK_AHEAD_MS',
      ms(HELD_LOOK_AHEAD_MS),
      'one with more time is ended when that is near',
    ),
    row('a timer counts as lost after its time and', 'TIMER_GRACE_MS', ms(TIMER_GRACE_MS), 'every run sets one more'),
    row(
      'a request that ended without a reply, and whose end nobody was told of, gets a timer every',
      'UNTOLD_AGAIN_MS',
      ms(UNTOLD_AGAIN_MS),
      'the timer tells of it',
    ),
    row(
      'every run looks for overdue requests as far back as the oldest and at least',
      'LATE_OPENING_MS',
      ms(LATE_OPENING_MS),
      `all that the table holds, every ${ms(LOOK_AT_ALL_EVERY_MS)}`,
    ),
    row(
      'receipts of a timer whose deadline is moved on and on',
      'MOST_LOOKS',
      String(MOST_LOOKS),
      'it ends; the sweeper sets another when the request is overdue',
    ),
    row(
      'a client waits beyond its timeout',
      'PLATFORM_MARGIN_MS',
      ms(PLATFORM_MARGIN_MS),
      '`REQUEST_TIMED_OUT`; on time the platform has said so before',
    ),
    row(
      'a client looks at the record of its request every',
      'FIRST_LOOK_MS',
      `${ms(FIRST_LOOK_MS)}, growing to ${ms(LONGEST_LOOK_MS)}`,
      'the next look',
    ),
    row(
      'a cancellation waits for the end of a handling',
      'LONGEST_WAIT_MS',
      ms(LONGEST_WAIT_MS),
      'it travels on without what that handling asked for',
    ),
    row(
      'a reply that was put off is known beyond its promise',
      'LATE_ANSWER_SECONDS',
      seconds(LATE_ANSWER_SECONDS),
      '`replyTo` ends with `NOT_FOUND`',
      '`within` of `replyLater`',
    ),
    row('`conversation` of a client ends after rest of', 'REST_MS', ms(REST_MS), 'the loop ends'),
  ],
};

export const workflowTimeouts: TimeoutGroup = {
  title: 'Workflows, people and supervision',
  about:
    'A step of a request, an approval or a message that is waited for has the timeout that the workflow gives it. Its end goes to `onTimeout` or ' +
    '`onFailure` of the step; where there is none, the execution fails and what was done is undone.',
  rows: [
    row(
      'an execution, unless the workflow says',
      'DEFAULT_DEADLINE',
      DEFAULT_DEADLINE,
      'it is ended: `WorkflowCompleted` as failed, what was done is undone, open requests are taken back; no alarm',
      '`deadline` of the workflow',
    ),
    row('the longest that a workflow may say', 'LONGEST_DEADLINE', LONGEST_DEADLINE, 'refused: `INVALID_WORKFLOW`'),
    row(
      'a step is ended by Step Functions after its timeout and',
      'BACKSTOP_SECONDS',
      seconds(BACKSTOP_SECONDS),
      'it has failed; before that the request itself ends, or supervision tells the step',
    ),
    row(
      'a compensation, unless it says',
      'DEFAULT_UNDO_TIMEOUT',
      DEFAULT_UNDO_TIMEOUT,
      '`WorkflowCompensated` has it under `notUndone`',
      '`timeout` of `compensate`',
    ),
    row(
      'a link to decide',
      '',
      'as long as those who got it have to decide',
      'the page says that the time is over',
      '`timeout` of the approval',
    ),
    row(
      'a decision that was published and not taken is looked at after',
      'LOOK_AGAIN_MS',
      ms(LOOK_AGAIN_MS),
      'it is published again',
    ),
    row('interval of supervision', 'SUPERVISE_EVERY', SUPERVISE_EVERY, 'the next run goes on; alarm `sweep-failures`'),
    row('one run of supervision', 'SUPERVISE_TIMEOUT', SUPERVISE_TIMEOUT, 'the next run goes on'),
    row(
      'a step may wait without a recorded request for',
      'SUPERVISE_GRACE_MS',
      ms(SUPERVISE_GRACE_MS),
      'it is told `NOBODY_ANSWERS`; alarm `unanswered-steps`',
    ),
    row(
      'requests of an ended execution stay open for a retry',
      'RETRY_PATIENCE_MS',
      ms(RETRY_PATIENCE_MS),
      'they are taken back',
    ),
    row(
      'supervision looks at requests whose deadline is nearer than',
      'HORIZON_MS',
      ms(HORIZON_MS),
      'those further ahead later',
    ),
    row(
      'an execution whose end was not told is looked at after',
      'FIRST_END_LOOK_MS',
      `${ms(FIRST_END_LOOK_MS)}, then a quarter of its time, up to ${ms(LONGEST_END_LOOK_MS)}`,
      'its end is reported as by its status event, which was lost',
    ),
    row(
      'pause before a step is dispatched again',
      'LONGEST_RETRY_SECONDS',
      `two fifths of the time since, up to ${seconds(LONGEST_RETRY_SECONDS)}`,
      'the next try, until the deadline of the execution',
    ),
    row(
      'executions that an application starts a second',
      'DEFAULT_STARTS_PER_SECOND',
      String(DEFAULT_STARTS_PER_SECOND),
      'start messages wait in their queue until they expire',
      '`startsPerSecond` of `LanewayApplication`',
    ),
    row(
      'a copy comes back to a platform function that failed after up to',
      'SHORT_RETURN_MS',
      `${ms(SHORT_RETURN_MS)}, from four minutes on a quarter of its age`,
      'the next receipt; the hundredth is later than its queue keeps it',
    ),
    row(
      'one call of a platform function',
      'PLATFORM_TIMEOUT',
      PLATFORM_TIMEOUT,
      'its message comes again; alarm `function-errors`',
    ),
  ],
};
