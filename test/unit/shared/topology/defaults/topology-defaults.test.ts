import * as z from 'zod';
import { createAgent } from 'laneway/agent';
import { command, event } from 'laneway/message';
import { createHarness } from 'laneway/testing';
import { defineTopology, type TopologyDefaults } from 'laneway/topology';
import { DEFAULT_PROFILES } from '../../../../../shared/domain/delivery/qos.js';

const Weighed = event('Weighed', z.object({}));
const Weigh = command('Weigh', z.object({}), { reply: Weighed });

const define = (defaults: TopologyDefaults) =>
  defineTopology('scale', {
    defaults,
    channels: {
      plain: { carries: [Weigh] },
      told: { carries: [Weighed], qos: { tries: 7 } },
      hurried: { carries: [event('Hurried', z.object({}))], qos: { from: 'urgent' } },
    },
    agents: {
      clerk: { subscribes: ['plain', 'hurried'] },
      patient: { subscribes: ['told'], handlerTimeout: '2 minutes' },
    },
    clients: { desk: { publishes: [Weigh] } },
  });

test('a default counts where nothing else is said, and nowhere else', () => {
  const { channels, agents } = define({ tries: 5, expires: '2 hours', handlerTimeout: '1 minute' }).model;
  expect(channels['plain']?.qos).toMatchObject({ tries: 5, expires: '2 hours' });
  expect(channels['told']?.qos).toMatchObject({ tries: 7, expires: '2 hours' });
  expect(channels['hurried']?.qos).toMatchObject({ tries: 5, expires: '5 minutes' });
  expect(channels['system.timeouts']?.qos.tries).toBe(DEFAULT_PROFILES.standard.tries);
  expect(channels['system.errors']?.qos.expires).toBe(DEFAULT_PROFILES.standard.expires);
  expect([agents['clerk']?.handlerTimeout, agents['patient']?.handlerTimeout]).toEqual(['1 minute', '2 minutes']);
});

test('a profile is left as it is, and a topology without defaults has a model as before', () => {
  expect(define({ tries: 4 }).model.channels['hurried']?.qos.backoff).toEqual(DEFAULT_PROFILES.urgent.backoff);
  const { model } = define({});
  expect(model.channels['plain']?.qos).toEqual(DEFAULT_PROFILES.standard);
  expect([Object.hasOwn(model, 'requestTimeout'), Object.hasOwn(model, 'heartbeat')]).toEqual([false, false]);
});

test.each([
  [{ requestTimeout: '5 seconds' }, /defaults.requestTimeout is '5 seconds'\n.*at least 6 seconds/],
  [{ heartbeat: '1 second' }, /defaults.heartbeat is '1 second'\n.*10 seconds to 10 minutes/],
  [{ heartbeat: '1 hour' }, /10 seconds to 10 minutes/],
  [{ tries: 0 }, /tries is 0/],
  [{ expires: '5 days' }, /a message lives up to/],
  [{ handlerTimeout: '20 minutes' }, /agents.clerk.handlerTimeout is '20 minutes'/],
  [{ backoff: { first: '2 minutes', most: '1 minute' } }, /first not longer than most/],
  [{ timeout: '5 minutes' } as TopologyDefaults, /defaults.timeout is no default/],
] satisfies [TopologyDefaults, RegExp][])('%j is refused', (defaults, why) => {
  expect(() => define(defaults)).toThrow(why);
});

test('an own profile standard counts for channels that name none, and is refused beside defaults that it would switch off', () => {
  const own = (defaults: TopologyDefaults) =>
    defineTopology('scale', {
      defaults,
      profiles: { standard: { ...DEFAULT_PROFILES.standard, tries: 3 } },
      channels: { told: { carries: [Weighed] } },
      agents: { clerk: { subscribes: ['told'] } },
    });
  expect(() => own({ tries: 5, expires: '1 hour' })).toThrow(
    /profiles.standard stands beside defaults.tries, defaults.expires\n.*leave one of the two out/,
  );
  expect(own({ heartbeat: '1 minute' }).model.channels['told']?.qos.tries).toBe(3);
});

test('a request without a time ends by the default, and a client may leave the time out', async () => {
  const topology = define({ requestTimeout: '40 seconds' });
  const harness = createHarness(topology, { agents: [] });
  const began = harness.now().getTime();
  await expect(harness.request(Weigh, {})).rejects.toMatchObject({ code: 'REQUEST_TIMED_OUT' });
  expect(harness.now().getTime() - began).toBeLessThan(60_000);
  const { id } = await harness.publish(Weigh, {});
  await harness.settle();
  const sent = harness.published.find((one) => one.id === id);
  expect(Date.parse(sent?.deadline ?? '') - Date.parse(sent?.time ?? '')).toBe(40_000);
});

test('without a default a client waits for five minutes, and an answer comes as ever', async () => {
  const topology = define({});
  const clerk = createAgent(topology, 'clerk').handle({ Weigh: () => ({}), Hurried: () => undefined });
  expect(await createHarness(topology, { agents: [clerk] }).request(Weigh, {})).toEqual({});
  const silent = createHarness(topology, { agents: [] });
  const began = silent.now().getTime();
  await expect(silent.request(Weigh, {})).rejects.toThrow(/within 5 minutes/);
  expect(silent.now().getTime() - began).toBeGreaterThanOrEqual(300_000);
});
