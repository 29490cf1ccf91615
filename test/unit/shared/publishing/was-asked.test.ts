import type { PendingRecord } from '../../../../shared/domain/request/pending.js';
import { askedOf, checkAnswerer, mayFail, wasAsked } from '../../../../shared/publishing/was-asked.js';

const handler = { handles: ['Ask'] };
const model = { agents: { sage: handler, deputy: handler, other: { handles: [] } } } as never;

const record = (own: object): PendingRecord => ({ type: 'Ask', attempt: 1, ...own }) as PendingRecord;
const climbing = (receiver: string | undefined, tried: string[], own: object = {}) =>
  record({ climb: { tried, receiver, rung: tried.length - 1 }, attempt: tried.length, ...own });

test('where the command names its receiver, that one was asked', () => {
  const asked = record({ receiver: 'sage' });
  expect(askedOf(asked)).toEqual(['sage']);
  expect([wasAsked('sage', asked, model), wasAsked('deputy', asked, model)]).toEqual([true, false]);
});

test('where it names none, all that handle it were, and nobody else', () => {
  const open = record({});
  expect(askedOf(open)).toBeUndefined();
  expect(['sage', 'deputy', 'other', 'toString'].map((agent) => wasAsked(agent, open, model))).toEqual([
    ...[true, true, false, false],
  ]);
});

test('an agent of an earlier attempt may still answer, and fails its own attempt alone', () => {
  const second = climbing('deputy', ['sage', 'deputy']);
  expect([wasAsked('sage', second, model), wasAsked('deputy', second, model)]).toEqual([true, true]);
  expect([mayFail('sage', 1, second, model), mayFail('sage', 2, second, model)]).toEqual([true, false]);
  expect(mayFail('deputy', 2, second, model)).toBe(true);
});

test('no agent fails the attempt that a person has', () => {
  const person = climbing(undefined, ['sage'], { attempt: 2, climb: { tried: ['sage'], rung: 0 } });
  expect([mayFail('sage', 2, person, model), mayFail('deputy', 2, person, model)]).toEqual([false, false]);
});

test('the platform answers for others; a client, a stranger and one who was not asked do not', () => {
  const asked = record({ receiver: 'sage' });
  const refusal = (who: string): unknown => {
    try {
      return checkAnswerer(`laneway.school.${who}`, asked, model);
    } catch (error) {
      return error;
    }
  };
  for (const who of ['agent.sage', 'platform.operator']) expect(refusal(who)).toBeUndefined();
  expect(refusal('agent.deputy')).toMatchObject({ code: 'SENDER_MISMATCH' });
  for (const who of ['agent.other', 'client.sage', 'agent.unknown'])
    expect(refusal(who)).toMatchObject({ code: 'NOT_DECLARED' });
});
