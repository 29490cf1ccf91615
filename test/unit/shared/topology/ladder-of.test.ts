import * as z from 'zod';
import { command, event } from 'laneway/message';
import { defineTopology } from '../../../../shared/topology/define-topology.js';
import type { AgentSpec, ChannelSpec, EscalationRung } from '../../../../shared/topology/topology.js';

const Told = event('Told', z.object({}));
const Ask = command('Ask', z.object({}), { reply: Told });
const Nudge = command('Nudge', z.object({}));

function topologyWith(own: Partial<ChannelSpec>, more: Record<string, ChannelSpec> = {}) {
  const channels: Record<string, ChannelSpec> = {
    ask: { carries: [Ask], default: true, ...own },
    other: { carries: [Ask] },
    told: { carries: [Told] },
    nudges: { carries: [Nudge] },
    ...more,
  };
  const agents: Record<string, AgentSpec> = {
    one: { subscribes: ['ask', 'other', 'nudges'], capabilities: ['asking'] },
    two: { subscribes: ['ask', 'told'], role: 'teller', capabilities: ['asking', 'telling'] },
    three: { subscribes: ['told'] },
  };
  return defineTopology('ladders', { channels, agents });
}

it('becomes plain data, with the agents that may be asked and times in milliseconds', () => {
  const { model } = topologyWith({
    escalation: [
      { retry: 3 },
      { agent: { capability: 'telling' }, timeout: '10 seconds' },
      { agent: { role: 'teller' } },
      { agent: 'another', times: 2 },
      { channel: 'other' },
      { person: '2 hours' },
      'abort',
    ],
    extension: '5 minutes',
  });
  expect(JSON.parse(JSON.stringify(model.channels['ask']))).toMatchObject({
    extension: 300_000,
    escalation: [
      { kind: 'retry', times: 3, backoff: { first: 1_000, most: 60_000 } },
      { kind: 'agent', agents: ['two'], times: 1, timeout: 10_000 },
      { kind: 'agent', agents: ['two'], times: 1 },
      { kind: 'agent', agents: ['one', 'two'], times: 2 },
      { kind: 'channel', channel: 'other', agents: ['one'] },
      { kind: 'person', within: 7_200_000 },
    ],
  });
  expect(topologyWith({}).model.channels['ask']).not.toHaveProperty('escalation');
});

const rung = (given: unknown): Partial<ChannelSpec> => ({ escalation: [given as EscalationRung] });

it.each<[string, Partial<ChannelSpec>, string, RegExp]>([
  [
    'an unknown channel',
    rung({ channel: 'othr' }),
    'UNKNOWN_CHANNEL',
    /did you mean 'other'\?.*escalation\[0\]\.channel/s,
  ],
  [
    'a channel without the command',
    rung({ channel: 'told' }),
    'INVALID_TOPOLOGY',
    /does not carry Ask.*allowed: other/s,
  ],
  ['the channel itself', rung({ channel: 'ask' }), 'INVALID_TOPOLOGY', /the channel itself.*allowed: other/s],
  ['an unknown agent', rung({ agent: 'tow' }), 'UNKNOWN_AGENT', /did you mean 'two'\?/],
  [
    'an agent that does not subscribe',
    rung({ agent: 'three' }),
    'UNKNOWN_AGENT',
    /no subscriber of it.*known: one, two/s,
  ],
  ['an unknown capability', rung({ agent: { capability: 'askin' } }), 'UNKNOWN_AGENT', /did you mean 'asking'\?/],
  [
    'an unknown role',
    rung({ agent: { role: 'tellr' } }),
    'UNKNOWN_AGENT',
    /the role 'tellr'.*did you mean 'teller'\?/s,
  ],
  ['no duration', rung({ person: 'an hour' }), 'INVALID_DURATION', /'an hour' is not a duration.*\[0\]\.person/s],
  [
    'too short an attempt',
    rung({ retry: 1, timeout: '5 seconds' }),
    'INVALID_TOPOLOGY',
    /6 seconds or more.*\[0\]\.timeout/s,
  ],
  ['no attempts', rung({ retry: 0 }), 'INVALID_TOPOLOGY', /0 attempts.*from 1 to 10.*\[0\]\.retry/s],
  ['part of an attempt', rung({ retry: 1.5 }), 'INVALID_TOPOLOGY', /1\.5 attempts/],
  [
    'pauses that shrink',
    rung({ retry: 1, backoff: { first: '9 seconds', most: '1 second' } }),
    'INVALID_TOPOLOGY',
    /first up to most/,
  ],
  ['no rung', rung({ pray: true }), 'INVALID_TOPOLOGY', /allowed: \{ retry \}, \{ agent \}/],
  [
    'a wrong order',
    { escalation: [{ person: '1 hour' }, { retry: 1 }] },
    'INVALID_TOPOLOGY',
    /'retry' stands after 'person'.*\[1\]/s,
  ],
  ['something after the end', { escalation: ['abort', { retry: 1 }] }, 'INVALID_TOPOLOGY', /'abort' is not the last/],
  ['an extension that is none', { extension: '5 mins' as never }, 'INVALID_DURATION', /channels\['ask'\]\.extension/],
])('refuses %s, with the place and the way out', (_what, own, code, says) => {
  const define = () => topologyWith(own);
  expect(define).toThrow(expect.objectContaining({ code }) as Error);
  expect(define).toThrow(says);
});

it.each(['told', 'nudges'])('refuses a ladder on a channel that carries no request: %s', (channel) => {
  const carries = channel === 'told' ? ([Told] as const) : ([Nudge] as const);
  const define = () => topologyWith({}, { [channel]: { carries, escalation: [{ retry: 1 }] } });
  expect(define).toThrow(/carries no command that names a reply/);
});

it("refuses 'another' agent where there is one only", () => {
  const define = () => topologyWith({}, { other: { carries: [Ask], escalation: [{ agent: 'another' }] } });
  expect(define).toThrow(/which has one subscriber/);
});
