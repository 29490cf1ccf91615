import type { Mutation } from './mutation.js';

/** Changes that `--mutations` makes besides, of rules of outages; most of them tests alone see quickly. */
export const OUTAGE_MUTATIONS: readonly Mutation[] = [
  {
    name: 'many-calls-are-tried',
    title: 'a half-open breaker lets every call pass as the one that is tried',
    edits: [
      {
        file: 'shared/domain/breaker/breaker.ts',
        find: 'const left = seen.probe ? Date.parse(seen.probe.until) - now : 0;',
        replace: 'const left = 0 * now;',
      },
    ],
    rows: ['breaker'],
  },
  {
    name: 'a-call-that-is-tried-costs-a-try',
    title: 'a message that fails as the one that is tried loses a try',
    edits: [
      {
        file: 'shared/agent/guard/guarded-call.ts',
        find: 'if (made.turn === undefined && end.kind',
        replace: 'if (made.turn === -1 && end.kind',
      },
    ],
    rows: ['breaker'],
  },
  {
    name: 'five-tries-of-a-dispatch',
    title: 'a state gives up after five tries to be dispatched',
    edits: [
      {
        file: 'shared/workflow/compile/compile.ts',
        find: 'const MOST_RETRIES = 1_000;',
        replace: 'const MOST_RETRIES = 5;',
      },
    ],
    rows: [],
    tests: ['test/scenarios/workflows/outages.test.ts'],
  },
  {
    name: 'what-is-refused-for-good-is-dispatched-again',
    title: 'a state tries for hours to dispatch what can never be dispatched',
    edits: [
      {
        file: 'shared/workflow/compile/compile.ts',
        find: "'RequestFailed', 'StepRefused', ",
        replace: "'RequestFailed', ",
      },
    ],
    rows: [],
    tests: ['test/unit/shared/testing/asl/run-asl.test.ts', 'test/scenarios/workflows/outages.test.ts'],
  },
  {
    name: 'no-note-before-a-start',
    title: 'nobody notes an execution that begins, so that its end hangs on one event',
    edits: [
      {
        file: 'shared/platform/workflows/start-workflow.ts',
        find: 'await services.openExecutions.note(open, open.since + FIRST_END_LOOK_MS);',
        replace: 'if (open.since < FIRST_END_LOOK_MS) await services.openExecutions.note(open, open.since);',
      },
    ],
    rows: [],
    tests: ['test/scenarios/workflows/lost-events.test.ts'],
  },
  {
    name: 'a-start-that-is-refused-for-now-is-buried',
    title: 'a start that Step Functions throttles is a dead letter',
    edits: [
      {
        file: 'shared/platform/workflows/start-workflow.ts',
        find: 'if (summary.retryable) {\n      // A service',
        replace: "if (summary.retryable && summary.code === 'LEASE_LOST') {\n      // A service",
      },
    ],
    rows: [],
    tests: ['test/unit/shared/platform/workflows/start-workflow.test.ts', 'test/scenarios/workflows/outages.test.ts'],
  },
  {
    name: 'copies-of-the-platform-come-back-every-minute',
    title: 'pauses of a copy of the platform do not grow with its age, so that its receipts are used up in two hours',
    edits: [
      {
        file: 'shared/platform/ingress/return-delay.ts',
        find: 'const AGE_SHARE = 1 / 4;',
        replace: 'const AGE_SHARE = 0;',
      },
    ],
    rows: [],
    tests: ['test/unit/shared/platform/ingress/return-delay.test.ts'],
  },
  {
    name: 'late-notes-are-passed-by',
    title: 'supervision does not look behind its place for notes of processes whose clock is slow',
    edits: [
      {
        file: 'shared/platform/supervision/supervise-ends.ts',
        find: 'const LATE_NOTES_MS = 900_000;',
        replace: 'const LATE_NOTES_MS = 0;',
      },
    ],
    rows: [],
    tests: ['test/unit/shared/platform/supervision/supervise-ends.test.ts'],
  },
  {
    name: 'unsent-messages-get-no-note',
    title: 'an outcome whose messages could not be sent says nothing of it',
    edits: [
      {
        file: 'shared/agent/receive/emissions.ts',
        find: 'if (stored.unsent === undefined) await noteUnsent(delivery, lineage);',
        replace: 'if (stored.unsent !== undefined) await noteUnsent(delivery, lineage);',
      },
    ],
    rows: [],
    tests: ['test/unit/shared/agent/receive/emissions.test.ts'],
  },
  {
    name: 'unsent-messages-are-noted-as-sent',
    title: 'an outcome whose messages could not be sent says that they were',
    edits: [
      {
        file: 'shared/agent/receive/emissions.ts',
        find: 'await services.deliveries.noteUnsent(key, { lineage, due });',
        replace:
          'await services.deliveries.noteUnsent(key, { lineage, due });\n    await services.deliveries.noteSent(key, services.clock.now());',
      },
    ],
    rows: [],
    tests: ['test/unit/shared/agent/receive/emissions.test.ts'],
  },
  {
    name: 'pauses-in-trouble-do-not-grow',
    title: 'a copy that a store failed comes again every few seconds, so that its receipts are used up in minutes',
    edits: [
      {
        file: 'shared/domain/base/backoff.ts',
        find: 'const TROUBLE_GROWTH = 1.5;',
        replace: 'const TROUBLE_GROWTH = 1;',
      },
    ],
    rows: [],
    tests: ['test/unit/shared/domain/base/backoff.test.ts'],
  },
  {
    name: 'a-reply-does-not-end-its-request',
    title: 'an agent handles a reply and leaves its request open, so that it hears of its timeout as well',
    edits: [
      {
        file: 'shared/agent/receive/claim-reply.ts',
        find: 'const closed = await pending.close(requestid, outcome);',
        replace: "const closed = { kind: outcome.by === '' ? 'late' : 'won', record };",
      },
    ],
    rows: [],
    tests: ['test/scenarios/requests/one-end.test.ts'],
  },
  {
    name: 'a-store-that-fails-costs-a-try',
    title: 'what a store of ours failed counts as a try of the handler',
    edits: [
      {
        file: 'shared/agent/receive/handle-copy.ts',
        find: 'const trouble = stopped === undefined ? troubleOf(cause) : undefined;',
        replace: 'const trouble = stopped === undefined ? undefined : troubleOf(cause);',
      },
    ],
    rows: [],
    tests: ['test/unit/shared/agent/store-trouble.test.ts'],
  },
  {
    name: 'a-process-that-lives-is-taken-for-dead',
    title: 'a lease that a store did not take back counts as a crash of a process that lives',
    edits: [
      {
        file: 'shared/domain/delivery/lease.ts',
        find: 'existing.alone !== true || areOfOneProcess(existing.owner, owner)',
        replace: "existing.alone !== true || areOfOneProcess(existing.owner, '')",
      },
    ],
    rows: [],
    tests: ['test/unit/shared/agent/receive/handle-copy.test.ts'],
  },
  {
    name: 'undoing-expires-with-its-channel',
    title: 'the command of a compensation is no longer handled after the time of its channel',
    edits: [
      {
        file: 'shared/platform/workflows/compensate.ts',
        find: 'deadline, lasting: true',
        replace: 'deadline, lasting: false',
      },
    ],
    rows: [],
    tests: ['test/scenarios/workflows/saga-outages.test.ts'],
  },
  {
    name: 'ends-of-requests-expire-in-an-hour',
    title: 'the message that ends a wait is no longer handled after an hour',
    edits: [
      {
        file: 'shared/topology/build-model.ts',
        find: "{ ...spec.qos, priorities: ['normal'] }",
        replace: "{ priorities: ['normal'] }",
      },
    ],
    rows: [],
    tests: ['test/scenarios/requests/one-end.test.ts'],
  },
];
