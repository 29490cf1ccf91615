import type { PendingStore } from '../../../../../shared/domain/request/pending-store.js';
import { answerRequest, failRequest } from '../../../../../shared/operator/requests/answer-request.js';
import { Answered } from '../../../../kit/applications/enquiry-topology.js';
import {
  commandsOf,
  enquiry,
  failureOf,
  fire,
  fireUntil,
  hear,
  recordOf,
  replyOverTheBus,
  recordedRungs,
  statesOf,
  type Enquiry,
} from '../../../../kit/stands/enquiry-world.js';

const workflow = { kind: 'workflow' as const, token: 'token-1', execution: 'run', step: 'ask' };

function command(asked: Enquiry, attempt: number) {
  const found = commandsOf(asked).find((envelope) => envelope.attempt === attempt);
  if (!found) throw new Error(`attempt ${attempt} was not sent`);
  return found;
}

describe('the ladder of a request', () => {
  it('gives the first attempt its time, and keeps what a further one needs', async () => {
    const asked = await enquiry();
    const now = asked.world.clock.now();
    const first = command(asked, 1);
    expect(await recordOf(asked)).toMatchObject({
      attempt: 1,
      messageId: first.id,
      deadline: new Date(now + 6_000).toISOString(),
      bound: new Date(now + 330_000).toISOString(),
      climb: {
        ...{ rung: -1, tried: ['sage'], phase: 'asked', until: first.deadline, channel: 'enquiry.ask' },
        command: { data: { question: 'why' }, priority: 'high' },
      },
    });
    expect(first).toMatchObject({ receiver: 'sage', deadline: new Date(now + 300_000).toISOString() });
    expect(first.expires).toBe(new Date(now + 6_000).toISOString());
  });

  it('goes from rung to rung as each attempt times out, and then ends, once', async () => {
    const asked = await enquiry(workflow);
    const { world, requestId } = asked;
    for (let timers = 0; timers < 20 && !(await recordOf(asked)).outcome; timers++) await fire(asked);
    const commands = commandsOf(asked);
    expect(commands.map(({ receiver, channel, priority }) => [receiver, channel, priority])).toEqual([
      ['sage', 'enquiry.ask', 'high'],
      ['sage', 'enquiry.ask', 'high'],
      ['deputy', 'enquiry.ask', 'high'],
      ['reserve', 'enquiry.fallback', 'normal'],
    ]);
    const [first] = commands;
    expect(new Set(commands.map(({ id }) => id)).size).toBe(4);
    for (const { requestid, deadline, hops, data, correlationid, replyto } of commands)
      expect({ requestid, deadline, hops, data, correlationid, replyto }).toEqual({
        ...{ requestid: requestId, deadline: first?.deadline, hops: 0, data: { question: 'why' } },
        ...{ correlationid: asked.correlationId, replyto: 'Answered' },
      });
    expect((await recordedRungs(asked)).map(({ rung, attempt, receiver }) => [rung, attempt, receiver])).toEqual([
      ['retry', 2, 'sage'],
      ['agent', 3, 'deputy'],
      ['channel', 4, 'reserve'],
      ['person', 5, undefined],
      ['abort', 5, undefined],
    ]);
    expect(world.rungs).toEqual(['retry', 'agent', 'channel', 'person']);
    const told = world.ofType('RequestTimedOut').map(({ channel, data }) => [channel, data]);
    expect(told.map(([channel, data]) => [channel, (data as { next?: string }).next])).toEqual([
      ['system.attempts', 'retry'],
      ['system.attempts', 'agent'],
      ['system.attempts', 'channel'],
      ['system.attempts', 'person'],
      ['system.timeouts', undefined],
    ]);
    expect(world.ofType('PersonNeeded')).toMatchObject([
      { channel: 'system.people', data: { requestId, tried: ['sage', 'deputy', 'reserve'] } },
    ]);
    expect(world.answers).toMatchObject([{ ok: false, error: 'RequestTimedOut' }]);
    expect(await statesOf(asked)).toEqual(['timed-out']);
  });

  it('pauses before it asks the same agent again', async () => {
    const asked = await enquiry();
    await fire(asked);
    expect(commandsOf(asked)).toHaveLength(1);
    expect(await recordOf(asked)).toMatchObject({ attempt: 2, climb: { phase: 'pausing' } });
    asked.world.clock.advance(999);
    expect(asked.world.clock.now()).toBeLessThan(Date.parse((await recordOf(asked)).deadline));
    await fire(asked);
    expect(await recordOf(asked)).toMatchObject({ attempt: 2, climb: { phase: 'asked' } });
    expect(commandsOf(asked)).toHaveLength(2);
  });

  it('never outlives the deadline of the request', async () => {
    const asked = await enquiry(workflow, 20);
    const until = Date.parse(command(asked, 1).deadline ?? '');
    for (let timers = 0; timers < 20 && !(await recordOf(asked)).outcome; timers++) await fire(asked);
    // 6 s, a pause, 6 s; of the 7 s left the substitute gets all, as what its 8 s would leave is nothing.
    expect(commandsOf(asked).map(({ receiver }) => receiver)).toEqual(['sage', 'sage', 'deputy']);
    expect(asked.world.clock.now()).toBe(until);
    expect(asked.world.answers).toHaveLength(1);
  });

  it('does not ask the agent that waits for the answer', async () => {
    const asked = await enquiry({ kind: 'agent', id: 'deputy' });
    await fireUntil(asked, 3);
    expect(commandsOf(asked).map(({ receiver }) => receiver)).toEqual(['sage', 'sage', 'reserve']);
  });
});

describe('a failed attempt', () => {
  it('moves the request on, whatever its deadline', async () => {
    const asked = await enquiry();
    await hear(asked, failureOf(command(asked, 1)));
    expect(await recordOf(asked)).toMatchObject({ attempt: 2, climb: { phase: 'pausing' } });
    await fire(asked);
    await hear(asked, failureOf(command(asked, 2)));
    expect(commandsOf(asked).map(({ receiver }) => receiver)).toEqual(['sage', 'sage', 'deputy']);
    expect((await recordedRungs(asked))[0]).toMatchObject({
      because: { state: 'failed', attempt: 1, error: { code: 'HANDLER', message: 'it broke' } },
    });
    expect(await statesOf(asked)).toEqual([]);
  });

  it('that cannot succeed is not repeated at the same agent', async () => {
    const asked = await enquiry();
    await hear(asked, failureOf(command(asked, 1), 'PERMANENT'));
    expect(commandsOf(asked).map(({ receiver }) => receiver)).toEqual(['sage', 'deputy']);
  });

  it('is heard once, however often it comes; one of an earlier attempt is a recorded no-op', async () => {
    const asked = await enquiry();
    const failed = failureOf(command(asked, 1), 'PERMANENT');
    await Promise.all([hear(asked, failed), hear(asked, failed)]);
    await hear(asked, failed);
    expect(await recordOf(asked)).toMatchObject({ attempt: 2, climb: { receiver: 'deputy' } });
    expect(asked.world.rungs).toEqual(['agent']);
    const other = failureOf(command(asked, 1));
    await hear(asked, other);
    await hear(asked, other);
    expect(await recordOf(asked)).toMatchObject({ attempt: 2 });
    expect(await statesOf(asked)).toEqual(['late']);
  });

  it('at the end of the ladder ends the request, and says so to who waits, once', async () => {
    const asked = await enquiry(workflow, 40);
    await fireUntil(asked, 3);
    asked.world.clock.advance(4_000);
    // 23 s are left: the fallback, and then too little for a person's minute is still time.
    await hear(asked, failureOf(command(asked, 3), 'PERMANENT'));
    await hear(asked, failureOf(command(asked, 4), 'PERMANENT'));
    expect(await recordOf(asked)).toMatchObject({ attempt: 5 });
    await failRequest(asked.requestId, { by: 'ann', why: 'nobody knows' }, { ...asked.world, book: noBook() });
    const ended = asked.world.ofType('RequestFailed').at(-1);
    await hear(asked, JSON.stringify(busEvent(ended)));
    await hear(asked, JSON.stringify(busEvent(ended)));
    const told = asked.world.ofType('RequestFailed').filter(({ channel }) => channel === 'system.timeouts');
    expect(new Set(told.map(({ id }) => id)).size).toBe(1);
    // What tells the end comes back to the function that closed it, and is no reply.
    await hear(asked, JSON.stringify(busEvent(told[0])));
    expect(await statesOf(asked)).toEqual(['failed']);
    expect(asked.world.answers).toEqual([
      { ok: false, error: 'RequestFailed', cause: 'REQUEST_FAILED: ann: nobody knows' },
    ]);
    expect((await recordedRungs(asked)).at(-1)).toMatchObject({ rung: 'abort', because: { state: 'failed' } });
  });
});

describe('across attempts', () => {
  it('the first reply wins, of whichever attempt it is, and later ones are recorded no-ops', async () => {
    const asked = await enquiry(workflow);
    await fireUntil(asked, 3);
    await hear(asked, replyOverTheBus(command(asked, 1), 'sage'));
    await hear(asked, replyOverTheBus(command(asked, 3), 'deputy'));
    await fire(asked);
    expect(asked.world.answers).toEqual([{ ok: true, output: { data: { question: 'why', by: 'sage' } } }]);
    expect(await statesOf(asked)).toEqual(['late', 'replied']);
    expect(commandsOf(asked)).toHaveLength(3);
  });

  it('a reply and a timer at once leave one outcome, and no attempt is made twice', async () => {
    for (const timerFirst of [true, false]) {
      const asked = await enquiry(workflow);
      const reply = () => hear(asked, replyOverTheBus(command(asked, 1), 'sage'));
      const both = timerFirst ? [fire(asked), reply()] : [reply(), fire(asked)];
      await Promise.all(both);
      for (let timers = 0; timers < 5; timers++) await fire(asked);
      expect(asked.world.answers).toHaveLength(1);
      expect(await statesOf(asked)).toEqual(['replied']);
    }
  });

  it('two timers at once make one attempt', async () => {
    const asked = await enquiry(workflow);
    for (let step = 0; step < 8; step++) await Promise.all([fire(asked), fire(asked), fire(asked)]);
    expect(asked.world.rungs).toEqual(['retry', 'agent', 'channel', 'person']);
    expect((await recordedRungs(asked)).map(({ rung }) => rung)).toEqual([
      'retry',
      'agent',
      'channel',
      'person',
      'abort',
    ]);
    expect(asked.world.answers).toHaveLength(1);
    expect(commandsOf(asked).map(({ attempt }) => attempt)).toEqual([1, 2, 3, 4]);
  });

  it('the timer of an earlier attempt does not end the one that runs', async () => {
    const asked = await enquiry();
    await hear(asked, failureOf(command(asked, 1), 'PERMANENT'));
    asked.world.clock.advance(6_000);
    const before = await recordOf(asked);
    // The first attempt's timer: due, and the second has two seconds more.
    const { fireTimer } = await import('../../../../../shared/platform/requests/fire-timer.js');
    await fireTimer({ requestId: asked.requestId, at: asked.world.clock.now() }, asked.world);
    expect(await recordOf(asked)).toEqual(before);
  });

  it('progress that comes between the look of a timer and its write keeps the attempt', async () => {
    const asked = await enquiry();
    const { messageId, deadline } = await recordOf(asked);
    const later = new Date(Date.parse(deadline) + 6_000).toISOString();
    const { pending } = asked.world;
    const racing: PendingStore = {
      open: (given) => pending.open(given),
      close: (...given) => pending.close(...given),
      told: (...given) => pending.told(...given),
      advance: (...given) => pending.advance(...given),
      extend: (...given) => pending.extend(...given),
      setAside: (...given) => pending.setAside(...given),
      due: (...given) => pending.due(...given),
      approvals: () => pending.approvals(),
      get: async (requestId) => {
        const seen = await pending.get(requestId);
        await pending.extend(requestId, messageId, later);
        return seen;
      },
    };
    await fire(asked, { ...asked.world, pending: racing });
    expect(await recordOf(asked)).toMatchObject({ attempt: 1, deadline: later, climb: { phase: 'asked' } });
    await fire(asked);
    expect(await recordOf(asked)).toMatchObject({ attempt: 2 });
  });

  it('what the bus refuses for good goes on to the next rung', async () => {
    const asked = await enquiry();
    asked.world.bus.refuse(({ receiver }) =>
      receiver === 'sage' ? { ok: false, retryable: false, code: 'NotAuthorized', message: 'no' } : undefined,
    );
    await fire(asked);
    await fire(asked);
    expect(await recordOf(asked)).toMatchObject({ attempt: 3, climb: { receiver: 'deputy', phase: 'asked' } });
    expect((await recordedRungs(asked)).at(-1)).toMatchObject({ because: { error: { code: 'REFUSED' } } });
  });
});

describe('a person', () => {
  it('answers in place of an agent: the reply is one like any other, with who and why in the ledger', async () => {
    const asked = await enquiry(workflow);
    await fireUntil(asked, 5);
    const noted: unknown[] = [];
    const record = (entry: unknown) => Promise.resolve(void noted.push(entry));
    const services = { ...asked.world, book: { ...noBook(), record } };
    const data = { question: 'why', by: 'ann' };
    await expect(answerRequest(asked.requestId, { by: 3 }, { by: 'ann', why: 'w' }, services)).rejects.toMatchObject({
      code: 'SCHEMA',
    });
    await expect(answerRequest(asked.requestId, data, { by: 'ann', why: '' }, services)).rejects.toMatchObject({
      code: 'INVALID_OPTION',
    });
    const { messageId } = await answerRequest(asked.requestId, data, { by: 'ann', why: 'asked a book' }, services);
    expect(noted).toMatchObject([{ action: 'answer', by: 'ann', why: 'asked a book', messageId }]);
    const reply = asked.world.ofType(Answered.name).find(({ id }) => id === messageId);
    expect(reply).toMatchObject({ requestid: asked.requestId, channel: 'enquiry.answers' });
    await hear(asked, JSON.stringify(busEvent(reply)));
    expect(asked.world.answers).toEqual([{ ok: true, output: { data } }]);
    await expect(answerRequest(asked.requestId, data, { by: 'ann', why: 'w' }, services)).rejects.toMatchObject({
      code: 'REFUSED',
    });
  });
});

function busEvent(envelope: { source: string; type: string } | undefined) {
  return { source: envelope?.source, 'detail-type': envelope?.type, detail: envelope };
}

function noBook() {
  return { record: () => Promise.resolve(), recordFirst: <Entry>(entry: Entry) => Promise.resolve(entry) };
}
