import * as z from 'zod';
import { event } from 'laneway/message';
import { defineTopology } from 'laneway/topology';
import { resumedByName } from '../../../../../shared/operator/emergency/resumed-by-name.js';

const { model } = defineTopology('yard', {
  channels: {
    crane: { carries: [event('Lifted', z.object({}))] },
    gate: { carries: [event('Passed', z.object({}))] },
  },
  agents: { crane: { subscribes: ['crane'] }, clerk: { subscribes: ['gate'] } },
});

it('finds an agent or a channel by its name', () => {
  expect(resumedByName('clerk', model)).toEqual({ kind: 'resume', agent: 'clerk' });
  expect(resumedByName('gate', model)).toEqual({ kind: 'resume', channel: 'gate' });
  expect(resumedByName('agent.crane', model)).toEqual({ kind: 'resume', agent: 'crane' });
  expect(resumedByName('channel.crane', model)).toEqual({ kind: 'resume', channel: 'crane' });
});

it('refuses a name of both, of none, and of the system', () => {
  expect(() => resumedByName('crane', model)).toThrow(/agent and of a channel of 'yard'\n.*agent.crane, channel.crane/);
  expect(() => resumedByName('gat', model)).toThrow(/did you mean 'gate'/);
  expect(() => resumedByName('system.errors', model)).toThrow(/is no agent or channel/);
});
