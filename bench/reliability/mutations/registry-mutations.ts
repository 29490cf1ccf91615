import type { Mutation } from './mutation.js';

const STANDING = 'shared/domain/registry/standing.ts';

/** Changes that `--mutations` makes in the rules of instances. */
export const REGISTRY_MUTATIONS: readonly Mutation[] = [
  {
    name: 'an-old-instance-revives',
    title: 'a heartbeat of a registration that was replaced is taken for the present one',
    edits: [
      {
        file: 'shared/domain/registry/instance.ts',
        find: "if (epoch !== before.epoch || before.state === 'gone') {",
        replace: "if (epoch > before.epoch || before.state === 'gone') {",
      },
    ],
    rows: ['registry'],
  },
  {
    name: 'silence-is-not-noticed',
    title: 'an instance that is silent for an hour is at work',
    edits: [
      {
        file: STANDING,
        find: 'if (silent >= silence)',
        replace: 'if (silent >= 60 * silence)',
      },
    ],
    rows: ['registry'],
  },
  {
    name: 'a-look-is-a-transition',
    title: 'every look at an instance counts as a change of its status',
    edits: [
      {
        file: STANDING,
        find: 'if (status === before.status)\n',
        replace: 'if (status === before.status && before.transition > 1_000)\n',
      },
    ],
    rows: ['registry'],
  },
  {
    name: 'requests-wait-for-who-is-down',
    title: 'requests that are open at an agent which is down wait for their deadlines',
    edits: [
      {
        file: 'shared/platform/supervision/end-held-requests.ts',
        find: 'if (down.size === 0) return',
        replace: 'if (down.size < 100) return',
      },
    ],
    rows: ['registry'],
  },
  {
    name: 'who-comes-back-does-it-again',
    title: 'an agent that was down does what another has been given meanwhile',
    edits: [
      {
        file: 'shared/platform/requests/close-request.ts',
        find: "known === 'AGENT_DOWN' && attempt === record.attempt",
        replace: "known === 'AGENT_DOWN' && attempt > record.attempt",
      },
    ],
    rows: ['registry'],
  },
  {
    name: 'an-ill-instance-takes-messages',
    title: 'an instance whose probe fails goes on taking messages',
    edits: [
      {
        file: 'shared/testing/harness/instances/instances.ts',
        find: ' && this.ill === undefined;',
        replace: ';',
      },
    ],
    rows: ['registry'],
  },
  {
    name: 'the-clock-of-an-instance-is-believed',
    title: 'a heartbeat from the future keeps an instance at work',
    edits: [
      {
        file: STANDING,
        find: 'at >= Date.parse(before.looked) && at <= now;',
        replace: 'at >= Date.parse(before.looked) || at <= now;',
      },
    ],
    rows: [],
    tests: ['test/unit/shared/domain/registry/standing.test.ts'],
  },
  {
    name: 'who-is-down-is-chosen',
    title: 'an agent that is down, whose instances are forgotten, is chosen like any other',
    edits: [
      {
        file: 'shared/domain/registry/registered-standings.ts',
        find: ' && !down.has(standing.agent);',
        replace: ';',
      },
    ],
    rows: [],
    tests: ['test/unit/shared/domain/registry/registered-standings.test.ts'],
  },
];
