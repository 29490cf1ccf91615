import type { LedgerEntry } from '../../domain/evidence/conversation.js';
import type { OperatorEntry, ReplayFacts } from '../../domain/evidence/dead-letter-book.js';
import { derivedId } from '../../domain/base/ids.js';
import type { Ports } from '../../domain/ports.js';
import type { Senders } from '../../publishing/send-messages.js';
import type { Topology } from '../../topology/topology.js';
import type { Actor } from '../operator-services.js';

/** Ports and settings of a replay. */
export interface ReplayServices extends Pick<Ports, 'clock' | 'conversations' | 'payloads' | 'intents'> {
  readonly topology: Topology;
  readonly senders: Senders;
  readonly book: Pick<Ports['book'], 'record'>;
  /** Waits so many milliseconds. */
  readonly pause: (ms: number) => Promise<unknown>;
}

/** Options of a replay. */
export interface ReplayOptions {
  /** True to look only, and change nothing. @defaultValue false */
  readonly dryRun?: boolean;
  /** Messages a second, at most. @defaultValue as fast as they can be sent */
  readonly rate?: number;
  /** Number from 1 of the generation to make. Without it, messages that have not arrived are sent again as they were. */
  readonly generation?: number;
}

/** Result for one message of a replayed conversation. */
export interface ReplayedMessage {
  readonly messageId: string;
  readonly type: string;
  /** Agents and workflows (`workflow:<name>`) that are to get it. */
  readonly receivers: readonly string[];
  /** `already`: this generation has the message; nothing was sent. */
  readonly result: 'sent' | 'would-send' | 'already' | 'skipped' | 'failed';
  /** Reason for `skipped` or `failed`. */
  readonly why?: string;
  /** Its id in the new generation. */
  readonly as?: string;
}

/** Result for one replayed conversation. */
export interface ReplayReport {
  readonly conversation: string;
  /** The conversation of the new generation. */
  readonly as?: string;
  readonly messages: readonly ReplayedMessage[];
}

/** A conversation to be replayed; `entries` where the ledger table may have forgotten it. */
export interface ReplaySubject {
  readonly conversation: string;
  readonly entries?: readonly LedgerEntry[];
}

/** The entry of the ledger about a replay in `conversation`; the same replay of a generation is the same entry. */
export function replayEntry(conversation: string, actor: Actor, at: string, replay: ReplayFacts): OperatorEntry {
  const { generation, of = conversation } = replay;
  const { by, why } = actor;
  return {
    id: derivedId('operator', 'replay', of, generation === undefined ? at : String(generation)),
    correlationId: conversation,
    action: 'replay',
    ...{ by, why, at, replay },
  };
}
