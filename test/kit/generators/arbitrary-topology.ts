import fc from 'fast-check';
import * as z from 'zod';
import { command, event, type Priority } from 'laneway/message';
import { defineTopology, type AgentSpec, type ChannelSpec, type Topology } from 'laneway/topology';

const PRIORITIES: readonly Priority[] = ['critical', 'high', 'normal', 'low'];

const word = fc.constantFrom('order', 'Order', 'orders.new', 'a', '', '10.0.0.7', 'x*y');
const number = fc.constantFrom(-1, 0, 0.5, 3, 299_999_999);
const wildcard = fc.constantFrom('or*', '*er', 'o*r*w', '*', 'x\\*y');

/** One matcher of each kind that an EventBridge rule knows. */
const matcher: fc.Arbitrary<unknown> = fc.oneof(
  word,
  number,
  fc.boolean(),
  fc.constant(null),
  fc.boolean().map((exists) => ({ exists })),
  word.map((prefix) => ({ prefix })),
  word.map((suffix) => ({ suffix })),
  word.map((text) => ({ 'equals-ignore-case': text })),
  word.map((text) => ({ prefix: { 'equals-ignore-case': text } })),
  wildcard.map((text) => ({ wildcard: text })),
  fc.uniqueArray(word, { minLength: 1, maxLength: 3 }).map((texts) => ({ 'anything-but': texts })),
  fc.constantFrom('order', 'a').map((prefix) => ({ 'anything-but': { prefix } })),
  number.map((bound) => ({ numeric: ['>=', bound] })),
  number.map((bound) => ({ numeric: ['>', bound, '<=', bound + 2] })),
  fc.constantFrom('10.0.0.0/24', '10.0.0.6/31').map((cidr) => ({ cidr })),
);
const matchers = fc.array(matcher, { minLength: 1, maxLength: 2 });

/** Patterns that an application may write for an ingress: they are its own affair, so that every operator occurs. */
const ingressPattern: fc.Arbitrary<Readonly<Record<string, unknown>>> = fc.record({
  source: fc.constantFrom(['com.example.post'], ['com.example.post', 'com.example.market']),
  detail: fc.oneof(
    fc.record({ kind: matchers }),
    fc.record({ kind: matchers, of: fc.record({ what: matchers }) }),
    fc.record({ $or: fc.tuple(fc.record({ kind: matchers }), fc.record({ of: fc.record({ what: matchers }) })) }),
  ),
});

/** Topologies of up to `maxAgents` agents and six channels of every kind, each valid; with up to so many ingress and clients. */
export function arbitraryTopology(maxAgents = 8, maxIngress = 0, maxClients = 0): fc.Arbitrary<Topology> {
  const channel = fc.record({
    priorities: fc.subarray([...PRIORITIES], { minLength: 1 }),
    direct: fc.boolean(),
    command: fc.boolean(),
    acks: fc.boolean(),
    batchSize: fc.integer({ min: 1, max: 10 }),
  });
  return fc
    .record({
      channels: fc.array(channel, { minLength: 1, maxLength: 6 }),
      agents: fc.array(
        fc.record({
          hears: fc.array(fc.nat(), { maxLength: 4 }),
          seconds: fc.integer({ min: 1, max: 840 }),
          runs: fc.constantFrom('lambda' as const, 'worker' as const),
        }),
        { minLength: 1, maxLength: maxAgents },
      ),
      ingress: fc.array(ingressPattern, { maxLength: maxIngress }),
      clients: fc.array(fc.array(fc.nat(), { minLength: 1, maxLength: 3 }), { maxLength: maxClients }),
    })
    .map(({ channels, agents, ingress, clients }) => {
      const specs: Record<string, ChannelSpec> = {};
      channels.forEach((one, index) => {
        const happened = event(`Happened${index}`, z.object({}));
        const carries = one.command ? command(`Do${index}`, z.object({}), { reply: happened }) : happened;
        specs[`c${index}.main`] = {
          carries: [carries],
          qos: {
            priorities: one.priorities,
            delivery: one.direct ? 'direct' : 'bus',
            acks: one.acks ? 'message' : 'ledger',
            batchSize: one.batchSize,
          },
        };
        if (one.command) specs[`c${index}.result`] = { carries: [happened] };
      });
      const names = Object.keys(specs);
      const declared: Record<string, AgentSpec> = {};
      agents.forEach((agent, index) => {
        // The first agent hears everything, so that every command has a handler.
        const subscribes = index === 0 ? names : agent.hears.map((hear) => names[hear % names.length] ?? 'c0.main');
        declared[`agent-${index}`] = { subscribes, handlerTimeout: `${agent.seconds} seconds`, runs: agent.runs };
      });
      const [first] = specs['c0.main']?.carries ?? [];
      const as = first?.kind === 'command' ? first.reply : first;
      if (!as) throw new Error('the first channel carries neither an event nor a command with a reply');
      const taken = ingress.map((pattern, index) => [`in-${index}`, { pattern, as, map: () => ({}) }] as const);
      const carried = Object.values(specs).flatMap(({ carries }) => carries);
      const publishing = clients.map((picks, index) => {
        const publishes = [...new Set(picks.flatMap((pick) => carried[pick % carried.length] ?? []))];
        return [`client-${index}`, { publishes }] as const;
      });
      return defineTopology('random', {
        ...{ channels: specs, agents: declared },
        ...{ ingress: Object.fromEntries(taken), clients: Object.fromEntries(publishing) },
      });
    });
}
