import { account, orderCausally, type Account, type LedgerEntry } from '../../domain/evidence/conversation.js';
import type { Emission } from '../../domain/delivery/delivery.js';
import { parseSource, type Envelope } from '../../domain/wire/envelope.js';
import { WorkflowCompleted } from '../../message/system-messages.js';

/** A message of a conversation. */
export type SentMessage = Pick<Envelope, 'id' | 'type' | 'data' | 'channel' | 'priority' | 'time'> & {
  /** `agent.<id>`, `client.<id>`, `platform.<name>` or `ingress.<name>`. */
  readonly from: string;
  /** Agents that are to receive it. */
  readonly expected: readonly string[];
  /** Id that joins a request and its reply; absent for other messages. */
  readonly requestId?: string;
};

/** End of one workflow of a conversation. */
export interface WorkflowEnding {
  /** Name of the workflow. */
  readonly workflow: string;
  /** `failed` also for an execution that was stopped or ran out of time. */
  readonly status: 'succeeded' | 'failed';
  /** Name given to `flow.complete` or `flow.fail`, or the name of the error. */
  readonly result: string;
}

/** A conversation as the ledger has it at one moment: a value that does not change when the world goes on. */
export class HarnessConversation {
  /** Entries of the ledger, in causal order. */
  readonly entries: readonly LedgerEntry[];
  /** Counts of the conversation's deliveries by their outcome, and those that have none yet. */
  readonly account: Account;

  constructor(
    /** Correlation id of the conversation. */
    readonly correlationId: string,
    entries: readonly LedgerEntry[],
  ) {
    this.entries = orderCausally(entries);
    this.account = account(this.entries);
  }

  /** Messages, in causal order; of one type when it is given. */
  messages(type?: { readonly name: string }): readonly SentMessage[] {
    const found = new Map<string, SentMessage>();
    for (const entry of this.entries) {
      if (entry.kind === 'message') {
        const { envelope, expected } = entry.intent;
        found.set(envelope.id, sent(envelope, envelope.source, expected));
      } else if (entry.kind === 'delivery') {
        for (const emission of entry.delivery.emissions)
          found.set(emission.id, sent(emission, `.agent.${entry.delivery.receiver}`, emission.expected));
      }
    }
    return [...found.values()].filter((message) => type === undefined || message.type === type.name);
  }

  /** Ends of the workflows that a message of it started. */
  get endings(): readonly WorkflowEnding[] {
    return this.messages(WorkflowCompleted).map(({ data }) => data as WorkflowEnding);
  }

  /** The conversation as text, one line for each entry, to be printed when a test fails. */
  get sequence(): string {
    const [first] = this.entries;
    if (!first) return `conversation ${this.correlationId}: nothing in the ledger`;
    const began = Date.parse(first.at);
    const lines = this.entries.map((entry) => {
      const after = ((Date.parse(entry.at) - began) / 1000).toFixed(3).padStart(10);
      return `${after} s  ${describe(entry)}`;
    });
    const { expected, completed, expired, deadLettered, inFlight } = this.account;
    const open = inFlight.map(({ type, receiver, state }) => `${type} -> ${receiver} (${state})`).join(', ');
    return [
      `conversation ${this.correlationId}`,
      ...lines,
      `${expected} deliveries expected: ${completed} completed, ${expired} expired, ${deadLettered} dead letters, ${inFlight.length} in flight${open === '' ? '' : `: ${open}`}`,
    ].join('\n');
  }
}

function sent(message: Envelope | Emission, source: string, expected: readonly string[]): SentMessage {
  const { id, type, data, channel, priority, time, requestid: requestId } = message;
  const own = { id, type, data, channel, priority, time, from: fromOf(source), expected };
  return requestId === undefined ? own : { ...own, requestId };
}

function fromOf(source: string): string {
  const parsed = parseSource(source);
  return parsed ? `${parsed.kind}.${parsed.name}` : source.replace(/^\./, '');
}

function describe(entry: LedgerEntry): string {
  switch (entry.kind) {
    case 'message': {
      const { type, source, priority } = entry.intent.envelope;
      return `${fromOf(source)} publishes ${type} (${priority}) for ${names(entry.intent.expected)}`;
    }
    case 'delivery': {
      const { facts, receiver, state, tries, emissions, error } = entry.delivery;
      const what = `${receiver} on ${facts.type}: ${state}${tries > 1 ? ` after ${tries} tries` : ''}`;
      const why = error === undefined ? '' : ` (${error.code}: ${error.message.split('\n')[0] ?? ''})`;
      const then = emissions.map(({ type, expected }) => `${type} for ${names(expected)}`).join('; ');
      return `${what}${why}${then === '' ? '' : `, publishes ${then}`}`;
    }
    case 'dead-letter': {
      const { receiver, reason, error } = entry.deadLetter;
      return `dead letter of ${receiver}, ${reason}: ${error.code}: ${error.message.split('\n')[0] ?? ''}`;
    }
    case 'operator':
      return `${entry.operator.by}: ${entry.operator.action} (${entry.operator.why})`;
    case 'escalation': {
      const { type, rung, attempt, because, receiver } = entry.escalation;
      const who = receiver === undefined ? '' : ` by ${receiver}`;
      const next = rung === 'abort' ? 'abort' : `${rung}, attempt ${attempt}${who}`;
      return `request ${type}: attempt ${because.attempt} ${because.state}: ${next}`;
    }
    case 'request':
      return `request ${entry.request.type}: ${entry.request.state} (${entry.request.by})`;
  }
}

function names(expected: readonly string[]): string {
  return expected.length === 0 ? 'nobody' : expected.join(', ');
}
