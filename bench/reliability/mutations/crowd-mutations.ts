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
  {
    name: 'an-end-resumes-everybody',
    title: 'the end of an emergency resumes an agent that was drained before it',
    edits: [
      {
        file: 'shared/operator/emergency/measures.ts',
        find: "if (before) return `'${agent}' stays drained, as before`;",
        replace: 'if (before) return resumeOne(agent, services);',
      },
    ],
    rows: ['emergency'],
  },
  {
    name: 'a-message-is-an-order',
    title: 'a declaration of an emergency is believed without the record of the operators',
    edits: [
      {
        file: 'shared/agent/emergency/hear-emergency.ts',
        find: 'if (latest?.id !== emergency || (end',
        replace: "if (emergency === '' && (end",
      },
      {
        file: 'shared/agent/emergency/hear-emergency.ts',
        find: '{ ...message, data: end ?? heardDeclaration(latest) }',
        replace: 'message',
      },
    ],
    rows: ['emergency'],
  },
  {
    name: 'the-intake-stays-open',
    title: 'clients may send while the intake is stopped',
    edits: [
      {
        file: 'shared/domain/emergency/emergency.ts',
        find: "measure.kind === 'stop-intake');",
        replace: "measure.kind === 'stop-intake' && measure.kind.length > 100);",
      },
    ],
    rows: ['emergency'],
  },
];
