/** A change of one rule. */
export interface Mutation {
  /** kebab-case. */
  readonly name: string;
  /** Sentence that describes the program once the rule is broken. */
  readonly title: string;
  readonly edits: readonly Edit[];
  /** Rows of which at least one must fail, the likeliest first. */
  readonly rows: readonly string[];
}

/** A text of a file, which must stand there exactly once, and what replaces it. */
export interface Edit {
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

const CHAIN = 'shared/agent/receive/handling-chain.ts';
const REFUSALS = 'shared/agent/receive/refusals.ts';

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
    edits: [{ file: CHAIN, find: 'const last = lastUse(envelope, model);', replace: 'const last = Infinity;' }],
    rows: ['late-messages'],
  },
  {
    name: 'emit-before-storing',
    title: 'what a handler published is sent before its outcome is stored',
    edits: [
      {
        file: CHAIN,
        find: "const written = await services.deliveries.settle(key, owner, {\n    state: 'completed',",
        replace:
          "await sendEmissions(stored, envelope, agent.id, model, services, copy.copy);\n  const written = await services.deliveries.settle(key, owner, {\n    state: 'completed',",
      },
    ],
    rows: ['changing-emissions'],
  },
  {
    name: 'new-ids-at-each-re-send',
    title: 'stored emissions get other ids when they are sent again',
    edits: [
      {
        file: REFUSALS,
        find: 'await sendEmissions(record, envelope,',
        replace:
          'await sendEmissions({ ...record, emissions: record.emissions.map((one) => ({ ...one, id: crypto.randomUUID() })) }, envelope,',
      },
    ],
    rows: ['kills'],
  },
  {
    name: 're-send-by-every-duplicate',
    title: 'each copy of a completed message sends its emissions again',
    edits: [{ file: REFUSALS, find: 'if (record.copy === copy.copy)', replace: 'if (copy.copy)' }],
    rows: ['duplicates'],
  },
  {
    name: 'no-dlq-drain',
    title: 'nobody takes what lies in the dead letter queues',
    edits: [
      {
        file: 'shared/platform/dead-letters/drain-copy.ts',
        find: 'const letter = parseDeadLetter(dead.body);',
        replace: 'if (dead.body !== undefined) return;\n  const letter = parseDeadLetter(dead.body);',
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
        find: 'if (timer.at > now) return timers.set({ ...timer, hop }, now);',
        replace: 'if (timer.at > 0) return;',
      },
    ],
    rows: ['workflows'],
  },
  {
    name: 'undo-nothing',
    title: 'what an execution has done is not undone when it fails',
    edits: [
      {
        file: 'shared/platform/workflows/report-completion.ts',
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
        find: 'copies.slice(0, slots.free);',
        replace: 'copies;',
      },
    ],
    rows: ['worker-lanes'],
  },
];

/** Makes an edit. @throws Error when its text does not stand there exactly once: the mutation has rotted */
export function edited(text: string, { file, find, replace }: Edit): string {
  const found = text.split(find).length - 1;
  if (found !== 1) throw new Error(`the text of a mutation stands ${found} times in ${file}, not once: ${find}`);
  return text.replace(find, () => replace);
}
