import type { SupervisedExecutions } from '../../domain/execution/executions.js';
import type { Ports } from '../../domain/ports.js';
import type { DeadLetterQueue } from '../../domain/delivery/dead-letter.js';
import type { LaneReceipts } from '../../domain/wire/message-bus.js';
import type { MortalProcess, Points } from './mortal-process.js';
import type { OutagePort } from './outages.js';

/** Ports of a world: all of an application in memory, without archive, chains and seals. */
export interface WorldPorts extends Omit<
  Ports,
  'archive' | 'archiveWriter' | 'busArchive' | 'chains' | 'conversations' | 'executions' | 'seals' | 'sealSigner'
> {
  readonly executions: SupervisedExecutions;
}

/** Points that an agent's process passes at calls of stores. */
const POINTS: Readonly<Record<string, Points>> = {
  'deliveries.lease': { before: 'before-lease', after: 'after-lease' },
  'deliveries.settle': { before: 'before-outcome', after: 'after-outcome' },
};

/**
 * Calls past the plan's random faults: which messages are counted follows from their ids, which no seed gives, and when pauses are
 * read from the time alone.
 */
const PAST = new Set(['deliveries.countConversation', 'pauses.recent', 'pauses.noteWaiting']);

/** The same ports as one process reaches them: by its clock, by the fault plan, and no longer once it has died. */
export function portsOf(process: MortalProcess, ports: WorldPorts): WorldPorts {
  if (!process.faults.isPossible && !process.isConfined) return ports;
  const { bus, lanes, choices, clock: _clock, unreadable, ...stores } = ports;
  const reached: Partial<Record<keyof typeof stores, object>> = {};
  for (const name of Object.keys(stores) as (keyof typeof stores)[])
    reached[name] = reachedPort(process, name, stores[name]);
  const own = reached as typeof stores;
  return {
    ...own,
    // The ledger has a clock of its own, in whose terms it keeps what is due.
    intents: {
      record: (given, due) => own.intents.record(given, due + ports.clock.now() - process.clock.now()),
      due: (...given) => own.intents.due(...given),
      find: (message) => own.intents.find(message),
    },
    clock: process.clock,
    // What a process remembers is outside of nothing: no fault is on the way to it.
    ...{ choices, unreadable },
    bus: { publish: (envelopes) => process.send('bus', envelopes, (some) => bus.publish(some)) },
    lanes: { send: (messages) => process.send('lanes', messages, (some) => lanes.send(some)) },
  };
}

/** Receipts as one process reaches them. */
export function processReceipts(process: MortalProcess, receipts: LaneReceipts): LaneReceipts {
  return process.faults.isPossible ? reachedPort(process, 'receipts', receipts) : receipts;
}

/** A dead letter queue as one process reaches it. */
export function deadLettersOf(process: MortalProcess, letters: DeadLetterQueue): DeadLetterQueue {
  return process.faults.isPossible ? reachedPort(process, 'deadLetters', letters) : letters;
}

type Call = (...given: unknown[]) => Promise<unknown>;
type Walk = (...given: unknown[]) => AsyncGenerator<unknown>;

/** Any port: each of its calls is one of the process, each of its walks over many records begins with one. */
function reachedPort<Port extends object>(process: MortalProcess, name: OutagePort, port: Port): Port {
  return new Proxy(port, {
    get: (target, key) => {
      const member: unknown = Reflect.get(target, key, target);
      if (typeof member !== 'function') return member;
      if (isWalk(member)) {
        return async function* (...given: unknown[]) {
          await process.call(name, () => Promise.resolve());
          yield* member.apply(target, given);
        };
      }
      const call = `${name}.${String(key)}`;
      const effect = (given: unknown[]) => () => (member as Call).apply(target, given);
      return (...given: unknown[]) =>
        PAST.has(call) ? process.callPast(name, effect(given)) : process.call(name, effect(given), POINTS[call]);
    },
  });
}

function isWalk(member: object): member is Walk {
  return Object.prototype.toString.call(member) === '[object AsyncGeneratorFunction]';
}
