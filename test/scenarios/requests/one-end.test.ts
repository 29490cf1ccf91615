import * as z from 'zod';
import { createAgent } from 'laneway/agent';
import { command, event } from 'laneway/message';
import { createHarness } from 'laneway/testing';
import { defineTopology } from 'laneway/topology';

const Wanted = event('Wanted', z.object({ part: z.string() }));
const Priced = event('Priced', z.object({ part: z.string(), price: z.number() }));
const Price = command('Price', z.object({ part: z.string() }), { reply: Priced });

const garage = defineTopology('garage', {
  channels: { wishes: { carries: [Wanted] }, prices: { carries: [Price] }, answers: { carries: [Priced] } },
  agents: {
    buyer: { subscribes: ['wishes', 'answers', 'system.timeouts'], publishes: [Price] },
    dealer: { subscribes: ['prices'] },
    // Hears what others are answered, and waits for nothing.
    clerk: { subscribes: ['answers'] },
  },
  clients: { shop: { publishes: [Wanted] } },
});

/** A garage whose buyer waits a minute for a price, and the news that it and the clerk heard. */
function garageWorld() {
  const heard = { buyer: [] as string[], clerk: [] as string[] };
  const buyer = createAgent(garage, 'buyer').handle({
    Wanted: ({ data }, { publish }) => void publish(Price, data, { deadline: '1 minute' }),
    Priced: ({ data }) => void heard.buyer.push(`priced ${data.price}`),
    RequestTimedOut: () => void heard.buyer.push('timed out'),
    otherwise: () => undefined,
  });
  const dealer = createAgent(garage, 'dealer').handle({ Price: ({ data }) => ({ ...data, price: 7 }) });
  const clerk = createAgent(garage, 'clerk').handle({
    Priced: ({ data }) => void heard.clerk.push(`priced ${data.price}`),
  });
  const world = createHarness(garage, { agents: [buyer.with({}), dealer.with({}), clerk.with({})] });
  const ask = async () => {
    const { correlationId } = await world.publish(Wanted, { part: 'bolt' });
    await world.settle();
    const { account, entries, sequence } = world.conversation(correlationId);
    expect({ ...account, sequence }).toMatchObject({ missing: [], inFlight: [], deadLettered: 0 });
    const ends = entries.flatMap((entry) => (entry.kind === 'request' ? [entry.request.state] : []));
    return { ends, sequence };
  };
  return { world, heard, ask };
}

describe('an agent that waits for a reply hears one end of its request', () => {
  it('the reply, and nothing else, when it comes in time', async () => {
    const { heard, ask } = garageWorld();
    expect(await ask()).toMatchObject({ ends: ['replied'] });
    expect(heard).toEqual({ buyer: ['priced 7'], clerk: ['priced 7'] });
  });

  it.each([
    ['bus', '2 days'],
    ['deliveries', '2 hours'],
    ['ledger', '2 days'],
    ['intents', '2 days'],
  ] as const)('the timeout, once, when %s is away for %s meanwhile', async (port, lasts) => {
    const { world, heard } = garageWorld();
    world.faults.delay('3 days', { type: Priced.name, probability: 1 });
    await world.publish(Wanted, { part: 'bolt' });
    await world.advance('30 seconds');
    world.faults.outage({ port, for: lasts });
    await world.settle();
    await world.advance('1 day');
    expect(heard.buyer).toEqual(['timed out']);
  });

  it.each(['bus', 'intents'] as const)(
    'the timeout, once, when %s is away for longer than the copies of its timer live',
    async (port) => {
      const { world, heard } = garageWorld();
      world.faults.retain('1 hour');
      world.faults.delay('3 days', { type: Priced.name, probability: 1 });
      await world.publish(Wanted, { part: 'bolt' });
      await world.advance('30 seconds');
      world.faults.outage({ port, for: '6 hours' });
      await world.settle();
      await world.advance('1 day');
      expect(heard.buyer).toEqual(['timed out']);
    },
  );

  it('the timeout, when the reply comes to everybody after it; whoever waits for nothing hears it all the same', async () => {
    const { world, heard, ask } = garageWorld();
    world.faults.delay('2 minutes', { type: Priced.name, times: 3 });
    const { sequence } = await ask();
    expect({ ...heard, sequence }).toMatchObject({ buyer: ['timed out'], clerk: ['priced 7'] });
    expect(sequence).toContain('TOO_LATE');
  });

  it('the reply, when it came in time to the agent and too late to the platform', async () => {
    const { world, heard, ask } = garageWorld();
    world.faults.delay('2 minutes', { type: Priced.name, receiver: 'replies' });
    expect(await ask()).toMatchObject({ ends: ['replied'] });
    expect(heard.buyer).toEqual(['priced 7']);
  });

  it('the reply, however often it comes and its handling fails', async () => {
    const { world, heard, ask } = garageWorld();
    world.faults.duplicate({ type: Priced.name, receiver: 'buyer' });
    world.faults.fail('buyer', 'before-handler', { times: 2 });
    await ask();
    expect(heard.buyer).toEqual(['priced 7']);
  });
});
