import type { MessageType } from 'laneway/message';
import { defineTopology } from 'laneway/topology';
import * as messages from './messages.js';

const { Answered, Ask, Echo, Echoed, Knocked, Noted, Paid, Price, Priced, Released, Release, Reserve, Reserved } =
  messages;

const [first, ...others] = Object.values(messages.start);
if (!first) throw new Error('unreachable: there are start messages');

/** The application of the parity cases: every workflow under `definitions` is one of it. */
export const parity = defineTopology('engine-parity', {
  channels: {
    starts: { carries: [first, ...others], qos: { priorities: ['normal'] } },
    work: { carries: [Price, Reserve, Release, Echo], qos: { priorities: ['high', 'normal'], tries: 1 } },
    done: { carries: [Priced, Reserved, Released, Echoed, Answered], qos: { priorities: ['high', 'normal'] } },
    questions: {
      carries: [Ask],
      qos: { priorities: ['normal'], tries: 1 },
      escalation: [
        { retry: 1, timeout: '1 minute', backoff: { first: '1 second', most: '1 second' } },
        { agent: 'another', timeout: '1 minute' },
        { person: '1 minute' },
        'abort',
      ],
    },
    news: { carries: [Noted, Paid, Knocked], qos: { priorities: ['normal'] } },
  },
  agents: {
    workshop: { subscribes: ['work', 'news'] },
    'night-shift': { subscribes: ['work'], capabilities: ['nights'] },
    sage: { subscribes: ['questions'] },
    deputy: { subscribes: ['questions'] },
    desk: { subscribes: ['approvals.requested', 'system.people', 'workflow.failures', 'workflow.compensations'] },
  },
  clients: { street: { publishes: [first, ...others, Paid, Knocked] satisfies readonly MessageType[] } },
});
