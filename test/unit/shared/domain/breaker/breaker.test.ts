import {
  admit,
  afterCall,
  newBreaker,
  reset,
  tripped,
  type BreakerRecord,
  type CallEnd,
} from '../../../../../shared/domain/breaker/breaker.js';

const AT = Date.UTC(2026, 0, 1);
const SETTINGS = { failureThreshold: 3, recoveryMs: 60_000 };
const FAILURE: CallEnd = { kind: 'failure', error: 'no answer\n  help' };
const SUCCESS: CallEnd = { kind: 'success' };
const fresh = newBreaker({ agent: 'clerk', name: 'crm' }, 'w0', AT);

/** A call by the name of `owner`, which passed at `now`: the breaker with it, and the call. */
function pass(seen: BreakerRecord, owner: string, now: number) {
  const admission = admit(seen, { owner, now, until: now + 30_000 });
  if (admission.kind === 'wait') return { seen, call: undefined };
  if (admission.kind === 'probe') return { seen: admission.next, call: { owner, turn: undefined } };
  return { seen, call: { owner, turn: admission.turn } };
}

function failing(seen: BreakerRecord, times: number, now = AT): BreakerRecord {
  let record = seen;
  for (let one = 0; one < times; one++) {
    const { call } = pass(record, `f${one}`, now);
    if (!call) throw new Error('it is open');
    record = afterCall(record, call, FAILURE, { now, settings: SETTINGS }) ?? record;
  }
  return record;
}

it('opens after that many failures in a row, and not before', () => {
  expect(failing(fresh, 2)).toMatchObject({ state: 'closed', failures: 2, error: 'no answer', turn: 0 });
  const open = failing(fresh, 3);
  expect(open).toMatchObject({ state: 'open', failures: 3, turn: 1, until: new Date(AT + 60_000).toISOString() });
  expect(admit(open, { owner: 'x', now: AT + 59_999, until: AT })).toEqual({ kind: 'wait', ms: 1 });
});

it('forgets failures with a success', () => {
  const two = failing(fresh, 2);
  const after = afterCall(two, { owner: 's', turn: 0 }, SUCCESS, { now: AT, settings: SETTINGS });
  expect(after).toMatchObject({ failures: 0, version: two.version + 1 });
  expect(failing(after ?? two, 2)).toMatchObject({ state: 'closed', failures: 2 });
});

it('forgets them also by a success that its process had no reason to write', () => {
  const two = failing(fresh, 2);
  const call = { owner: 's', turn: 0, lastSuccess: AT + 1 };
  expect(afterCall(two, call, FAILURE, { now: AT + 2, settings: SETTINGS })).toMatchObject({
    state: 'closed',
    failures: 1,
  });
  const before = { ...call, lastSuccess: AT - 1 };
  expect(afterCall(two, before, FAILURE, { now: AT + 2, settings: SETTINGS })).toMatchObject({ state: 'open' });
});

it('writes nothing while nothing fails', () => {
  expect(afterCall(fresh, { owner: 's', turn: 0 }, SUCCESS, { now: AT, settings: SETTINGS })).toBeUndefined();
});

it('lets one call be tried when its time is over, and closes by its success', () => {
  const open = failing(fresh, 3);
  const first = pass(open, 'one', AT + 60_000);
  expect(first.seen).toMatchObject({ state: 'half-open', turn: 2, probe: { owner: 'one' } });
  expect(pass(first.seen, 'two', AT + 60_001).call).toBeUndefined();
  const closed = afterCall(first.seen, { owner: 'one', turn: undefined }, SUCCESS, {
    now: AT + 60_002,
    settings: SETTINGS,
  });
  expect(closed).toMatchObject({ state: 'closed', failures: 0, turn: 3 });
  expect(closed).not.toHaveProperty('probe');
  expect(closed).not.toHaveProperty('until');
});

it('opens again by the failure of the call that was tried, for as long again', () => {
  const { seen } = pass(failing(fresh, 3), 'one', AT + 60_000);
  const open = afterCall(seen, { owner: 'one', turn: undefined }, FAILURE, { now: AT + 61_000, settings: SETTINGS });
  expect(open).toMatchObject({ state: 'open', turn: 3, failures: 4, until: new Date(AT + 121_000).toISOString() });
  expect(open).not.toHaveProperty('probe');
});

it('lets another call be tried when the first one is over, by its end without a verdict or by its time', () => {
  const { seen } = pass(failing(fresh, 3), 'one', AT + 60_000);
  const free = afterCall(seen, { owner: 'one', turn: undefined }, { kind: 'unknown' }, { now: AT, settings: SETTINGS });
  expect(pass(free ?? seen, 'two', AT + 60_001).seen).toMatchObject({ probe: { owner: 'two' }, turn: 2 });
  const late = pass(seen, 'three', AT + 90_000);
  expect(late.seen).toMatchObject({ probe: { owner: 'three' }, turn: 2 });
  // What was given up says nothing any more.
  expect(
    afterCall(late.seen, { owner: 'one', turn: undefined }, SUCCESS, { now: AT, settings: SETTINGS }),
  ).toBeUndefined();
});

it('takes no notice of calls that were begun before its last change', () => {
  const open = failing(fresh, 3);
  const old = { owner: 'old', turn: 0 };
  for (const end of [SUCCESS, FAILURE])
    expect(afterCall(open, old, end, { now: AT, settings: SETTINGS })).toBeUndefined();
  const closed = reset(open, 'w', AT) ?? open;
  expect(afterCall(closed, old, FAILURE, { now: AT, settings: SETTINGS })).toBeUndefined();
});

it('counts no call that was given up', () => {
  expect(
    afterCall(fresh, { owner: 's', turn: 0 }, { kind: 'unknown' }, { now: AT, settings: SETTINGS }),
  ).toBeUndefined();
});

describe('by a person', () => {
  const actor = { by: 'ana', why: 'the other side moves house' };

  it('it opens until it is reset, however long that is', () => {
    const open = tripped(fresh, actor, 'w', AT);
    expect(open).toMatchObject({ state: 'open', turn: 1, tripped: actor });
    expect(admit(open ?? fresh, { owner: 'x', now: AT + 1e12, until: AT + 1e12 })).toEqual({
      kind: 'wait',
      ms: undefined,
    });
    expect(tripped(open ?? fresh, { ...actor, by: 'ben' }, 'w', AT)).toBeUndefined();
    const closed = reset(open ?? fresh, 'w', AT + 1);
    expect(closed).toMatchObject({ state: 'closed', turn: 2, failures: 0 });
    expect(closed).not.toHaveProperty('tripped');
  });

  it('it takes the place of a call that is tried', () => {
    const { seen } = pass(failing(fresh, 3), 'one', AT + 60_000);
    const open = tripped(seen, actor, 'w', AT + 60_001) ?? seen;
    expect(open).toMatchObject({ state: 'open', tripped: actor });
    expect(
      afterCall(open, { owner: 'one', turn: undefined }, SUCCESS, { now: AT, settings: SETTINGS }),
    ).toBeUndefined();
  });

  it('a reset closes, forgets failures, and changes nothing twice', () => {
    expect(reset(failing(fresh, 2), 'w', AT)).toMatchObject({ state: 'closed', failures: 0, turn: 0 });
    expect(reset(fresh, 'w', AT)).toBeUndefined();
  });
});
