import * as z from 'zod';
import { command, event } from 'laneway/message';
import { defineTopology } from 'laneway/topology';

const Done = event('Done', z.object({}));
const Work = command('Work', z.object({}), { reply: Done });
const ladder = [{ person: '1 hour' }] as const;

/** A topology whose channel of commands, or of events, has a selection that the compiler may not allow. */
function withSelection(selection: unknown, on: 'jobs' | 'results' = 'jobs', escalation: unknown = undefined) {
  const own = {
    ...(selection === undefined ? {} : { selection }),
    ...(escalation === undefined ? {} : { escalation }),
  };
  return defineTopology('shop', {
    channels: {
      jobs: { carries: [Work], ...(on === 'jobs' ? own : {}) },
      results: { carries: [Done], ...(on === 'results' ? own : {}) },
    },
    agents: { a: { subscribes: ['jobs'] }, b: { subscribes: ['jobs'] } },
  } as never).model.channels[on]?.selection;
}

const third = { specialization: 0.5, load: 0.5, success: 0, proximity: 0 };

it.each([
  [undefined, undefined],
  ['first', undefined],
  ['round-robin', { by: 'round-robin' }],
  ['least-loaded', { by: 'least-loaded', onNobody: 'wait' }],
  [
    'score',
    {
      by: 'score',
      weights: { specialization: 0.4, load: 0.3, success: 0.2, proximity: 0.1 },
      onNobody: 'wait',
    },
  ],
  [
    { by: 'score', weights: third, onNobody: 'fail' },
    { by: 'score', weights: third, onNobody: 'fail' },
  ],
])('completes %j', (given, expected) => {
  expect(withSelection(given)).toEqual(expected);
});

it('lets a person have it where a rung says for how long', () => {
  expect(withSelection({ by: 'score', onNobody: 'person' }, 'jobs', ladder)).toMatchObject({ onNobody: 'person' });
});

const weights = (given: object) => ({ by: 'score', weights: { ...third, ...given } });

it.each([
  ['an unknown strategy', 'fastest', /selection is "fastest"\n.*allowed: 'first', 'round-robin'/s],
  ['no strategy', { weights: third }, /allowed: 'first'/],
  ['another setting', { by: 'score', wieghts: third }, /selection has 'wieghts'/],
  ['weights that sum to 0.9', weights({ load: 0.4 }), /sum to 0\.9 .*\n.*weights that sum to 1/s],
  ['weights that sum to more', weights({ success: 0.2 }), /sum to 1\.2/],
  ['a negative weight', weights({ load: 1.5, specialization: -0.5 }), /the weight of specialization is -0\.5/],
  [
    'a missing weight',
    { by: 'score', weights: { load: 1 } },
    /allowed: exactly specialization, load, success, proximity/,
  ],
  [
    'a weight of something else',
    weights({ speed: 0 }),
    /weights are of specialization, load, success, proximity, speed/,
  ],
  ['weights that nothing uses', { by: 'least-loaded', weights: third }, /'least-loaded' is given weights/],
  ['onNobody of one that does not look', { by: 'round-robin', onNobody: 'fail' }, /'round-robin' is given onNobody/],
  ['an unknown onNobody', { by: 'score', onNobody: 'panic' }, /onNobody is "panic"/],
  ['a person whom no rung asks', { by: 'score', onNobody: 'person' }, /its ladder asks none/],
])('refuses %s', (_, given, message) => {
  expect(() => withSelection(given)).toThrow(
    expect.objectContaining({ code: 'INVALID_TOPOLOGY', message: expect.stringMatching(message) as string }) as Error,
  );
});

it('refuses a selection where only events are carried, with the place', () => {
  expect(() => withSelection('score', 'results')).toThrow(
    /channel 'results' selects by 'score', but carries no command\n.*shop, channels\['results'\]\.selection/s,
  );
});
