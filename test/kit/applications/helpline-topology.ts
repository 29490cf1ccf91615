import * as z from 'zod';
import { createAgent, PermanentError } from 'laneway/agent';
import { command, event } from 'laneway/message';
import { defineTopology } from 'laneway/topology';

/** A helpline: callers get advice. No channel has a ladder, so that steps of workflows say what follows on silence. */
export const Advised = event('Advised', z.object({ by: z.string() }));
export const Advise = command('Advise', z.object({ about: z.string() }), { reply: Advised });
export const CallMade = event('CallMade', z.object({ about: z.string() }));

const once = { priorities: ['normal'], expires: '10 minutes', tries: 1 } as const;

export const helpline = defineTopology('helpline', {
  channels: {
    advice: { carries: [Advise], qos: once, default: true },
    'advice.night': { carries: [Advise], qos: once },
    answers: { carries: [Advised], qos: once },
    calls: { carries: [CallMade], qos: once },
  },
  agents: {
    first: { subscribes: ['advice'], role: 'front desk' },
    second: { subscribes: ['advice'], role: 'back office', capabilities: ['law'] },
    third: { subscribes: ['advice'], role: 'back office', capabilities: ['law', 'medicine'] },
    night: { subscribes: ['advice.night'] },
    watch: { subscribes: ['system.people', 'system.timeouts', 'system.attempts'] },
  },
  clients: { phone: { publishes: [CallMade] } },
});

type Adviser = 'first' | 'second' | 'third' | 'night';

/** Behaviour of advisers: they answer, unless they are named. */
export interface Moods {
  /** Put their answers off for ever. */
  readonly silent?: readonly Adviser[];
  /** Fail for good. */
  readonly failing?: readonly Adviser[];
  /** Report progress, and put their answers off for ever. */
  readonly busy?: readonly Adviser[];
}

/** The agents. `asked` gets who was asked, `heard` what was told of ends: `system.timeouts RequestFailed`. */
export function advisers({ silent = [], failing = [], busy = [] }: Moods, asked: string[], heard: string[]) {
  const adviser = (id: Adviser) =>
    createAgent(helpline, id)
      .handle({
        Advise: async ({ attempt }, { replyLater, effectKey, progress }) => {
          asked.push(`${id} ${attempt}`);
          if (failing.includes(id)) throw new PermanentError(`${id} does not know`);
          if (busy.includes(id)) await progress(0.5, 'looking it up');
          if (silent.includes(id) || busy.includes(id))
            return replyLater({ key: `${effectKey} ${attempt}`, within: '1 hour' });
          return { by: id };
        },
      })
      .with({});
  const watch = createAgent(helpline, 'watch')
    .handle({ otherwise: ({ type, channel }) => void heard.push(`${channel} ${type}`) })
    .with({});
  return [adviser('first'), adviser('second'), adviser('third'), adviser('night'), watch];
}
