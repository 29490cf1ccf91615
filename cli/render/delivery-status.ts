import type { ReplayFacts } from '../../shared/domain/evidence/dead-letter-book.js';
import type { Account } from '../../shared/domain/evidence/conversation.js';
import { reasonOf, type DeadLetterReason } from '../../shared/domain/delivery/dead-letter.js';
import type { Paint } from './paint.js';
import type { ConversationView, DeliveryView, MessageView } from './conversation-view.js';
import { between, span } from './time.js';

/** Outcome of a delivery in words and one sign, for people. */
export interface DeliveryStatus {
  readonly tone: 'good' | 'warn' | 'bad' | 'faint';
  /** One sign, for where there is little room. */
  readonly sign: '✓' | '✗' | '…' | '⌛';
  /** In a few words: `completed in 34 ms, on try 2`. */
  readonly text: string;
  /** Code and first line of the error, when there was one. */
  readonly trouble?: string;
  /** From publishing to the first receipt: `12 ms`. */
  readonly waited?: string;
  /** From the first receipt to the last change, tries and pauses between them included: `34 ms`. */
  readonly took?: string;
}

/** Status of one delivery of `message`. */
export function deliveryStatus(message: MessageView, delivery: DeliveryView): DeliveryStatus {
  const { record } = delivery;
  if (record === undefined) {
    const dead = deadLetterStatus(delivery);
    return dead ?? { tone: 'warn', sign: '…', text: 'not received yet' };
  }
  const took = span(between(record.firstReceived, record.updated));
  const times = { waited: span(between(message.time, record.firstReceived)), took };
  const trouble = record.error === undefined ? {} : { trouble: oneLine(record.error.code, record.error.message) };
  switch (record.state) {
    case 'completed': {
      const again = record.tries > 1 ? `, on try ${record.tries}` : '';
      return { tone: 'good', sign: '✓', text: `completed in ${took}${again}`, ...times };
    }
    case 'expired':
      return { tone: 'warn', sign: '⌛', text: 'expired, not handled', ...times };
    case 'dead-lettered': {
      const reason = delivery.deadLetter?.reason ?? (record.error === undefined ? undefined : reasonOf(record.error));
      return { tone: 'bad', sign: '✗', text: dead(reason, record.tries), ...times, ...trouble };
    }
    case 'retrying':
      return { tone: 'warn', sign: '…', text: `waits for try ${record.tries + 1}`, ...times, ...trouble };
    case 'leased': {
      const { progress } = record;
      const note = progress?.note === undefined ? '' : `, ${progress.note}`;
      const done = progress === undefined ? '' : `: ${Math.round(progress.fraction * 100)} %${note}`;
      return { tone: 'faint', sign: '…', text: `being handled, try ${record.tries}${done}`, ...times, ...trouble };
    }
  }
}

/** Only the dead letter is there: it never reached a handler. */
function deadLetterStatus({ deadLetter }: DeliveryView): DeliveryStatus | undefined {
  if (deadLetter === undefined) return undefined;
  const { reason, tries, error } = deadLetter;
  return { tone: 'bad', sign: '✗', text: dead(reason, tries), trouble: oneLine(error.code, error.message) };
}

function dead(reason: DeadLetterReason | undefined, tries: number): string {
  const after = tries === 0 ? '' : ` after ${tries} ${tries === 1 ? 'try' : 'tries'}`;
  return `dead letter${after}${reason === undefined ? '' : `: ${reason}`}`;
}

function oneLine(code: string, message: string): string {
  return `${code}: ${message.split('\n')[0] ?? ''}`;
}

/** Outcomes of the deliveries of a conversation, counted: `5 deliveries: 4 completed, 1 dead-lettered`. */
export function deliveriesLine(account: Account, paint: Paint): string {
  const { expected, completed, expired, deadLettered, inFlight, missing } = account;
  const counts = [
    `${completed} completed`,
    ...(expired === 0 ? [] : [paint.warn(`${expired} expired`)]),
    ...(deadLettered === 0 ? [] : [paint.bad(`${deadLettered} dead-lettered`)]),
    ...(inFlight.length === 0 ? [] : [paint.warn(`${inFlight.length} in flight`)]),
    ...(missing.length === 0 ? [] : [paint.warn(`of these ${missing.length} not received yet`)]),
  ];
  return `${expected} ${expected === 1 ? 'delivery' : 'deliveries'}: ${counts.join(', ')}`;
}

/** Lines above a drawing: id, begin and length of the conversation, and the outcomes of its deliveries. */
export function storyHead(view: ConversationView, paint: Paint): string[] {
  const messages = `${view.messages.length} ${view.messages.length === 1 ? 'message' : 'messages'}`;
  return [
    paint.strong(`conversation ${view.correlationId}`),
    `began ${view.began}, lasted ${span(view.lasted)}; ${messages}, ${deliveriesLine(view.account, paint)}`,
  ];
}

/** Ends of the requests of a conversation, one line each, after the escalations that led to them. */
export function requestLines(view: ConversationView, paint: Paint): string[] {
  const sent = new Map(view.messages.filter(isCommand).map((message) => [message.requestId, message]));
  const ends = view.requests.map((request) => {
    const command = sent.get(request.requestId);
    const after = command === undefined ? '' : ` after ${span(between(command.time, request.at))}`;
    const state = request.state === 'late' ? 'late or repeated reply, passed over' : request.state;
    const tone = { replied: paint.good, 'timed-out': paint.bad, failed: paint.bad, late: paint.faint }[request.state];
    return `request ${command?.type ?? request.type}: ${tone(state)}${after}`;
  });
  return [...escalationLines(view, paint), ...ends];
}

/** The rungs that the requests of a conversation came to, one line each. */
function escalationLines(view: ConversationView, paint: Paint): string[] {
  return view.escalations.map(({ type, rung, attempt, because, receiver, channel, at }) => {
    const what =
      because.state === 'timed-out' ? 'RequestTimedOut' : `RequestFailed (${because.error?.code ?? 'unknown'})`;
    const whom = rung === 'person' ? 'a person is asked' : `${receiver ?? ''} on ${channel ?? ''}`;
    const next = rung === 'abort' ? 'abort' : `${rung}, attempt ${attempt}: ${whom}`;
    const after = paint.faint(`+${span(between(view.began, at))}`);
    return `escalation of ${type}: attempt ${because.attempt} ${paint.warn(what)}; ${next}  ${after}`;
  });
}

/** Acts of operators on the dead letters and requests of a conversation, one line each. */
export function operatorLines(view: ConversationView, paint: Paint): string[] {
  return view.operators.map(({ action, by, why, at, deadLetter, requestId, successor, expires, replay, party }) => {
    const more = [
      ...(successor === undefined ? [] : [`as ${successor}`]),
      ...(expires === undefined ? [] : [`expires ${expires}`]),
    ].join(', ');
    const about =
      deadLetter === undefined ? `request ${requestId ?? ''}` : `${deadLetter.reason} at ${deadLetter.receiver}`;
    if (replay) return `operator ${paint.strong(by)}: ${replayed(replay)}, ${at}: ${why}`;
    if (party !== undefined) return `operator ${paint.strong(by)}: ${action} of ${party}, ${at}: ${why}`;
    const what = `${about}${more === '' ? '' : ` (${more})`}`;
    return `operator ${paint.strong(by)}: ${action} of ${what}, ${at}: ${why}`;
  });
}

function replayed({ generation, of, as, window, messages }: ReplayFacts): string {
  if (window) return `replay of the bus from ${window.from} to ${window.to}`;
  if (generation === undefined) return `replay of ${messages ?? 0} messages that had not arrived`;
  return of === undefined
    ? `replay as generation ${generation}: conversation ${as ?? ''}`
    : `generation ${generation} of conversation ${of}`;
}

/** True for the first message of a request id, in the order of publishing: the command. Its replies come later. */
function isCommand(message: MessageView, _index: number, all: readonly MessageView[]): boolean {
  if (message.requestId === undefined) return false;
  const first = all.find((other) => other.requestId === message.requestId);
  return first === message;
}
