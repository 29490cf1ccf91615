import fc from 'fast-check';
import * as z from 'zod';
import { command, event, type Priority } from 'laneway/message';
import { defineTopology, type AgentSpec, type ChannelSpec, type Topology } from 'laneway/topology';

const PRIORITIES: readonly Priority[] = ['critical', 'high', 'normal', 'low'];

/** Topologies of up to `maxAgents` agents and six channels of every kind, each valid. */
export function arbitraryTopology(maxAgents = 8): fc.Arbitrary<Topology> {
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
        fc.record({ hears: fc.array(fc.nat(), { maxLength: 4 }), seconds: fc.integer({ min: 1, max: 840 }) }),
        { minLength: 1, maxLength: maxAgents },
      ),
    })
    .map(({ channels, agents }) => {
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
        declared[`agent-${index}`] = { subscribes, handlerTimeout: `${agent.seconds} seconds` };
      });
      return defineTopology('random', { channels: specs, agents: declared });
    });
}
