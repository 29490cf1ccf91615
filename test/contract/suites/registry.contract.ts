import { newId } from '../../../shared/domain/base/ids.js';
import {
  MOST_INSTANCES,
  type Heartbeat,
  type InstanceClaim,
  type Registration,
} from '../../../shared/domain/registry/instance.js';
import type { Registry } from '../../../shared/domain/registry/registry.js';
import { lookAtInstance } from '../../../shared/domain/registry/standing.js';

/** A registry, and a means to write into it what none of its writers would. */
export interface RegistryStand {
  readonly registry: Registry;
  readonly now: () => number;
  /** Lets time go by, also that by which rows end. */
  readonly pass: (ms: number) => void;
}

/** Demands on every {@link Registry}. */
export function registryContract(make: () => Promise<RegistryStand>): void {
  let stand: RegistryStand;
  beforeAll(async () => {
    stand = await make();
  });
  const registration = (own: Partial<Registration> = {}): Registration => ({
    ...{ application: 'shop', agent: `a-${newId()}`, instance: 'one', capabilities: { python: 0.9, sql: 1 } },
    ...{ maxConcurrentTasks: 3, zone: 'zone-a', version: 'abc', started: new Date(stand.now()).toISOString() },
    ...own,
  });
  const beatOf = ({ application, agent, instance, epoch }: InstanceClaim, own: Partial<Heartbeat> = {}): Heartbeat => ({
    ...{ application, agent, instance, epoch, beat: 1, state: 'ready', currentTasks: 2 },
    at: new Date(stand.now()).toISOString(),
    ...own,
  });

  it('keeps what an instance registers with, and its last heartbeat', async () => {
    const given = registration();
    const claim = await stand.registry.register(given);
    expect(claim).toEqual({ ...given, epoch: 1, beat: 0, at: given.started, state: 'initializing', currentTasks: 0 });
    expect((await stand.registry.of(given.agent)).claims).toEqual([claim]);
    const beat = beatOf(claim);
    await stand.registry.beat(beat);
    expect(await stand.registry.of(given.agent)).toEqual({
      claims: [{ ...claim, ...beat, report: {} }],
      standings: [],
      drains: [],
    });
  });

  it('keeps agents and instances apart', async () => {
    const [one, other] = [registration(), registration()];
    await stand.registry.register(one);
    await stand.registry.register({ ...one, instance: 'two' });
    await stand.registry.register(other);
    const names = async (agent: string) => (await stand.registry.of(agent)).claims.map(({ instance }) => instance);
    expect(await names(one.agent)).toEqual(['one', 'two']);
    expect(await names(other.agent)).toEqual(['one']);
  });

  it('replaces an instance of the same name, whose heartbeats it refuses from then on', async () => {
    const given = registration();
    const old = await stand.registry.register(given);
    const present = await stand.registry.register({ ...given, version: 'def' });
    expect(present.epoch).toBe(2);
    await expect(stand.registry.beat(beatOf(old))).rejects.toMatchObject({ code: 'REPLACED', retryable: false });
    expect((await stand.registry.of(given.agent)).claims).toEqual([present]);
    await stand.registry.beat(beatOf(present));
  });

  it('gives each of those that register at once an epoch of its own', async () => {
    const given = registration();
    const claims = await Promise.all([1, 2, 3].map(() => stand.registry.register(given)));
    expect(claims.map(({ epoch }) => epoch).sort()).toEqual([1, 2, 3]);
  });

  it('lets nobody revive who has said that he is gone, but a new registration', async () => {
    const given = registration();
    const claim = await stand.registry.register(given);
    await stand.registry.beat(beatOf(claim, { state: 'gone', currentTasks: 0 }));
    await expect(stand.registry.beat(beatOf(claim, { beat: 2 }))).rejects.toMatchObject({ code: 'REPLACED' });
    expect((await stand.registry.register(given)).epoch).toBe(2);
  });

  it('refuses heartbeats of another application, of nobody, and registrations that cannot be', async () => {
    const given = registration();
    const claim = await stand.registry.register(given);
    const refused = (call: Promise<unknown>, code: string) => expect(call).rejects.toMatchObject({ code });
    await refused(stand.registry.beat(beatOf(claim, { application: 'bank' })), 'FOREIGN_HEARTBEAT');
    await refused(stand.registry.register({ ...given, application: 'bank' }), 'FOREIGN_HEARTBEAT');
    await refused(stand.registry.beat(beatOf(claim, { instance: 'two' })), 'UNKNOWN_INSTANCE');
    await refused(stand.registry.register({ ...given, instance: 'a#b' }), 'INVALID_OPTION');
    await refused(stand.registry.register({ ...given, maxConcurrentTasks: 0 }), 'INVALID_OPTION');
    await refused(stand.registry.register({ ...given, capabilities: { python: 1.5 } }), 'INVALID_OPTION');
    expect((await stand.registry.of(given.agent)).claims).toEqual([claim]);
  });

  it("keeps the platform's word on an instance, of two writers that of the first", async () => {
    const claim = await stand.registry.register(registration());
    const { agent } = claim;
    const first = lookAtInstance(claim, {}, undefined, stand.now());
    const later = new Date(stand.now() + 60_000).toISOString();
    expect(await stand.registry.stand(first, undefined)).toBe(true);
    expect(await stand.registry.stand({ ...first, cause: 'another' }, undefined)).toBe(false);
    expect((await stand.registry.of(agent)).standings).toEqual([first]);
    const next = lookAtInstance({ ...claim, ...beatOf(claim, { at: later }) }, {}, first, Date.parse(later));
    expect(next).toMatchObject({ status: 'ready', transition: 2, from: 'initializing', told: false });
    expect(await stand.registry.stand(next, first)).toBe(true);
    expect(await stand.registry.stand({ ...next, cause: 'another' }, first)).toBe(false);
    await stand.registry.told(first);
    expect((await stand.registry.of(agent)).standings).toEqual([next]);
    await stand.registry.told(next);
    expect((await stand.registry.of(agent)).standings).toEqual([{ ...next, told: true }]);
  });

  it('keeps what an instance reports of itself with its heartbeat, and of an older worker nothing', async () => {
    const claim = await stand.registry.register(registration());
    const report = { ill: 'no database', completed: 3, failed: 4, memory: 0.25 };
    await stand.registry.beat(beatOf(claim, { report }));
    expect((await stand.registry.of(claim.agent)).claims[0]?.report).toEqual(report);
    await stand.registry.beat(beatOf(claim, { beat: 2, report: {} }));
    expect((await stand.registry.of(claim.agent)).claims[0]?.report).toEqual({});
  });

  it('keeps the health of agents, of two writers that of the first, and for good', async () => {
    const agent = `a-${newId()}`;
    const since = new Date(stand.now()).toISOString();
    const change = { kind: 'down', number: 1, since, cause: 'a is offline: silent', tasks: 2 } as const;
    const down = { agent, state: 'down', since, cause: 'a is offline: silent', above: ['tasks'], changes: 1 } as const;
    const first = { ...down, untold: [change] };
    const of = async () => (await stand.registry.health()).filter((one) => one.agent === agent);
    expect(await of()).toEqual([]);
    expect(await stand.registry.assess(first, undefined)).toBe(true);
    expect(await stand.registry.assess({ ...first, cause: 'another' }, undefined)).toBe(false);
    const told = { ...down, untold: [] };
    expect(await stand.registry.assess(told, first)).toBe(true);
    expect(await stand.registry.assess({ ...told, cause: 'another' }, first)).toBe(false);
    stand.pass(8 * 86_400_000);
    expect(await of()).toEqual([told]);
    const back = { kind: 'back', number: 2, since, downSince: since } as const;
    expect(await stand.registry.assess({ ...told, state: 'up', changes: 2, untold: [back] }, told)).toBe(true);
    expect(await of()).toMatchObject([{ state: 'up', untold: [back] }]);
  });

  it('reads the health of more agents than one page of a table has', async () => {
    const many = `many-${newId()}`;
    const since = new Date(stand.now()).toISOString();
    const up = { state: 'up', since, above: [], changes: 0, untold: [] } as const;
    const of = (at: number) => ({ agent: `${many}-${at}`, ...up });
    const numbers = Array.from({ length: 2 * MOST_INSTANCES + 1 }, (_, at) => at);
    for (let from = 0; from < numbers.length; from += 50)
      await Promise.all(numbers.slice(from, from + 50).map((at) => stand.registry.assess(of(at), undefined)));
    const found = (await stand.registry.health()).filter(({ agent }) => agent.startsWith(many));
    expect(found).toHaveLength(numbers.length);
  });

  it('keeps drains of agents and of instances, the first of each, until they are ended', async () => {
    const agent = `a-${newId()}`;
    const since = new Date(stand.now()).toISOString();
    const [all, one] = [
      { agent, by: 'ana', why: 'disk', since },
      { agent, instance: 'one', by: 'ben', why: 'ram', since },
    ];
    expect(await stand.registry.drain(all)).toEqual(all);
    expect(await stand.registry.drain({ ...all, by: 'eve' })).toEqual(all);
    expect(await stand.registry.drain(one)).toEqual(one);
    expect(await stand.registry.drainsOf(agent)).toEqual(expect.arrayContaining([all, one]));
    expect((await stand.registry.of(agent)).drains).toHaveLength(2);
    expect(await stand.registry.resume({ agent })).toEqual(all);
    expect(await stand.registry.resume({ agent })).toBeUndefined();
    expect(await stand.registry.drainsOf(agent)).toEqual([one]);
  });

  it('forgets an instance a day after its last heartbeat, and begins with it anew', async () => {
    const given = registration();
    const claim = await stand.registry.register(given);
    await stand.registry.stand(lookAtInstance(claim, {}, undefined, stand.now()), undefined);
    stand.pass(86_400_000 - 1_000);
    expect((await stand.registry.of(given.agent)).claims).toHaveLength(1);
    await stand.registry.beat(beatOf(claim));
    stand.pass(1_000 + 3_600_000);
    const { claims, standings } = await stand.registry.of(given.agent);
    expect([claims.length, standings.length]).toEqual([1, 0]);
    stand.pass(86_400_000);
    expect((await stand.registry.of(given.agent)).claims).toEqual([]);
    await expect(stand.registry.beat(beatOf(claim))).rejects.toMatchObject({ code: 'UNKNOWN_INSTANCE' });
    const again = await stand.registry.register(given);
    expect(again.epoch).toBe(1);
    expect(await stand.registry.stand(lookAtInstance(again, {}, undefined, stand.now()), undefined)).toBe(true);
  });
}
