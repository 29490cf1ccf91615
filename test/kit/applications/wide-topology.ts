import { event, type MessageType } from 'laneway/message';
import { defineTopology, type Topology } from 'laneway/topology';
import * as z from 'zod';

/** Sizes of a topology. */
export interface Width {
  readonly agents: number;
  readonly types: number;
}

/**
 * A topology as large as wanted: each agent hears a channel of its own and that of its neighbour, and publishes the types of the
 * next. Every seventh runs as a worker, every tenth channel delivers directly.
 */
export function wideTopology({ agents, types }: Width): Topology {
  const numbers = Array.from({ length: agents }, (_, index) => index);
  const all = Array.from({ length: types }, (_, index) =>
    event(`SomethingHappened${index}`, z.object({ n: z.number() })),
  );
  const carriedBy = (index: number): [MessageType, ...MessageType[]] => {
    const [first, ...others] = all.filter((_, type) => type % agents === index % agents);
    if (first === undefined) throw new Error(`${types} types are too few for ${agents} channels`);
    return [first, ...others];
  };
  const channels = Object.fromEntries(
    numbers.map((index) => [
      `channel-${index}`,
      {
        carries: carriedBy(index),
        qos: { priorities: ['normal'] as const, delivery: index % 10 === 9 ? ('direct' as const) : ('bus' as const) },
      },
    ]),
  );
  const declared = Object.fromEntries(
    numbers.map((index) => [
      `agent-${index}`,
      {
        subscribes: [`channel-${index}`, `channel-${(index + 1) % agents}`],
        publishes: carriedBy(index + 2),
        ...(index % 7 === 6 ? { runs: 'worker' as const } : {}),
      },
    ]),
  );
  const topology: Topology = defineTopology('wide', {
    channels,
    agents: declared,
    clients: { gate: { publishes: carriedBy(0) }, till: { publishes: carriedBy(agents - 1) } },
  });
  return topology;
}
