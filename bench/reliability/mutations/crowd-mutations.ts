import type { Mutation } from './mutation.js';

/** Changes that `--mutations` makes in what concerns many agents at once. */
export const CROWD_MUTATIONS: readonly Mutation[] = [
  {
    name: 'anybody-answers',
    title: 'an answer counts from whoever handles the command, asked or not',
    edits: [
      {
        file: 'shared/publishing/was-asked.ts',
        find: 'return isHandler && askedOf(record)?.includes(agent) !== false;',
        replace: 'return isHandler;',
      },
    ],
    rows: ['broadcast'],
  },
  {
    name: 'a-broadcast-reaches-the-first',
    title: 'a command for each of several agents is sent to the first of them',
    edits: [
      {
        file: 'shared/publishing/compose-message.ts',
        find: "if (type.kind === 'event' || isEach(to)) return",
        replace: "if (type.kind === 'event') return",
      },
    ],
    rows: ['broadcast'],
  },
];
