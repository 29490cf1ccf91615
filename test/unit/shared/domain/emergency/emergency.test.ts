import {
  checkIntake,
  declared,
  emergencyFrom,
  recentEmergency,
  RECENT_EMERGENCY_MS,
  standingMeasures,
  stopsIntake,
  type Declaration,
  type Emergency,
} from '../../../../../shared/domain/emergency/emergency.js';

const FIRE: Declaration = { id: 'e1', by: 'ana', why: 'fire', since: '2026-01-01T00:00:00.000Z', measures: [] };
const stop = { measure: { kind: 'stop-intake' } } as const;
const drain = (agent: string, before?: string) => ({
  measure: { kind: 'drain-agent', agent } as const,
  ...(before === undefined ? {} : { before: { agent, by: before, why: 'disk', since: FIRE.since } }),
});

describe('a declaration', () => {
  it('is the first turn of a new record, and the next after one that has ended', () => {
    const first = declared(undefined, { ...FIRE, measures: [stop] });
    expect(first).toEqual({ ...FIRE, measures: [stop], turn: 1 });
    const over: Emergency = { ...first, turn: 4, ended: { by: 'ben', why: 'out', at: FIRE.since } };
    expect(declared(over, { ...FIRE, id: 'e2' })).toEqual({ ...FIRE, id: 'e2', turn: 5 });
  });

  it('adds its measures to the one in force, which keeps who, why and what stood before', () => {
    const first = { ...declared(undefined, { ...FIRE, measures: [drain('a')] }), quiet: FIRE.since };
    const given = { ...FIRE, id: 'e2', by: 'ben', measures: [drain('a', 'ana'), drain('b', 'carl')] };
    expect(declared(first, given)).toEqual({ ...FIRE, measures: [drain('a'), drain('b', 'carl')], turn: 2 });
  });

  it('takes a measure again that another of the same agent has followed', () => {
    const [again, resume] = [drain('a', 'eve'), { measure: { kind: 'resume', agent: 'a' } as const }];
    const first = declared(undefined, { ...FIRE, measures: [drain('a'), stop] });
    const second = declared(first, { ...FIRE, measures: [resume] });
    const third = declared(second, { ...FIRE, measures: [again] });
    expect(third.measures).toEqual([drain('a'), stop, resume, again]);
    expect(standingMeasures(third)).toEqual([stop, again]);
    expect(declared(third, { ...FIRE, measures: [drain('a')] })).toBe(third);
  });

  it('changes nothing when all of it is there', () => {
    const first = declared(undefined, { ...FIRE, measures: [stop] });
    expect(declared(first, { ...FIRE, id: 'e2', measures: [stop] })).toBe(first);
  });
});

it('the intake is stopped by its measure alone, and until the end', async () => {
  const shut = declared(undefined, { ...FIRE, measures: [stop] });
  const open = declared(undefined, { ...FIRE, measures: [drain('a')] });
  const over: Emergency = { ...shut, ended: { by: 'ben', why: 'out', at: FIRE.since } };
  expect([undefined, shut, open, over].map(stopsIntake)).toEqual([false, true, false, false]);
  const check = (latest: Emergency | undefined) => checkIntake('Order', { latest: () => Promise.resolve(latest) });
  await expect(check(shut)).rejects.toMatchObject({ code: 'INTAKE_STOPPED', retryable: true });
  await check(open);
  await check(over);
  await check(undefined);
});

describe('who asks at every message', () => {
  it('reads every five seconds, and anew after a failure', async () => {
    let [now, reads, fails] = [0, 0, false];
    const latest = () => {
      reads += 1;
      return fails ? Promise.reject(new Error('away')) : Promise.resolve(undefined);
    };
    const recent = recentEmergency({ latest }, () => now);
    await Promise.all([recent.latest(), recent.latest()]);
    now = RECENT_EMERGENCY_MS - 1;
    await recent.latest();
    expect(reads).toBe(1);
    now = RECENT_EMERGENCY_MS;
    fails = true;
    await expect(recent.latest()).rejects.toThrow('away');
    fails = false;
    await recent.latest();
    expect(reads).toBe(3);
  });
});

it.each([
  undefined,
  'no json',
  '{}',
  JSON.stringify({ ...FIRE, turn: 'x' }),
  JSON.stringify({ ...FIRE, measures: 1, turn: 1 }),
  JSON.stringify({ ...FIRE, measures: [null], turn: 1 }),
  JSON.stringify({ ...FIRE, measures: [{ measure: { kind: 'drain-agent' } }], turn: 1 }),
])('a record that nobody here wrote is refused: %s', (text) => {
  expect(() => emergencyFrom(text)).toThrow(/the record of emergencies cannot be read/);
});
