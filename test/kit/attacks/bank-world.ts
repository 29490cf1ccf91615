import { createAgent } from 'laneway/agent';
import { command, event, RequestFailed } from 'laneway/message';
import { defineTopology } from 'laneway/topology';
import * as z from 'zod';
import type { DeadLetter } from '../../../shared/domain/delivery/dead-letter.js';
import { newId } from '../../../shared/domain/base/ids.js';
import { schemaUri, sourceOf, type Envelope } from '../../../shared/domain/wire/envelope.js';
import { boundAgents } from '../../../shared/testing/harness/bound-agents.js';
import { harnessOver } from '../../../shared/testing/harness/harness.js';
import { HarnessWorld } from '../../../shared/testing/harness/harness-world.js';
import { seededRandom } from '../../../shared/testing/memory/seeded-random.js';

const sum = z.object({ sum: z.number() });
export const RatesChanged = event('RatesChanged', sum);
export const ChequeScanned = event('ChequeScanned', sum);
export const MoneyMoved = event('MoneyMoved', sum);
export const MoveMoney = command('MoveMoney', sum, { reply: MoneyMoved });

/** A vault that moves money, for whom the bus and a direct channel lead; a clerk that is taken may send on the direct one. */
export const bank = defineTopology('bank', {
  channels: {
    rates: { carries: [RatesChanged] },
    // Whoever is to fail an attempt before its handling does has ten minutes.
    moves: { carries: [MoveMoney], qos: { backoff: { first: '10 minutes', most: '10 minutes' } } },
    moved: { carries: [MoneyMoved] },
    scans: { carries: [ChequeScanned], qos: { from: 'standard', delivery: 'direct' } },
  },
  agents: {
    vault: { subscribes: ['moves', 'scans'], publishes: [MoneyMoved] },
    clerk: { subscribes: ['rates'], publishes: [ChequeScanned] },
    desk: { subscribes: ['rates', 'moved', 'system.timeouts'], publishes: [MoveMoney] },
  },
  clients: { head: { publishes: [RatesChanged, MoveMoney] }, till: { publishes: [RatesChanged] } },
});

/** The bank in memory. The vault puts its answers off, so that requests stay open; what the agents heard is in `heard`. */
export function bankWorld() {
  const heard: string[] = [];
  const trouble = { clerk: '', vault: '' };
  const vault = createAgent(bank, 'vault').handle({
    MoveMoney: ({ data, source }, { replyLater, effectKey }) => {
      if (trouble.vault !== '') throw new Error(trouble.vault);
      heard.push(`vault: move ${data.sum} for ${source}`);
      return replyLater({ key: effectKey, within: '1 hour' });
    },
    ChequeScanned: ({ data, source }) => void heard.push(`vault: cheque ${data.sum} of ${source}`),
  });
  const clerk = createAgent(bank, 'clerk').handle({
    RatesChanged: ({ data, source }) => {
      if (trouble.clerk !== '') throw new Error(trouble.clerk);
      heard.push(`clerk: rates ${data.sum} of ${source}`);
    },
  });
  const desk = createAgent(bank, 'desk').handle({
    RatesChanged: ({ data }, { publish }) => void publish(MoveMoney, data, { deadline: '1 hour' }),
    MoneyMoved: ({ data }) => void heard.push(`desk: moved ${data.sum}`),
    [RequestFailed.name]: ({ data }: { data: { code: string } }) => void heard.push(`desk: failed ${data.code}`),
    otherwise: () => undefined,
  });
  const agents = boundAgents(bank, [vault.with({}), clerk.with({}), desk.with({})]);
  const parts = { topology: bank, agents, workflows: [], random: seededRandom(7) };
  const world = new HarnessWorld(parts);
  const harness = harnessOver(world, parts);
  const now = (): number => world.clock.now();
  const queueOf = (agent: string) => {
    const queue = world.lanes.deadLetters(agent);
    if (!queue) throw new Error(`${agent} has no dead letter queue`);
    return queue;
  };
  return {
    ...{ world, harness, heard, trouble },
    /** Commands to the vault that were published. */
    moves: () => world.bus.published.filter(({ type }) => type === MoveMoney.name),
    /** An envelope that is right in all but who sends it. */
    envelope(type: { name: string }, source: 'head' | 'till' | 'clerk', own: Partial<Envelope> = {}): Envelope {
      const channel = Object.values(bank.model.channels).find(({ carries }) => carries.includes(type.name));
      return {
        ...{ specversion: '1.0', id: newId(), datacontenttype: 'application/json', correlationid: newId() },
        ...{ source: sourceOf('bank', source === 'clerk' ? 'agent' : 'client', source), type: type.name },
        ...{ time: new Date(now()).toISOString(), expires: new Date(now() + 3_600_000).toISOString() },
        ...{ dataschema: schemaUri(type.name, 1), data: { sum: 1_000_000 }, channel: channel?.name ?? '' },
        ...{ priority: 'normal', attempt: 1, hops: 0 },
        ...own,
      };
    },
    /** Puts a text into an agent's dead letter queue, which that agent's role may. */
    bury: (agent: string, text: string): void => void queueOf(agent).send(text),
    /** The dead letter that an agent would write of a text. */
    letter: (receiver: string, body: string, own: Partial<DeadLetter> = {}): string =>
      JSON.stringify({
        ...{ laneway: 'dead-letter', receiver, copy: newId(), reason: 'exhausted', tries: 5, body },
        ...{ error: { code: 'HANDLER', message: 'no', name: 'Error', retryable: false } },
        ...{ at: new Date(now()).toISOString() },
        ...own,
      } satisfies DeadLetter),
    letters: async () => {
      const found = [];
      for await (const one of world.ports.book.all()) found.push(one);
      return found;
    },
  };
}

/** The body of an SQS message that a rule of the bus sent; anybody can write such a text. */
export function busShaped(envelope: Envelope): string {
  const { source, type } = envelope;
  return JSON.stringify({ version: '0', id: newId(), source, 'detail-type': type, detail: envelope });
}
