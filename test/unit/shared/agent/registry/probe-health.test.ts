import { createAgent, type HealthProbe } from 'laneway/agent';
import { probeHealth, probeLimit } from '../../../../../shared/agent/registry/probe-health.js';
import { depot } from '../../../../kit/applications/fixture-topology.js';

interface Deps {
  readonly well: boolean;
}

function agentWith(health?: HealthProbe<Deps>) {
  const options = health ? { health } : {};
  return createAgent(depot, 'packer')
    .needs<Deps>()
    .handle({ otherwise: () => undefined }, options);
}

const ill = (health?: HealthProbe<Deps>, limitMs = 50) => probeHealth(agentWith(health).with({ well: true }), limitMs);

it('takes an agent without a probe, and one whose probe ends, for well', async () => {
  expect(await ill()).toBeUndefined();
  expect(await ill(({ deps }) => deps.well)).toBeUndefined();
  expect(await ill(async () => Promise.resolve(undefined))).toBeUndefined();
});

it('takes one whose probe fails twice for ill, with the reason', async () => {
  expect(await ill(() => false)).toBe('it returned false');
  expect(await ill(() => Promise.reject(new Error('no database')))).toBe('no database');
  expect(
    await ill(() => {
      throw new Error('x'.repeat(1_000));
    }),
  ).toHaveLength(200);
  const denied = 'not authorized on resource: arn:aws:dynamodb:eu-west-1:123456789012:table/archive';
  expect(await ill(() => Promise.reject(new Error(denied)))).toBe('not authorized on resource: (an ARN)');
  let made = 0;
  expect(await ill(() => (made += 1) > 1)).toBeUndefined();
  expect(made).toBe(2);
});

it('ends a probe that takes too long, by its signal', async () => {
  const signals: AbortSignal[] = [];
  const never: HealthProbe<Deps> = ({ signal }) => {
    signals.push(signal);
    return new Promise(() => undefined);
  };
  expect(await ill(never)).toBe('no answer within 0.05 seconds');
  expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
});

it('is refused for an agent on Lambda, whose function would never run it', () => {
  expect(() => createAgent(depot, 'clerk').handle({ otherwise: () => undefined }, { health: () => true })).toThrow(
    expect.objectContaining({ code: 'INVALID_OPTION' }) as Error,
  );
});

it('ends at once when nobody asks any more, and is not made again', async () => {
  const ending = new AbortController();
  let made = 0;
  const never: HealthProbe<Deps> = ({ signal }) => {
    made += 1;
    ending.abort();
    return new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))));
  };
  await probeHealth(agentWith(never).with({ well: true }), 600_000, ending.signal);
  await probeHealth(agentWith(never).with({ well: true }), 600_000, ending.signal);
  expect(made).toBe(1);
});

it('has two probes over before half of a heartbeat is, and five seconds for one at most', () => {
  expect([probeLimit(1_000), probeLimit(30_000), probeLimit(8_000)]).toEqual([250, 5_000, 2_000]);
});
