import { createAgent } from 'laneway/agent';
import { command, event } from 'laneway/message';
import { defineTopology } from 'laneway/topology';
import * as z from 'zod';
import { newId } from '../../../shared/domain/base/ids.js';
import { payloadPlace, putText } from '../../../shared/domain/delivery/claim-check.js';
import { boundAgents } from '../../../shared/testing/harness/bound-agents.js';
import { harnessOver } from '../../../shared/testing/harness/harness.js';
import { HarnessWorld } from '../../../shared/testing/harness/harness-world.js';
import { seededRandom } from '../../../shared/testing/memory/seeded-random.js';

const Wanted = event('Wanted', z.object({}));
const Answered = event('Answered', z.object({ by: z.string(), note: z.string().optional() }));
const Ask = command('Ask', z.object({}), { reply: Answered });

/** Two agents that answer alike; the asker asks the sage. */
const school = defineTopology('school', {
  channels: { wishes: { carries: [Wanted] }, questions: { carries: [Ask] }, answers: { carries: [Answered] } },
  agents: {
    asker: { subscribes: ['wishes', 'answers', 'system.timeouts'], publishes: [Ask] },
    sage: { subscribes: ['questions'] },
    deputy: { subscribes: ['questions'] },
  },
  clients: { door: { publishes: [Wanted] } },
});

/** A school whose sage takes his time; answers come in the name of whoever sends them, as the bus vouches for it. */
async function asking() {
  const heard: string[] = [];
  const asker = createAgent(school, 'asker').handle({
    Wanted: (_message, { publish }) => void publish(Ask, {}, { to: 'sage', deadline: '1 hour' }),
    Answered: ({ data }) => void heard.push(data.by),
    otherwise: () => undefined,
  });
  const slow = (id: 'sage' | 'deputy') =>
    createAgent(school, id).handle({
      Ask: (_message, { replyLater, effectKey }) => replyLater({ key: effectKey, within: '1 hour' }),
    });
  const agents = boundAgents(school, [asker.with({}), slow('sage').with({}), slow('deputy').with({})]);
  const parts = { topology: school, agents, workflows: [], random: seededRandom(3) };
  const world = new HarnessWorld(parts);
  const harness = harnessOver(world, parts);
  await harness.publish(Wanted, {}, { as: 'door' });
  await harness.advance('10 seconds');
  const asked = world.bus.published.find(({ type }) => type === Ask.name);
  if (!asked) throw new Error('nobody was asked');
  const answer = async (agent: 'sage' | 'deputy', note?: string): Promise<void> => {
    const { deadline: _deadline, replyto: _replyto, receiver: _receiver, ...rest } = asked;
    const own = { id: newId(), source: `laneway.school.agent.${agent}`, type: Answered.name, channel: 'answers' };
    const data = { by: agent, ...(note === undefined ? {} : { note }) };
    const sent = { ...rest, ...own, dataschema: 'urn:laneway:Answered:1', causationid: asked.id, hops: asked.hops + 1 };
    const payload =
      note === undefined ? { data } : await putText(payloadPlace(sent), JSON.stringify(data), world.payloads);
    const { data: _data, ...light } = sent;
    await world.bus.publish([{ ...light, ...payload }]);
    await harness.advance('10 seconds');
  };
  const letters = async () => {
    const found: string[] = [];
    for await (const { receiver, reason } of world.ports.book.all()) found.push(`${receiver}: ${reason}`);
    return found;
  };
  const outcome = async () => (await world.pending.get(asked.requestid ?? ''))?.outcome;
  return { heard, answer, letters, outcome };
}

test.each([
  ['in the message', undefined],
  // The deputy puts it where its publisher's payloads stand.
  ['by reference', 'x'.repeat(300_000)],
])(
  'an answer of one that was not asked, %s, is a dead letter, and the request waits on for the one that was',
  async (_, note) => {
    const { heard, answer, letters, outcome } = await asking();
    await answer('deputy', note);
    expect(heard).toEqual([]);
    expect(await outcome()).toBeUndefined();
    expect(await letters()).toContain('asker: not-allowed');
    await answer('sage', note);
    expect(heard).toEqual(['sage']);
    expect(await outcome()).toMatchObject({ state: 'replied' });
  },
);
