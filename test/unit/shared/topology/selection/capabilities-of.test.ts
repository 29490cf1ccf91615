import * as z from 'zod';
import { event } from 'laneway/message';
import { defineTopology, matchCapabilities } from 'laneway/topology';

const Seen = event('Seen', z.object({}));

function withCapabilities(capabilities: unknown, ofAgent: unknown) {
  return defineTopology('shop', {
    ...(capabilities === undefined ? {} : { capabilities }),
    channels: { sights: { carries: [Seen] } },
    agents: { a: { subscribes: ['sights'], capabilities: ofAgent } },
  } as never);
}

const weld = { weld: { description: 'joins metal' } };

it('keeps names and proficiency of agents, and descriptions of the topology', () => {
  const { agents, capabilities } = withCapabilities(weld, { weld: 0.7 }).model;
  expect(agents['a']).toMatchObject({ capabilities: ['weld'], proficiency: { weld: 0.7 } });
  expect(capabilities).toEqual({ weld: 'joins metal' });
});

it('leaves the model of a topology as it was that declares names alone', () => {
  const { model } = withCapabilities(undefined, ['weld', 'cut', 'weld']);
  expect(model.agents['a']?.capabilities).toEqual(['weld', 'cut']);
  expect(model.agents['a']).not.toHaveProperty('proficiency');
  expect(model).not.toHaveProperty('capabilities');
});

it.each([
  ['one that the topology does not declare', weld, ['wled'], 'UNKNOWN_CAPABILITY', /did you mean 'weld'\?/],
  [
    'one that no agent has',
    { ...weld, cut: { description: 'x' } },
    ['weld'],
    'INVALID_TOPOLOGY',
    /no agent has .*'cut'/,
  ],
  ['one without a description', { weld: { description: ' ' } }, ['weld'], 'INVALID_TOPOLOGY', /no description/],
  ['a proficiency of 0', weld, { weld: 0 }, 'INVALID_TOPOLOGY', /proficiency of agent 'a' in 'weld' is 0/],
  ['a proficiency above 1', weld, { weld: 1.1 }, 'INVALID_TOPOLOGY', /above 0 and up to 1/],
])('refuses %s', (_, declared, ofAgent, code, message) => {
  expect(() => withCapabilities(declared, ofAgent)).toThrow(
    expect.objectContaining({ code, message: expect.stringMatching(message) as string }) as Error,
  );
});

it('matches tasks to the capabilities of a topology that describes them', () => {
  expect(matchCapabilities(withCapabilities(weld, ['weld'])).match('metal')[0]?.capability).toBe('weld');
  expect(() => matchCapabilities(withCapabilities(undefined, ['weld']))).toThrow(/'shop' describes no capabilities/);
});
