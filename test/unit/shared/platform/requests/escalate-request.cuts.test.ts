import { LanewayError } from '../../../../../shared/domain/base/errors.js';
import type { EscalateServices } from '../../../../../shared/platform/requests/escalate-request.js';
import { closeRequest, type RepliesServices } from '../../../../../shared/platform/requests/close-request.js';
import {
  commandsOf,
  enquiry,
  failureOf,
  fire,
  fireUntil,
  recordOf,
  recordedRungs,
  type Enquiry,
} from '../../../../kit/stands/enquiry-world.js';
import type { PlatformStand } from '../../../../kit/stands/platform-world.js';

/** The world as a process reaches it that dies at its `at`-th call of a store, queue or bus: before it, or just after. */
function dying(world: PlatformStand, at: number, after: boolean) {
  let calls = 0;
  let died = false;
  const mortal = <Port extends object>(port: Port): Port =>
    new Proxy(port, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== 'function') return value;
        return async (...given: unknown[]): Promise<unknown> => {
          const mine = ++calls === at;
          if (died || (mine && !after)) {
            died = true;
            throw new LanewayError('UNAVAILABLE', 'the process ended');
          }
          const result: unknown = await (value.apply(target, given) as Promise<unknown>);
          if (mine) {
            died = true;
            throw new LanewayError('UNAVAILABLE', 'the process ended');
          }
          return result;
        };
      },
    });
  const ports = { pending: mortal(world.pending), timers: mortal(world.timers), ledger: mortal(world.ledger) };
  const bus = mortal(world.bus);
  const publishing = {
    ...world.publishing,
    intents: mortal(world.intents),
    senders: { ...world.senders, bus, pending: ports.pending, timers: ports.timers },
  };
  const services = { ...world, ...ports, resumer: mortal(world.resumer), publishing };
  return { services: services satisfies EscalateServices & RepliesServices, died: () => died };
}

const waiting = { kind: 'workflow' as const, token: 'token-1', execution: 'run', step: 'ask' };

/** State after a step, without times. */
async function standing(asked: Enquiry) {
  const { outcome, attempt, climb } = await recordOf(asked);
  const timedOut = asked.world.ofType('RequestTimedOut');
  return {
    ...{ attempt, outcome: outcome?.state, phase: climb?.phase, rung: climb?.rung, tried: climb?.tried },
    commands: commandsOf(asked).map(({ id, receiver }) => [id === '', receiver]),
    told: [...new Set(timedOut.map(({ id, channel }) => `${id} ${channel}`))].length,
    people: new Set(asked.world.ofType('PersonNeeded').map(({ id }) => id)).size,
    rungs: (await recordedRungs(asked)).map(({ rung }) => rung),
    answers: asked.world.answers.length,
  };
}

/** Brings a new enquiry to where it is about to take a step. */
async function before(attempt: number): Promise<Enquiry> {
  const asked = await enquiry(waiting);
  if (attempt > 1) await fireUntil(asked, attempt);
  return asked;
}

describe.each([
  ['the first attempt to the pause', 1, 1],
  ['the pause to the retry', 1, 2],
  ['the retry to the substitute', 2, 1],
  ['the substitute to the fallback', 3, 1],
  ['the fallback to the person', 4, 1],
  ['the person to the end', 5, 1],
])('a timer that takes the step from %s', (_step, attempt, fires) => {
  it('and dies at any call, completes it when it comes again', async () => {
    const whole = await before(attempt);
    for (let fired = 0; fired < fires; fired++) await fire(whole);
    const expected = await standing(whole);
    let deaths = 0;
    for (let at = 1; ; at++) {
      let died = false;
      for (const after of [false, true]) {
        const asked = await before(attempt);
        for (let fired = 1; fired < fires; fired++) await fire(asked);
        const mortal = dying(asked.world, at, after);
        await fire(asked, mortal.services).catch(() => undefined);
        if (!mortal.died()) break;
        died = true;
        deaths++;
        const { outcome, deadline, climb } = await recordOf(asked);
        // The same timer again: SQS has it still, as it was never acknowledged; also when the step has moved its deadline.
        const { fireTimer } = await import('../../../../../shared/platform/requests/fire-timer.js');
        if (outcome || climb?.phase === 'sending' || Date.parse(deadline) <= asked.world.clock.now())
          await fireTimer({ requestId: asked.requestId, at: asked.world.clock.now() }, asked.world);
        expect({ at, after, ...(await standing(asked)) }).toEqual({ at, after, ...expected });
      }
      if (!died) break;
    }
    expect(deaths).toBeGreaterThan(4);
  });
});

it('a failure that dies at any call moves the request once, and completes it when it comes again', async () => {
  let deaths = 0;
  for (let at = 1; ; at++) {
    let died = false;
    for (const after of [false, true]) {
      const asked = await before(2);
      const [, second] = commandsOf(asked);
      const copy = { copy: 'c', body: second ? failureOf(second) : '' };
      const mortal = dying(asked.world, at, after);
      await closeRequest(copy, mortal.services).catch(() => undefined);
      if (!mortal.died()) break;
      died = true;
      deaths++;
      await closeRequest(copy, asked.world);
      await closeRequest(copy, asked.world);
      const { rungs, attempt, phase, tried } = await standing(asked);
      expect({ at, after, rungs, attempt, phase, tried }).toEqual({
        ...{ at, after, rungs: ['retry', 'agent'], attempt: 3, phase: 'asked', tried: ['sage', 'deputy'] },
      });
    }
    if (!died) break;
  }
  expect(deaths).toBeGreaterThan(8);
});
