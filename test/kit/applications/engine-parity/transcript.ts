import { createHash } from 'node:crypto';
import { type LedgerEntry, orderCausally } from '../../../../shared/domain/evidence/conversation.js';
import type { WorkflowDefinition } from 'laneway/workflow';
import { messagesIn, type SeenMessage } from './seen-messages.js';
import { comesBefore, instancesOf, PHASES, type ExecutionInstance, type StepInstance } from './step-instances.js';

/** A conversation whose workflow has ended. */
export interface Conversation {
  readonly workflow: WorkflowDefinition;
  readonly startId: string;
  readonly correlationId: string;
  readonly entries: readonly LedgerEntry[];
  /** The later a message came about, the more; the same where that is not known. */
  readonly order: (messageId: string) => number | undefined;
}

/** Key by which a line is sorted, and the line. */
interface Line {
  readonly sort: readonly (number | string)[];
  readonly text: string;
}

/** Order of the messages about one attempt of a request; what is not named is a command, or the end of it. */
const RANKS: Readonly<Record<string, number>> = {
  ...{ RequestFailed: 20, ErrorReported: 21, RequestTimedOut: 22, PersonNeeded: 23 },
  ...{ ApprovalRequested: 10, ApprovalDecided: 30, AgentFailed: 40 },
};

/**
 * Transcript of a conversation, one line for each message, delivery, and end of a request, with names in place of ids and times.
 * In the order of the definition: branches and elements one after the other, whichever was faster. That what the definition
 * puts in an order was in that order is looked at apart from that: what was not is a line of its own.
 */
export function transcript(conversation: Conversation, definitions: readonly WorkflowDefinition[]): string[] {
  const entries = orderCausally(conversation.entries);
  const names = new Names(conversation, entries, definitions);
  const lines = [
    ...names.messages.map((message) => lineOf(message, names)),
    ...entries.flatMap((entry) => others(entry, names)),
  ];
  lines.sort((a, b) => compare(a.sort, b.sort) || (a.text < b.text ? -1 : 1));
  return [...lines.map(({ text }) => text), ...outOfOrder(conversation, entries, names)];
}

/** Names of all that has an id. */
class Names {
  readonly messages: readonly SeenMessage[];
  readonly executions: readonly ExecutionInstance[];
  readonly steps: readonly StepInstance[];
  readonly #byId: ReadonlyMap<string, SeenMessage>;

  constructor(
    { workflow, startId, correlationId }: Conversation,
    entries: readonly LedgerEntry[],
    definitions: readonly WorkflowDefinition[],
  ) {
    this.messages = messagesIn(entries);
    this.#byId = new Map(this.messages.map((message) => [message.id, message]));
    const requests = entries.flatMap((entry) => (entry.kind === 'request' ? [entry.request.requestId] : []));
    const known = new Set([
      ...this.messages.flatMap(({ id, requestId }) => [id, ...(requestId === undefined ? [] : [requestId])]),
      ...requests,
      ...this.messages.flatMap(({ data }) => textsIn(data, ['approval', 'requestId'])),
    ]);
    const keys = new Set(this.messages.flatMap(({ subject, data }) => [...wordsIn(subject), ...wordsIn(data)]));
    const found = instancesOf({ workflow, startId, correlationId }, definitions, known, keys);
    this.executions = found.executions;
    this.steps = found.steps;
    this.startId = startId;
  }

  readonly startId: string;

  /** Meaning of an id, and where it stands. */
  place(id: string, depth = 0): { readonly name: string; readonly sort: readonly (number | string)[] } | undefined {
    if (id === this.startId) return { name: 'start', sort: [0] };
    for (const { label, sort, messageId, requestId, undo } of this.steps) {
      if (id === messageId || id === requestId) return { name: label, sort };
      const last = sort.lastIndexOf(PHASES.steps);
      if (id === undo.messageId || id === undo.requestId) {
        const reversed = sort.slice(this.#ownDepth(sort, last)).map((at) => -at);
        return {
          name: `undo of ${label}`,
          sort: [...sort.slice(0, this.#ownDepth(sort, last) - 1), PHASES.undone, ...reversed],
        };
      }
    }
    const message = this.#byId.get(id);
    return message && depth < 8 ? this.of(message, depth + 1) : undefined;
  }

  /** Names the subject of a message. */
  of(message: SeenMessage, depth = 0): { readonly name: string; readonly sort: readonly (number | string)[] } {
    const own = this.steps.find(({ messageId, undo }) => messageId === message.id || undo.messageId === message.id);
    if (own || message.id === this.startId) return this.place(message.id) ?? { name: '?', sort: [9] };
    const execution = this.executions.find(({ name }) => textsIn(message.data, ['execution']).includes(name));
    const about = [
      ...(message.requestId === undefined ? [] : [message.requestId]),
      ...textsIn(message.data, ['requestId', 'approval', 'id']),
    ];
    if (about.length === 0 && execution) {
      const phase = { WorkflowStarted: PHASES.started, WorkflowCompensated: PHASES.told }[message.type] ?? PHASES.ended;
      return { name: `${execution.label}workflow`, sort: [...execution.sort, phase] };
    }
    for (const id of about) {
      const found = this.place(id, depth);
      if (found) return found;
    }
    if (message.cause === undefined) return { name: `outside ${message.subject ?? ''}`.trim(), sort: [8] };
    return {
      name: `after ${this.place(message.cause, depth)?.name ?? '?'}`,
      sort: this.place(message.cause, depth)?.sort ?? [9],
    };
  }

  /** A text with names in place of ids and times. */
  text(given: string): string {
    return given
      .replace(/[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}/g, (id) => `<${this.#label(id)}>`)
      .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, '<time>');
  }

  #label(id: string): string {
    const message = this.#byId.get(id);
    const name = this.place(id)?.name ?? 'id';
    if (!message || id === this.startId) return name;
    return `${name} ${message.type}${message.attempt > 1 ? ` ${message.attempt}` : ''}`;
  }

  /** Levels of a sort key that are those of the executions around. */
  #ownDepth(sort: readonly number[], fallback: number): number {
    const around = this.executions
      .map((execution) => execution.sort)
      .filter((outer) => outer.every((at, level) => at === sort[level]) && sort[outer.length] === PHASES.steps)
      .map((outer) => outer.length);
    return Math.max(...around, fallback === -1 ? 0 : 0) + 1;
  }
}

function lineOf(message: SeenMessage, names: Names): Line {
  const { name, sort } = names.of(message);
  const attempt = attemptOf(message);
  const cause = message.cause === undefined ? '' : `, caused by ${names.text(message.cause)}`;
  const about = message.subject === undefined ? '' : `, about ${names.text(message.subject)}`;
  const to = message.to.length === 0 ? 'nobody' : [...message.to].sort().join(', ');
  const how = `${message.channel}, ${message.priority}${attempt > 1 ? `, attempt ${attempt}` : ''}${about}${cause}`;
  const data = message.byReference ? '<by reference>' : shortened(names.text(sortedJson(told(message))));
  return {
    sort: [
      ...sort,
      'm',
      attempt,
      RANKS[message.type] ?? (message.from.startsWith('agent.') ? 30 : 0),
      message.type,
      data,
    ],
    text: `${name}: ${message.type} from ${fromOf(message, name)} to ${to} (${how}) ${data}`,
  };
}

/** The function that goes on with an undoing depends on which step is undone first: of branches, any may be. */
function fromOf({ from, type }: SeenMessage, name: string): string {
  const undoes = name.startsWith('undo of ') || type === 'WorkflowCompensated';
  return undoes && from.startsWith('platform.') ? 'platform' : from;
}

/** The words of an engine are its own: compared is what is ours. */
function told({ type, data }: SeenMessage): unknown {
  const given = data as {
    readonly result?: string;
    readonly undone?: readonly string[];
    readonly notUndone?: readonly string[];
  };
  if (type === 'WorkflowCompensated')
    return { ...given, undone: [...(given.undone ?? [])].sort(), notUndone: [...(given.notUndone ?? [])].sort() };
  return data;
}

function others(entry: LedgerEntry, names: Names): Line[] {
  const at = (id: string | undefined) =>
    (id === undefined ? undefined : names.place(id)) ?? { name: 'unknown', sort: [9] };
  const line = (place: ReturnType<typeof at>, rank: number, what: string): Line[] => [
    { sort: [...place.sort, 'z', rank, names.text(what)], text: `${place.name}: ${names.text(what)}` },
  ];
  switch (entry.kind) {
    case 'message':
      return [];
    case 'delivery': {
      const { messageId, receiver, state, error, facts } = entry.delivery;
      const why = error === undefined ? '' : ` (${error.code}: ${error.message})`;
      const attempt = facts.attempt > 1 ? `, attempt ${facts.attempt}` : '';
      return line(at(messageId), 1, `${facts.type}${attempt} was ${state} by ${receiver}${why}`);
    }
    case 'dead-letter': {
      const { messageId, receiver, reason, error } = entry.deadLetter;
      return line(at(messageId), 2, `dead letter of ${receiver}: ${reason} ${error.code}: ${error.message}`);
    }
    case 'escalation': {
      const { requestId, rung, attempt, receiver, because } = entry.escalation;
      const who = receiver === undefined ? '' : ` by ${receiver}`;
      return line(at(requestId), 3, `attempt ${because.attempt} ${because.state}: ${rung}, attempt ${attempt}${who}`);
    }
    case 'operator': {
      const { requestId, messageId, action, by, why } = entry.operator;
      return line(at(requestId ?? messageId), 4, `${action} by ${by}: ${why}`);
    }
    case 'request': {
      const { requestId, type, state } = entry.request;
      return line(at(requestId), 5, `request ${type} ${state}`);
    }
  }
}

/** Steps, and undoings, that began before what they follow had ended. */
function outOfOrder({ order }: Conversation, entries: readonly LedgerEntry[], names: Names): string[] {
  const ends = new Map<string, number>();
  for (const entry of entries) {
    if (entry.kind !== 'request' || ends.has(entry.request.requestId)) continue;
    const at = order(entry.request.by);
    if (at !== undefined) ends.set(entry.request.requestId, at);
  }
  const lines: string[] = [];
  for (const a of names.steps) {
    for (const b of names.steps.filter((other) => comesBefore(a, other))) {
      const [ended, began] = [ends.get(a.requestId) ?? order(a.messageId), order(b.messageId)];
      if (ended !== undefined && began !== undefined && began < ended)
        lines.push(`out of order: ${b.label} began before ${a.label} had ended`);
      const [undone, undoing] = [ends.get(b.undo.requestId), order(a.undo.messageId)];
      if (undone !== undefined && undoing !== undefined && undoing < undone)
        lines.push(`out of order: ${a.label} was undone before ${b.label} was`);
    }
  }
  return lines.sort();
}

function attemptOf(message: SeenMessage): number {
  const { attempt } = (message.data ?? {}) as { readonly attempt?: unknown };
  return typeof attempt === 'number' ? attempt : message.attempt;
}

function textsIn(data: unknown, fields: readonly string[]): string[] {
  if (typeof data !== 'object' || data === null) return [];
  return fields.flatMap((field) => {
    const found = (data as Readonly<Record<string, unknown>>)[field];
    return typeof found === 'string' ? [found] : [];
  });
}

/** Every short text at any depth: what a key may be. */
function* wordsIn(data: unknown): Generator<string> {
  if (typeof data === 'string' && data.length <= 40) yield data;
  if (typeof data === 'object' && data !== null) for (const part of Object.values(data)) yield* wordsIn(part);
}

/** JSON whose fields are in the order of their names: a table does not keep another. */
export function sortedJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}

function shortened(text = 'nothing'): string {
  if (text.length <= 400) return text;
  const digest = createHash('sha256').update(text).digest('hex').slice(0, 16);
  return `${text.slice(0, 200)}... (${text.length} characters, ${digest})`;
}

function compare(a: readonly (number | string)[], b: readonly (number | string)[]): number {
  for (let level = 0; level < Math.min(a.length, b.length); level++) {
    const [one = 0, other = 0] = [a[level], b[level]];
    if (one === other) continue;
    if (typeof one === typeof other) return one < other ? -1 : 1;
    // What is said of a step stands before what is within it.
    return typeof one === 'string' ? -1 : 1;
  }
  return a.length - b.length;
}
