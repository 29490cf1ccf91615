import { createAgent } from 'laneway/agent';
import { createHarness, type Harness } from 'laneway/testing';
import { RequestFailed, RequestTimedOut } from 'laneway/message';
import type { RequestEntry } from '../../../shared/domain/evidence/ledger-writer.js';
import { Ask, enquiries, EnquiryMade } from '../../kit/applications/enquiry-topology.js';
import { enquire } from '../../kit/applications/enquiry-workflow.js';

interface Office {
  readonly world: Harness;
  /** Agents that handled the question, once for each time. */
  readonly asked: string[];
  /** News that the desk heard of its own requests. */
  readonly heard: string[];
}

/** The enquiries, with agents that answer at once; `silent` ones put their answers off for ever. */
function office(silent: readonly string[] = [], seed = 1): Office {
  const asked: string[] = [];
  const heard: string[] = [];
  const answering = (agent: 'sage' | 'deputy' | 'reserve') =>
    createAgent(enquiries, agent)
      .handle({
        Ask: ({ data, attempt }, { replyLater, effectKey }) => {
          asked.push(`${agent} ${attempt}`);
          if (silent.includes(agent)) return replyLater({ key: effectKey, within: '1 hour' });
          return { question: data.question, by: agent };
        },
      })
      .with({});
  const desk = createAgent(enquiries, 'desk')
    .handle({
      EnquiryMade: ({ data }, { publish }) => {
        if (data.question.startsWith('desk')) publish(Ask, data, { deadline: '40 seconds' });
      },
      Answered: ({ data }) => void heard.push(`answered by ${data.by}`),
      RequestTimedOut: () => void heard.push('timed out'),
      RequestFailed: ({ data }) => void heard.push(`failed ${data.code}`),
      otherwise: () => undefined,
    })
    .with({});
  const watch = createAgent(enquiries, 'watch')
    .handle({ PersonNeeded: ({ data }) => void heard.push(`a person is needed for ${data.type}`) })
    .with({});
  const agents = [desk, watch, answering('sage'), answering('deputy'), answering('reserve')];
  const world = createHarness(enquiries, { agents, workflows: [enquire], seed });
  return { world, asked, heard };
}

function requestsIn(world: Harness, correlationId: string): RequestEntry[] {
  return world
    .conversation(correlationId)
    .entries.flatMap((entry) => (entry.kind === 'request' ? [entry.request] : []));
}

function rungsIn(world: Harness, correlationId: string): string[] {
  return world
    .conversation(correlationId)
    .entries.flatMap((entry) => (entry.kind === 'escalation' ? [entry.escalation.rung] : []));
}

test('commands that are lost on their way: retry, then the substitute answers, and the workflow is told once', async () => {
  const { world, asked } = office();
  world.faults.drop({ type: 'Ask', receiver: 'sage', times: 2 });
  const { correlationId } = await world.publish(EnquiryMade, { question: 'why' });
  await world.advance('1 minute');
  const told = world.conversation(correlationId);
  expect(told.endings).toMatchObject([{ workflow: 'enquire', result: 'answered' }]);
  expect(asked).toEqual(['deputy 3']);
  expect(rungsIn(world, correlationId)).toEqual(['retry', 'agent']);
  expect(requestsIn(world, correlationId).map(({ state }) => state)).toEqual(['replied']);
  expect(told.messages(RequestTimedOut).map(({ channel }) => channel)).toEqual(['system.attempts', 'system.attempts']);
});

test('causes stand before effects: the attempt, its escalation, the next attempt, the answer', async () => {
  const { world } = office(['sage']);
  const { correlationId } = await world.publish(EnquiryMade, { question: 'why' });
  await world.advance('1 minute');
  const order = world.conversation(correlationId).entries.flatMap((entry) => {
    if (entry.kind === 'message' && entry.intent.envelope.type === 'Ask')
      return [`ask ${entry.intent.envelope.attempt}`];
    if (entry.kind === 'escalation') return [entry.escalation.rung];
    return entry.kind === 'request' ? [entry.request.state] : [];
  });
  expect(order).toEqual(['ask 1', 'retry', 'ask 2', 'agent', 'ask 3', 'replied']);
});

test('nobody answers: every rung, a person, and the end, once', async () => {
  const { world, asked, heard } = office(['sage', 'deputy', 'reserve']);
  const { correlationId } = await world.publish(EnquiryMade, { question: 'why' });
  await world.settle();
  expect(asked).toEqual(['sage 1', 'sage 2', 'deputy 3', 'reserve 4']);
  expect(rungsIn(world, correlationId)).toEqual(['retry', 'agent', 'channel', 'person', 'abort']);
  expect(heard).toEqual(['a person is needed for Ask', 'timed out']);
  const told = world.conversation(correlationId);
  expect(told.endings).toMatchObject([{ status: 'failed', result: 'RequestTimedOut' }]);
  expect(told.account.inFlight).toEqual([]);
});

test('an agent that waits hears one end, and nothing of single attempts', async () => {
  const { world, heard } = office(['sage', 'deputy', 'reserve']);
  await world.publish(EnquiryMade, { question: 'desk: why' });
  await world.advance('3 minutes');
  // One of the desk's own request, one of the workflow's that the same message started.
  expect(heard.filter((line) => line !== 'a person is needed for Ask').sort()).toEqual(['timed out', 'timed out']);
});

test('a handler that fails moves its request on at once; a client hears the answer', async () => {
  const { world, asked } = office();
  world.faults.fail('sage', 'before-handler', { times: 1 });
  const answer = await world.request(Ask, { question: 'why' }, { timeout: '2 minutes' });
  expect(answer).toEqual({ question: 'why', by: 'sage' });
  expect(asked).toEqual(['sage 2']);
  const [correlationId = ''] = world.conversations();
  expect(world.conversation(correlationId).messages(RequestFailed)).toMatchObject([{ channel: 'system.attempts' }]);
});

test('progress holds the attempt open, up to the bound of the request', async () => {
  const asked: number[] = [];
  const busy = createAgent(enquiries, 'sage').handle({
    Ask: async ({ data, attempt }, { progress, replyLater }) => {
      asked.push(attempt);
      await progress(0.5, 'looking it up');
      return replyLater({ key: `${data.question}/${attempt}`, within: '1 hour' });
    },
  });
  const world = createHarness(enquiries, { agents: [busy.with({})] });
  world.faults.delay('4 seconds', { type: 'Ask', times: 1 });
  const { correlationId } = await world.publish(Ask, { question: 'why' }, { deadline: '1 minute' });
  // Begun after 4 s, and told of then: six more.
  await world.advance('9500 milliseconds');
  expect(rungsIn(world, correlationId)).toEqual([]);
  await world.advance('3 seconds');
  expect(rungsIn(world, correlationId)).toEqual(['retry']);
  expect(asked).toEqual([1, 2]);
});

test('whatever is lost, doubled, delayed or dies: one end for each request, and whoever waits hears it', async () => {
  let struck = 0;
  for (let seed = 1; seed <= 15; seed++) {
    const { world } = office(seed % 3 === 0 ? ['sage'] : [], seed);
    world.faults.reorder('2 seconds');
    world.faults.duplicate({ probability: 0.2 });
    world.faults.drop({ type: 'Ask', probability: 0.3, times: 6 });
    world.faults.storeErrors(0.03);
    world.faults.throttle(0.05);
    for (const who of ['replies', 'deadlines', 'sage', 'deputy'])
      for (const point of ['before-emit', 'mid-emit', 'after-emit'] as const)
        world.faults.crash(who, point, { probability: 0.2, times: 2 });
    const ids = await Promise.all(
      ['a', 'b', 'c'].map(async (question) => {
        const publish = () => world.publish(EnquiryMade, { question }, { correlationId: question, id: question });
        return (await publish().catch(publish).catch(publish)).correlationId;
      }),
    );
    await world.settle();
    struck += world.faults.struck;
    for (const id of ids) {
      const told = world.conversation(id);
      const ends = requestsIn(world, id).filter(({ state }) => state !== 'late');
      const found = { seed, ends: ends.length, endings: told.endings.length };
      expect({ ...found, sequence: told.sequence }).toMatchObject({ seed, ends: 1, endings: 1 });
      const rungs = rungsIn(world, id);
      expect({ seed, rungs }).toEqual({ seed, rungs: [...new Set(rungs)] });
    }
  }
  expect(struck).toBeGreaterThan(100);
});
