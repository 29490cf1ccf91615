import * as z from 'zod';
import { command, event } from 'laneway/message';
import { defineTopology } from 'laneway/topology';

/**
 * The assertions are the compiler's: `npm run check` fails when an expected error is not one, or another appears. The
 * function is never run, because what it defines is refused at definition as well.
 */
const Told = event('Told', z.object({}));
const Ask = command('Ask', z.object({}), { reply: Told });
const agents = {
  one: { subscribes: ['ask', 'other'], capabilities: ['asking'] },
  two: { subscribes: ['ask', 'told'], role: 'teller' },
} as const;
const rest = { other: { carries: [Ask] }, told: { carries: [Told] } } as const;

const asking = <const Ladder extends readonly unknown[]>(escalation: Ladder) =>
  ({ ask: { carries: [Ask], escalation }, ...rest }) as const;
const telling = <const Ladder extends readonly unknown[]>(escalation: Ladder) =>
  ({ carries: [Told], escalation }) as const;

export function ladders(): void {
  defineTopology('t', {
    channels: {
      ask: {
        carries: [Ask],
        escalation: [
          { retry: 2, timeout: '10 seconds', backoff: { first: '1 second', most: '1 minute' } },
          { agent: { capability: 'asking' } },
          { agent: 'two' },
          { agent: { role: 'teller' } },
          { agent: 'another', times: 2 },
          { channel: 'other' },
          { person: '2 hours' },
          'abort',
        ],
        extension: '1 minute',
      },
      ...rest,
    },
    agents,
  });
  // @ts-expect-error no such channel
  defineTopology('t', { channels: asking([{ channel: 'othr' }]), agents });
  // @ts-expect-error no such agent
  defineTopology('t', { channels: asking([{ agent: 'three' }]), agents });
  // @ts-expect-error no such capability
  defineTopology('t', { channels: asking([{ agent: { capability: 'flying' } }]), agents });
  // @ts-expect-error no such role
  defineTopology('t', { channels: asking([{ agent: { role: 'asker' } }]), agents });
  // @ts-expect-error no duration
  defineTopology('t', { channels: asking([{ person: '2 fortnights' }]), agents });
  // @ts-expect-error a bare number is no duration
  defineTopology('t', { channels: asking([{ retry: 1, timeout: 10 }]), agents });
  // @ts-expect-error no such rung
  defineTopology('t', { channels: asking([{ pray: 1 }]), agents });
  // @ts-expect-error an event is not requested
  defineTopology('t', { channels: { ...asking([{ retry: 1 }]), told: telling([{ retry: 1 }]) }, agents });
  defineTopology('t', { channels: asking([{ retry: 1 }]), agents });
}

it('is checked by the compiler', () => {
  expect(typeof ladders).toBe('function');
});
