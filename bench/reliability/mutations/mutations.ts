import { CONFINEMENT_MUTATIONS } from './confinement-mutations.js';
import { CROWD_MUTATIONS } from './crowd-mutations.js';
import type { Mutation } from './mutation.js';
import { OUTAGE_MUTATIONS } from './outage-mutations.js';
import { REGISTRY_MUTATIONS } from './registry-mutations.js';

const CHAIN = 'shared/agent/receive/handle-copy.ts';
const ENDS = 'shared/agent/receive/end-delivery.ts';

/** Changes that `--mutations` makes in a copy of the sources, one at a time; rows must catch each. */
export const MUTATIONS: readonly Mutation[] = [
  {
    name: 'skip-the-lease',
    title: 'a delivery that somebody works on is handled beside him',
    edits: [
      {
        file: 'shared/domain/delivery/lease.ts',
        find: "if (existing?.state === 'leased') {",
        replace: "if (existing?.state === 'leased' && existing.owner === request.owner) {",
      },
    ],
    rows: ['duplicates'],
  },
  {
    name: 'acknowledge-the-whole-batch',
    title: 'what failed is acknowledged with what succeeded',
    edits: [
      {
        file: 'shared/agent/receive/receive-batch.ts',
        find: "verdict.kind === 'acknowledge' ? [] : [copy.copy]",
        replace: '(verdict.kind, copy.copy, [])',
      },
    ],
    rows: ['failure-subsets'],
  },
  {
    name: 'acknowledge-before-handling',
    title: 'copies leave their lane before they are handled',
    edits: [
      {
        file: 'shared/testing/harness/memory-world.ts',
        find: 'const returned = await receiveBatch(',
        replace:
          'for (const { receipt } of copies) queue.delete(receipt);\n        const returned = await receiveBatch(',
      },
    ],
    rows: ['kills'],
  },
  {
    name: 'drop-the-attempt-fence',
    title: 'the end of an earlier attempt is taken for that of the one that runs',
    edits: [
      {
        file: 'shared/platform/requests/escalate-request.ts',
        find: 'cause.attempt !== record.attempt',
        replace: 'cause.attempt < 0',
      },
    ],
    rows: ['attempts'],
  },
  {
    name: 'second-outcome-wins',
    title: 'an outcome of a request that comes second replaces the first',
    edits: [
      {
        file: 'shared/testing/memory/memory-pending.ts',
        find: "if (existing.outcome) return { kind: existing.outcome.by === outcome.by ? 'won' : 'late', record: existing };",
        replace: '',
      },
    ],
    rows: ['races'],
  },
  {
    name: 'ignore-expiry',
    title: 'what has expired is handled all the same',
    edits: [
      {
        file: CHAIN,
        find: 'const last = lastUse(envelope, topology.model, delivery.expires);',
        replace: 'const last = Infinity;',
      },
    ],
    rows: ['late-messages'],
  },
  {
    name: 'emit-before-storing',
    title: 'what a handler published is sent before its outcome is stored',
    edits: [
      {
        file: CHAIN,
        find: "      written = await services.deliveries.settle(delivery.key, lease.owner, {\n        state: 'completed',",
        replace:
          "      await sendEmissions(stored, delivery);\n      written = await services.deliveries.settle(delivery.key, lease.owner, {\n        state: 'completed',",
      },
    ],
    rows: ['changing-emissions'],
  },
  {
    name: 'new-ids-at-each-re-send',
    title: 'stored emissions get other ids when they are sent again',
    edits: [
      {
        file: ENDS,
        find: 'await sendEmissions(record, delivery)',
        replace:
          'await sendEmissions({ ...record, emissions: record.emissions.map((one) => ({ ...one, id: crypto.randomUUID() })) }, delivery)',
      },
    ],
    rows: ['kills'],
  },
  {
    name: 're-send-by-every-duplicate',
    title: 'each copy of a completed message sends its emissions again',
    edits: [
      {
        file: ENDS,
        find: 'if (record.copy === delivery.copy.copy && record.sent === undefined)',
        replace: 'if (delivery.copy.copy)',
      },
    ],
    rows: ['duplicates'],
  },
  {
    name: 'no-dlq-drain',
    title: 'nobody takes what lies in the dead letter queues',
    edits: [
      {
        file: 'shared/platform/dead-letters/drain-copy.ts',
        find: 'const letter = parseDeadLetter(received.body);',
        replace: 'if (received.body !== undefined) return;\n  const letter = parseDeadLetter(received.body);',
      },
    ],
    rows: ['redrive-twice'],
  },
  {
    name: 'resume-once-only',
    title: 'the winner of a request does not tell the waiter again when it comes again',
    edits: [
      {
        file: 'shared/testing/memory/memory-pending.ts',
        find: "existing.outcome.by === outcome.by ? 'won' : 'late'",
        replace: "'late'",
      },
    ],
    rows: ['requests'],
  },
  {
    name: 'publish-before-the-pending-record',
    title: 'a request is sent first, and then its record is written',
    edits: [
      {
        file: 'shared/publishing/send-messages.ts',
        find: 'return Promise.all(outgoing.map((message) => tryToOpen(model, message, senders, now)));',
        replace:
          'return deliverMessages(model, outgoing, senders).then(() => Promise.all(outgoing.map((message) => tryToOpen(model, message, senders, now))));',
      },
    ],
    rows: ['requests'],
  },
  {
    name: 'deadlines-never-fire',
    title: 'nobody ends a request that was not answered in time: its state ends by the backstop of its machine',
    edits: [
      {
        file: 'shared/platform/requests/fire-timer.ts',
        find: 'const again = await fireTimer(timer, services);',
        replace: 'const again = timer.at > 0 ? undefined : await fireTimer(timer, services);',
      },
    ],
    rows: ['workflows'],
  },
  {
    name: 'undo-nothing',
    title: 'what an execution has done is not undone when it fails',
    edits: [
      {
        file: 'shared/platform/workflows/report-end.ts',
        find: 'if (!succeeded && (await services.sagas.fail(',
        replace: 'if (succeeded && (await services.sagas.fail(',
      },
    ],
    rows: ['workflows'],
  },
  {
    name: 'await-the-whole-batch',
    title: 'a worker asks a lane again only when all that it received from it is handled',
    edits: [
      {
        file: 'shared/worker/poll-lanes.ts',
        find: 'for (const copy of begun) void slots.hold(() => lane.handle(copy)).finally(wake);',
        replace: 'await Promise.all(begun.map((copy) => slots.hold(() => lane.handle(copy)).finally(wake)));',
      },
    ],
    rows: ['worker-lanes'],
  },
  {
    name: 'more-than-the-slots',
    title: 'a worker handles all that its lanes gave, whether slots are free or not',
    edits: [
      {
        file: 'shared/worker/poll-lanes.ts',
        find: 'copies.slice(0, Math.max(0, roomOf(lane)));',
        replace: 'copies;',
      },
    ],
    rows: ['worker-lanes'],
  },
  {
    name: 'sweep-cursor-past-the-millisecond',
    title:
      'the sweeper notes its place behind what it has looked at: others that are due in the same millisecond are passed by',
    edits: [
      {
        file: 'shared/platform/supervision/sweep.ts',
        find: 'reached = done.last - 1;',
        replace: 'reached = done.last;',
      },
    ],
    rows: [],
    tests: ['test/unit/shared/platform/supervision/sweep.test.ts'],
  },
  {
    name: 'timer-grace-with-the-other-sign',
    title: 'the sweeper passes by requests whose time is not over yet',
    edits: [
      {
        file: 'shared/platform/supervision/arm-timers.ts',
        find: 'const until = now - TIMER_GRACE_MS;',
        replace: 'const until = now + TIMER_GRACE_MS;',
      },
    ],
    rows: [],
    tests: ['test/unit/shared/platform/supervision/arm-timers.test.ts'],
  },
  {
    name: 'reopened-steps-in-any-order',
    title: 'of the steps of a saga whose replies came late, the first is undone first',
    edits: [
      {
        file: 'shared/platform/workflows/compensate.ts',
        find: 'const number = Math.max(next, ...reopened);',
        replace: 'const number = reopened.size > 0 ? Math.min(...reopened) : next;',
      },
    ],
    rows: ['outages'],
  },
  {
    name: 'drain-drops-what-was-not-sent',
    title: 'a dead copy of a completed delivery is dropped, whether its messages were sent or not',
    edits: [
      {
        file: 'shared/platform/dead-letters/drain-copy.ts',
        find: 'if (record.copy !== dead.copy || !holdsEmissions(record) || record.sent !== undefined) {',
        replace: 'if (isSettled(record.state) || !holdsEmissions(record)) {',
      },
    ],
    rows: ['outages'],
  },
  {
    name: 'late-replies-are-forgotten',
    title: 'a reply that comes when its request has ended is not kept for undoing what it tells of',
    edits: [
      {
        file: 'shared/platform/workflows/compensate.ts',
        find: 'if (late) await sagas.keepLate(execution, step.number, late);',
        replace: 'if (late && step.undoing) await sagas.keepLate(execution, step.number, late);',
      },
    ],
    rows: ['outages'],
  },
  {
    name: 'failing-intents-are-passed-by',
    title: 'an intent that the sweeper could not look at is not due again',
    edits: [
      {
        file: 'shared/platform/supervision/sweep.ts',
        find: 'await services.intents.record([{ envelope, expected }], services.clock.now() + INTENT_GRACE_MS);',
        replace: 'if (envelope.id === expected[0]) await services.intents.record([], INTENT_GRACE_MS);',
      },
    ],
    rows: [],
    tests: ['test/unit/shared/platform/supervision/sweep.poison.test.ts'],
  },
  {
    name: 'refused-intents-wait-for-their-expiry',
    title: 'a message that the bus refused to the sweeper as well is not tried again',
    edits: [
      {
        file: 'shared/platform/supervision/look-at-intent.ts',
        find: 'next: failed ? clock.now() + INTENT_GRACE_MS : lastLook };',
        replace: 'next: failed ? lastLook + INTENT_GRACE_MS : lastLook };',
      },
    ],
    rows: ['outages'],
    tests: ['test/unit/shared/platform/supervision/sweep.test.ts'],
  },
  {
    name: 'undone-at-the-first-event-only',
    title: 'a status event that comes again undoes nothing, though its first copy was cut off',
    edits: [
      {
        file: 'shared/testing/memory/memory-sagas.ts',
        find: '    kept.state.failed ??= reason;\n    return Promise.resolve(kept.facts !== undefined);',
        replace:
          '    const isFirst = kept.state.failed === undefined;\n    kept.state.failed ??= reason;\n    return Promise.resolve(isFirst && kept.facts !== undefined);',
      },
    ],
    rows: ['outages'],
    tests: ['test/scenarios/workflows/saga-late.test.ts'],
  },
  {
    name: 'outcome-without-the-lease',
    title: 'a process that wakes after its lease writes its outcome over that of the one that has the delivery',
    edits: [
      {
        file: 'shared/testing/memory/memory-deliveries.ts',
        find: 'decideSettle(entry?.delivery, owner, outcome)',
        replace: "decideSettle(entry && { ...entry.delivery, state: 'leased', owner }, owner, outcome)",
      },
    ],
    rows: ['skew'],
  },
  {
    name: 'an-end-by-another-id-at-each-event',
    title: 'each copy of a status event tells the end of its execution under an id of its own',
    edits: [
      {
        file: 'shared/platform/workflows/report-end.ts',
        find: 'derivedId(WorkflowCompleted.name, arn, status);',
        replace: 'derivedId(WorkflowCompleted.name, arn, status, crypto.randomUUID());',
      },
    ],
    rows: ['lost-events'],
  },
  ...OUTAGE_MUTATIONS,
  ...REGISTRY_MUTATIONS,
  ...CROWD_MUTATIONS,
  ...CONFINEMENT_MUTATIONS,
];
