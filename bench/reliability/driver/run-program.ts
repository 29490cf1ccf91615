import * as z from 'zod';
import { createAgent, PermanentError, type BoundAgent, type Context, type Message } from 'laneway/agent';
import { command, event, type MessageType } from 'laneway/message';
import { createHarness, type Harness } from 'laneway/testing';
import { defineTopology, type AgentSpec, type ChannelSpec } from 'laneway/topology';
import { newId } from '../../../shared/domain/base/ids.js';
import {
  emissionsOf,
  reactionKey,
  reactionOf,
  programReceivers,
  replyKeyOf,
  programStart,
  typeAt,
  type Happened,
  type Program,
} from './program.js';

/** Outcome of a program that Laneway ran. */
export interface RanProgram extends Happened {
  /** Handlings and emissions beyond one of the same message: their names. */
  readonly twice: readonly string[];
  /** Deliveries at rest without outcome, or without the dead letter they are. */
  readonly open: readonly string[];
  readonly struck: number;
  /** Deliveries that the ledger knows. */
  readonly deliveries: number;
}

const payload = z.object({ path: z.string(), nonce: z.string() });
type Payload = z.infer<typeof payload>;
/** Longer than the longest outage, and shorter than lanes keep a copy. */
const QOS = { expires: '80 hours', tries: 10 } as const;

/** Runs a program in the harness; `note` is called with each effect: its key, and the name of the try that caused it. */
export async function runProgram(program: Program, note: (key: string) => void): Promise<RanProgram> {
  const types: MessageType[] = program.types.map(({ kind }, index) =>
    kind === 'event'
      ? event(`T${index}`, payload)
      : kind === 'command'
        ? command(`T${index}`, payload)
        : command(`T${index}`, payload, { reply: event(`R${index}`, payload) }),
  );
  const { topology, agents } = build(program, types);
  const nonces = new Map<string, Set<string>>();
  const effect = (key: string, nonce: string): void => {
    note(`${key}|${nonce}`);
    nonces.set(key, (nonces.get(key) ?? new Set()).add(nonce));
  };
  const world = createHarness(topology, { agents: agents(effect), seed: program.seed });
  make(world, program);
  const conversations: string[] = [];
  for (const { type, path } of programStart(program)) {
    const messageType = types[type];
    const { kind } = typeAt(program.types, type);
    if (!messageType || (kind !== 'event' && programReceivers(program, type, -1).length === 0)) continue;
    const id = newId();
    conversations.push(id);
    for (let attempt = 1; ; attempt++) {
      try {
        await world.publish(messageType, { path, nonce: 'start' }, { id, correlationId: id });
        break;
      } catch (error) {
        if (attempt === 200) throw error;
      }
    }
  }
  await world.settle();
  return judge(world, conversations, nonces);
}

function judge(world: Harness, conversations: readonly string[], nonces: ReadonlyMap<string, Set<string>>): RanProgram {
  const dead = new Set<string>();
  const open: string[] = [];
  let deliveries = 0;
  for (const id of conversations) {
    const { account, entries, sequence } = world.conversation(id);
    deliveries += account.expected;
    if (account.inFlight.length + account.withoutLetter.length > 0) open.push(sequence);
    const paths = new Map(world.published.map((envelope) => [envelope.id, (envelope.data as Payload).path]));
    for (const entry of entries) {
      if (entry.kind === 'message') paths.set(entry.intent.envelope.id, (entry.intent.envelope.data as Payload).path);
      if (entry.kind !== 'delivery') continue;
      for (const emission of entry.delivery.emissions) paths.set(emission.id, (emission.data as Payload).path);
    }
    for (const entry of entries) {
      if (entry.kind !== 'delivery' || entry.delivery.state === 'completed') continue;
      const { receiver, facts, messageId } = entry.delivery;
      dead.add(`${receiver}:${facts.type}:${paths.get(messageId) ?? messageId}`);
    }
  }
  const twice = [...nonces].flatMap(([key, tries]) => (tries.size > 1 ? [`${key} by ${tries.size} tries`] : []));
  return { effects: new Set(nonces.keys()), dead, twice, open, struck: world.faults.struck, deliveries };
}

function build(program: Program, types: readonly MessageType[]) {
  const channels: Record<string, ChannelSpec> = {};
  types.forEach((type, index) => {
    const { kind, direct } = typeAt(program.types, index);
    channels[`channel-${index}`] = { carries: [type], qos: { ...QOS, delivery: direct ? 'direct' : 'bus' } };
    if (kind === 'request' && 'reply' in type && type.reply)
      channels[`replies-${index}`] = { carries: [type.reply], qos: QOS };
  });
  const declared: Record<string, AgentSpec> = {};
  for (let agent = 0; agent < program.agents; agent++) {
    const heard = program.types.flatMap(({ subscribers, kind }, index) => {
      if (!subscribers.includes(agent)) return [];
      // Of a command the first subscriber handles it, and the others hear the reply.
      if (kind === 'event' || subscribers[0] === agent) return [`channel-${index}`];
      return kind === 'request' ? [`replies-${index}`] : [];
    });
    declared[`agent-${agent}`] = { subscribes: heard, publishes: types };
  }
  // Nobody may handle a command: then nobody publishes it, but its channel wants a handler all the same.
  declared['nobody'] = {
    subscribes: program.types.flatMap(({ kind, subscribers }, index) =>
      kind !== 'event' && subscribers.length === 0 ? [`channel-${index}`] : [],
    ),
  };
  const topology = defineTopology('program', {
    channels,
    agents: declared,
    clients: { starter: { publishes: types } },
  });
  const agents = (effect: (key: string, nonce: string) => void): BoundAgent[] =>
    Array.from({ length: program.agents }, (_, agent) =>
      createAgent(topology, `agent-${agent}`)
        .handle({
          otherwise: (message: Message, { publish, tries }: Context) => {
            const { path, nonce } = message.data as Payload;
            const type = Number(message.type.slice(1));
            if (message.type.startsWith('R')) return effect(replyKeyOf(agent, type, path), nonce);
            const { refuses, stumbles } = reactionOf(program, agent, type);
            if (refuses) throw new PermanentError(`${agent} refuses ${message.type}`);
            if (stumbles && tries === 1) throw new Error('stumbles');
            effect(reactionKey(agent, type, path), nonce);
            // A message carries the name of the try that published it, so that parts of two tries show.
            const own = newId();
            for (const next of emissionsOf(program, agent, type, path)) {
              const messageType = types[next.type];
              if (messageType) publish(messageType, { path: next.path, nonce: own });
            }
            if (typeAt(program.types, type).kind === 'request') return { path, nonce: own } as never;
          },
        })
        .with({}),
    );
  return { topology, agents };
}

function make({ faults }: Harness, { troubles }: Program): void {
  for (const trouble of troubles) {
    switch (trouble.kind) {
      case 'duplicate':
        faults.duplicate({ copies: trouble.copies, probability: 0.5 });
        break;
      case 'reorder':
        faults.reorder('10 seconds');
        break;
      case 'throttle':
        faults.throttle(trouble.probability);
        break;
      case 'stores':
        faults.storeErrors(trouble.probability);
        break;
      case 'outage': {
        const { port, what, from, lasts, share } = trouble;
        // Copies take their time, so that the outage finds the program in the middle.
        faults.reorder('10 seconds');
        faults.outage({ port, kind: what, from: `${from} seconds`, for: `${lasts} seconds`, share });
        break;
      }
      case 'crash':
        faults.crash(`agent-${trouble.agent}`, trouble.point, { probability: 0.5, times: trouble.times });
    }
  }
}
