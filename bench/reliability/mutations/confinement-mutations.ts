import type { Mutation } from './mutation.js';

const ATTACKS = 'test/unit/bench/security/runs/harness-attacks.test.ts';
const TAKEN_IDS = 'test/scenarios/receiving/taken-ids.test.ts';

/** Changes by which what a taken party writes is believed again: rows of the matrix of attacks, or scenarios, notice each. */
export const CONFINEMENT_MUTATIONS: readonly Mutation[] = [
  {
    name: 'drop-the-digest-check',
    title: 'a stored payload is taken whatever its digest is',
    edits: [
      {
        file: 'shared/domain/delivery/claim-check.ts',
        find: 'if (Buffer.byteLength(text) !== datasize || digestOf(text) !== datadigest) throw swapped(dataref);',
        replace: 'if (Buffer.byteLength(text) > datasize && digestOf(text) === datadigest) throw swapped(dataref);',
      },
    ],
    rows: [],
    tests: [ATTACKS],
  },
  {
    name: 'read-lists-of-others',
    title: "a list of emissions is read wherever a receiver's row says that it stands",
    edits: [
      {
        file: 'shared/domain/delivery/emissions-at.ts',
        find: "  checkBelow(key, keptPlace(writerOfReceiver(receiver), 'emissions'));\n",
        replace: "  checkBelow(key, key.split('/')[0] ?? keptPlace(writerOfReceiver(receiver), 'emissions'));\n",
      },
    ],
    rows: [],
    tests: ['test/unit/shared/agent/receive/emissions.test.ts'],
  },
  {
    name: 'leave-channels-unmarked',
    title: 'the part of a key that names the channel could be the name of a conversation',
    edits: [
      {
        file: 'shared/domain/wire/payload-keys.ts',
        find: '/channel=${channel}/',
        replace: '/${channel}/',
      },
    ],
    rows: [],
    tests: ['test/infra/rights/payload-objects.test.ts', 'test/unit/shared/domain/wire/payload-keys.test.ts'],
  },
  {
    name: 'stop-at-a-lost-compensation',
    title: 'a compensation that cannot be read ends the undoing of its execution',
    edits: [
      {
        file: 'shared/platform/workflows/compensate.ts',
        find: "if (code !== 'UNREADABLE') throw error;",
        replace: "if (code !== 'UNREADABLE' || message !== '') throw error;",
      },
    ],
    rows: [],
    tests: ['test/unit/shared/platform/workflows/compensate.unreadable.test.ts'],
  },
  {
    name: 'read-vouched-from-a-letter',
    title: 'who sent a dead message is read from the text in the dead letter queue',
    edits: [
      {
        file: 'shared/platform/dead-letters/drain-copy.ts',
        find: 'return moved === decoded.via || (await isPublished(decoded.envelope, services));',
        replace:
          'return decoded.vouched !== undefined || moved === decoded.via || (await isPublished(decoded.envelope, services));',
      },
    ],
    rows: [],
    tests: ['test/scenarios/dead-letters/forged-dead-letters.test.ts'],
  },
  {
    name: 'believe-the-senders-hops',
    title: 'only the hops that a sender states bound a conversation, and no receiver counts',
    edits: [
      {
        file: 'shared/agent/receive/handle-copy.ts',
        find: 'const isSpent = services.guards.isSpent(envelope.correlationid);',
        replace: 'const isSpent = services.guards.isSpent(envelope.correlationid) && envelope.hops > 1e9;',
      },
      {
        file: 'shared/agent/receive/handle-copy.ts',
        find: 'const spent = services.guards.counts() ?',
        replace: 'const spent = services.guards.counts() && envelope.hops > 1e9 ?',
      },
    ],
    rows: [],
    tests: [ATTACKS],
  },
  {
    name: 'skip-the-quarantine-of-a-row',
    title: 'a row that cannot be read ends the reading of its neighbours',
    edits: [
      {
        file: 'shared/domain/form/passed-over.ts',
        find: '    passedOver.add({ ...place(row), why });\n    return undefined;',
        replace: '    passedOver.add({ ...place(row), why });\n    throw error;',
      },
    ],
    rows: [],
    tests: [ATTACKS],
  },
  {
    name: 'key-without-the-origin',
    title: 'a delivery is told from others by the id that its sender chose',
    edits: [
      {
        file: 'shared/domain/wire/writers.ts',
        find: 'origin: originBy(writerOfSource(source) ?? NOBODY, channel) };',
        replace: "origin: originBy(source === channel ? NOBODY : 'anybody', channel) };",
      },
    ],
    rows: [],
    tests: [ATTACKS],
  },
  {
    name: 'command-for-anybodys-request',
    title: 'a command is taken for the request of somebody else, and shares the effect key of the true one',
    edits: [
      {
        file: 'shared/agent/receive/decode-copy.ts',
        find: '  checkRequester(envelope, model);\n',
        replace: '  if (envelope.hops > 1e9) checkRequester(envelope, model);\n',
      },
    ],
    rows: [],
    tests: [TAKEN_IDS],
  },
  {
    name: 'cancel-what-a-record-names',
    title: 'a request that is taken back takes back any command that its record names',
    edits: [
      {
        file: 'shared/domain/request/command-key.ts',
        find: '(byPlatform ? undefined : requesterOf(requestId)) ?? PLATFORM_WRITER',
        replace: "(byPlatform || requesterOf(requestId) === undefined ? undefined : 'agent.desk') ?? PLATFORM_WRITER",
      },
    ],
    rows: [],
    tests: [TAKEN_IDS],
  },
  {
    name: 'believe-the-receivers-of-an-intent',
    title: 'whoever a client names as a receiver gets a dead letter of what it never was to get',
    edits: [
      {
        file: 'shared/platform/supervision/is-claim-of-its-writer.ts',
        find: 'return left.length === expected.length ? intent',
        replace: 'return left.length <= expected.length ? intent',
      },
    ],
    rows: [],
    tests: ['test/unit/shared/platform/supervision/sweep.test.ts'],
  },
];
