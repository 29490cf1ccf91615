import { defined } from '../domain/base/defined.js';
import type { DeadLetterEntry } from '../domain/delivery/dead-letter.js';
import { LanewayError } from '../domain/base/errors.js';
import { derivedId } from '../domain/base/ids.js';
import type { OperatorEntry } from '../domain/evidence/dead-letter-book.js';
import type { Ports } from '../domain/ports.js';
import type { Topology } from '../topology/topology.js';

/** Ports and settings for the actions of operators on dead letters. */
export interface OperatorServices extends Pick<Ports, 'clock' | 'book' | 'deliveries' | 'payloads' | 'returns'> {
  readonly topology: Topology;
  /** Waits so many milliseconds. */
  readonly pause: (ms: number) => Promise<unknown>;
}

/** The person or program that acts, and its reason; the ledger keeps both. */
export interface Actor {
  /** The person or program, as the ledger keeps it; not empty. Of commands it begins with the identity of the credentials. */
  readonly by: string;
  /** Reason in words; not empty. */
  readonly why: string;
}

/** The entry of the ledger about an action. Its id follows from the dead letter and its state, so that a repetition is the same. */
export function operatorEntry(
  action: OperatorEntry['action'],
  letter: DeadLetterEntry,
  actor: Actor,
  more: Pick<OperatorEntry, 'at' | 'successor' | 'expires' | 'vouched'>,
): OperatorEntry {
  const { id, correlationId, messageId, receiver, reason, signature, tries, redrives = 0 } = letter;
  return {
    id: derivedId('operator', action, id, String(redrives), letter.at),
    correlationId,
    action,
    ...actor,
    deadLetter: { id, receiver, reason, signature, tries },
    ...defined({ messageId }),
    ...more,
  };
}

/** @throws LanewayError INVALID_OPTION without a name or a reason */
export function checkActor({ by, why }: Actor): void {
  if (by.trim() === '') {
    throw new LanewayError('INVALID_OPTION', 'nobody is named who acts', {
      help: ['give your name: --by <name>; it stands in the ledger'],
    });
  }
  if (why.trim() === '') {
    throw new LanewayError('INVALID_OPTION', 'the reason is empty', {
      help: ['say why: --why <text> (approval: --reason <text>); it stands in the ledger'],
    });
  }
}
