import type { DeadLetterEntry } from '../domain/delivery/dead-letter.js';
import { LanewayError } from '../domain/base/errors.js';
import { derivedId } from '../domain/base/ids.js';
import type { Clock } from '../domain/base/clock.js';
import type { DeadLetterBook, OperatorEntry } from '../domain/evidence/dead-letter-book.js';
import type { DeliveryStore } from '../domain/delivery/delivery-store.js';
import type { LaneReturns } from '../domain/wire/message-bus.js';
import type { PayloadStore } from '../domain/wire/payload-store.js';
import type { Topology } from '../topology/topology.js';

/** Ports and settings for the actions of operators on dead letters. */
export interface OperatorServices {
  readonly topology: Topology;
  readonly clock: Clock;
  readonly book: DeadLetterBook;
  readonly deliveries: DeliveryStore;
  readonly payloads: PayloadStore;
  readonly returns: LaneReturns;
  /** Waits so many milliseconds. */
  readonly pause: (ms: number) => Promise<unknown>;
}

/** The person or program that acts, and its reason; the ledger keeps both. */
export interface Actor {
  /** Name of the person or program, as the ledger keeps it; not empty. */
  readonly by: string;
  /** Reason in words; not empty. */
  readonly why: string;
}

/** The entry of the ledger about an action. Its id follows from the letter and its state, so that a repetition is the same. */
export function operatorEntry(
  action: OperatorEntry['action'],
  letter: DeadLetterEntry,
  actor: Actor,
  at: string,
  more: Pick<OperatorEntry, 'successor' | 'expires'> = {},
): OperatorEntry {
  const { id, correlationId, messageId, receiver, reason, signature, tries, redrives = 0 } = letter;
  return {
    id: derivedId('operator', action, id, String(redrives), letter.at),
    correlationId,
    action,
    ...actor,
    at,
    deadLetter: { id, receiver, reason, signature, tries },
    ...(messageId === undefined ? {} : { messageId }),
    ...more,
  };
}

/** @throws LanewayError INVALID_OPTION without a name or a reason */
export function checkActor({ by, why }: Actor): void {
  if (by.trim() === '') {
    throw new LanewayError('INVALID_OPTION', 'nobody is named who acts, and the system knows no login name', {
      help: ['give your name: --by <name>; it stands in the ledger'],
    });
  }
  if (why.trim() === '') {
    throw new LanewayError('INVALID_OPTION', 'the reason is empty', {
      help: ['say why: --why <text> (approval: --reason <text>); it stands in the ledger'],
    });
  }
}
