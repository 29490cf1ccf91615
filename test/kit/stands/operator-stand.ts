import { createAgent, PermanentError } from 'laneway/agent';
import type { ReturnedCopy } from '../../../shared/domain/wire/message-bus.js';
import type { Actor, OperatorServices } from '../../../shared/operator/operator-services.js';
import { drainCopy } from '../../../shared/platform/dead-letters/drain-copy.js';
import { MemoryDeadLetterBook } from '../../../shared/testing/memory/memory-dead-letter-book.js';
import { MemoryIntents } from '../../../shared/testing/memory/memory-intents.js';
import { agentStand } from './agent-stand.js';
import { parcels } from '../applications/parcel-topology.js';

export const ADA: Actor = { by: 'ada', why: 'the scales are mended' };

/** The desk of the parcels with its lane and drain in memory, and an operator; what fails is as `trouble` says. */
export function operatorStand() {
  const trouble = { bad: 'leaks', handled: [] as string[] };
  const agent = createAgent(parcels, 'desk').handle({
    ParcelArrived: ({ data }) => {
      if (data.parcel.startsWith('refused')) throw new PermanentError(`parcel ${data.parcel} is forbidden`);
      if (trouble.bad !== '' && data.parcel.startsWith('bad'))
        throw new Error(`parcel ${data.parcel.replace('bad-', '')} ${trouble.bad}`);
      trouble.handled.push(data.parcel);
    },
    ParcelWeighed: () => undefined,
  });
  const stand = agentStand(agent.with({}));
  const { clock, payloads, ledger, deliveries, lane, services } = stand;
  const book = new MemoryDeadLetterBook(ledger);
  const returned: ReturnedCopy[] = [];
  const returns = {
    put: async (copy: ReturnedCopy) => {
      returned.push(copy);
      lane.send(copy.body);
      return Promise.resolve();
    },
  };
  const operator: OperatorServices = {
    ...{ topology: parcels, clock, book, deliveries, payloads, returns },
    pause: async (ms) => Promise.resolve(clock.advance(ms)),
  };
  const intents = new MemoryIntents(ledger, payloads);
  const publishing = {
    ...{ topology: parcels, name: 'dead-letters', clock, intents, payloads },
    kind: 'platform' as const,
    senders: services.senders,
  };
  const drain = {
    ...{ topology: parcels, clock, payloads, ledger, publishing, deliveries, returns, laneUrls: {}, starts: {} },
    ...{ intents, pending: stand.pending },
    ...{ count: () => undefined, log: services.log },
  };

  /** Receives until the lane is empty, and drains what became a dead letter. */
  const work = async (): Promise<void> => {
    for (let round = 0; round < 12; round++) {
      await stand.receive();
      for (const letter of stand.letters()) {
        await drainCopy(
          {
            ...{ copy: `drain-${letter.copy}`, body: JSON.stringify(letter), attributes: {}, returns: 0 },
            origin: { kind: 'mailbox', receiver: 'desk' },
          },
          drain,
        );
      }
      clock.advance(30_000);
    }
  };
  return {
    ...stand,
    ...{ trouble, book, returned, operator, work },
    /** Sends a parcel; each has a message id and a conversation of its own, both its name. */
    arrive: (parcel: string, data: unknown = { parcel }): string => {
      const envelope = stand.envelope('ParcelArrived', data, { id: parcel, correlationid: `c-${parcel}` });
      // In memory the intent stands before the first await.
      void intents.record([{ envelope, expected: ['desk'] }], 0);
      return stand.deliver(envelope);
    },
    delivery: async (parcel: string) => {
      const of = { correlationId: `c-${parcel}`, messageId: parcel, receiver: 'desk' };
      const [record] = await deliveries.ofMessage(of);
      return record;
    },
    letters: async () => {
      const found = [];
      for await (const letter of book.all()) found.push(letter);
      return found;
    },
    letter: async (parcel: string) => {
      for await (const letter of book.all()) if (letter.messageId === parcel) return letter;
      throw new Error(`no dead letter of ${parcel}`);
    },
  };
}
