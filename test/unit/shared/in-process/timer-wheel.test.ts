import { createAgent } from 'laneway/agent';
import { startInProcess } from 'laneway/in-process';
import { command, event } from 'laneway/message';
import { defineTopology } from 'laneway/topology';
import * as z from 'zod';
import { TimerWheel } from '../../../../shared/in-process/timer-wheel.js';
import { keepingLog } from '../../../kit/stands/barrier.js';

const Answered = event('Answered', z.object({ by: z.string() }));
const Ask = command('Ask', z.object({ question: z.string() }), { reply: Answered });

const enquiries = defineTopology('fixture-enquiries', {
  channels: {
    ask: { carries: [Ask], escalation: [{ agent: 'another', timeout: '7 seconds' }] },
    answers: { carries: [Answered] },
  },
  agents: { sage: { subscribes: ['ask'] }, deputy: { subscribes: ['ask'] } },
  clients: { counter: { publishes: [Ask] } },
});

test('a ladder is climbed as time goes by: who puts the answer off is replaced by another', async () => {
  const asked: string[] = [];
  const sage = createAgent(enquiries, 'sage').handle({
    Ask: (_, { replyLater }) => {
      asked.push('sage');
      return replyLater({ key: 'never', within: '1 hour' });
    },
  });
  const deputy = createAgent(enquiries, 'deputy').handle({
    Ask: () => {
      asked.push('deputy');
      return { by: 'deputy' };
    },
  });
  const app = await startInProcess(enquiries, { agents: [sage, deputy], log: keepingLog() });
  try {
    const reply = await app.client('counter').request(Ask, { question: 'why' }, { timeout: '14 seconds' });
    expect(reply).toEqual({ by: 'deputy' });
    expect(asked).toEqual(['sage', 'deputy']);
  } finally {
    await app.stop();
  }
});

test('the timer rings for the earliest of all that is due, for as long as it runs', async () => {
  const clock = { now: Date.now };
  const rung: string[] = [];
  let heard: () => void = () => undefined;
  const ring = (): Promise<void> => new Promise((resolve) => (heard = resolve));
  const wheel = new TimerWheel(clock, () => {
    rung.push('ring');
    heard();
  });
  const first = ring();
  wheel.by(clock.now() + 3_600_000);
  wheel.by(clock.now() + 10);
  // A later one does not put off the earlier.
  wheel.by(clock.now() + 7_200_000);
  await first;
  expect(rung).toHaveLength(1);
  const past = ring();
  wheel.by(clock.now() - 1);
  await past;
  expect(rung).toHaveLength(2);
  wheel.by(clock.now() + 5);
  wheel.end();
  wheel.by(clock.now());
  await new Promise((resolve) => setTimeout(resolve, 30));
  expect(rung).toHaveLength(2);
});
