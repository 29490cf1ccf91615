import type { LedgerEntry } from '../../shared/domain/evidence/conversation.js';
import { deliveryStatus, operatorLines, requestLines, storyHead } from './delivery-status.js';
import { paintPriority, plainPaint, type Paint } from './paint.js';
import { viewConversation, type ConversationView, type DeliveryView, type MessageView } from './conversation-view.js';
import { between, span } from './time.js';

/** A line of the tree with the lines under it. */
interface Branch {
  readonly line: string;
  readonly under: readonly Branch[];
}

/**
 * A conversation as a tree: each message, under it its receivers with what became of the delivery, under each receiver
 * what it published. `+` counts from the beginning of the conversation.
 */
export function renderTree(entries: readonly LedgerEntry[], paint: Paint = plainPaint): string {
  const view = viewConversation(entries);
  const branches = view.roots.map((message) => messageBranch(message, view, paint));
  const requests = [...requestLines(view, paint), ...operatorLines(view, paint)];
  const unread = view.unread.map(
    (letter) => `${paint.bad(`unreadable: ${letter.reason}`)} ${letter.error.message.split('\n')[0] ?? ''}`,
  );
  return [
    ...storyHead(view, paint),
    ...branches.flatMap((branch) => ['', ...drawRoot(branch, paint)]),
    ...(requests.length === 0 ? [] : ['', ...requests]),
    ...(unread.length === 0 ? [] : ['', ...unread]),
  ].join('\n');
}

function messageBranch(message: MessageView, view: ConversationView, paint: Paint): Branch {
  const { type, priority, publisher, publisherKind, channel, attempt } = message;
  const again = attempt > 1 ? `, attempt ${attempt}` : '';
  const from = publisherKind === 'agent' ? '' : ` from ${publisher}`;
  const at = paint.faint(`+${span(between(view.began, message.time))}`);
  return {
    line: `${paint.strong(type)} ${paintPriority(priority, paint)(priority)}${from} on ${channel}${again}  ${at}`,
    under: [
      ...message.deliveries.map((delivery) => deliveryBranch(message, delivery, view, paint)),
      ...(message.deliveries.length === 0 ? [{ line: paint.faint('(no subscriber)'), under: [] }] : []),
      ...message.led.map((led) => messageBranch(led, view, paint)),
    ],
  };
}

function deliveryBranch(message: MessageView, delivery: DeliveryView, view: ConversationView, paint: Paint): Branch {
  const status = deliveryStatus(message, delivery);
  const waited = status.waited === undefined ? '' : paint.faint(`  waited ${status.waited}`);
  const trouble = status.trouble === undefined ? [] : [{ line: paint.bad(status.trouble), under: [] }];
  return {
    line: `${delivery.receiver}: ${paint[status.tone](`${status.sign} ${status.text}`)}${waited}`,
    under: [...trouble, ...delivery.emitted.map((emitted) => messageBranch(emitted, view, paint))],
  };
}

function drawRoot(branch: Branch, paint: Paint): string[] {
  return [branch.line, ...drawUnder(branch, '', paint)];
}

function drawUnder(branch: Branch, indent: string, paint: Paint): string[] {
  return branch.under.flatMap((child, index) => {
    const last = index === branch.under.length - 1;
    const twig = paint.faint(`${indent}${last ? '└─' : '├─'}`);
    return [`${twig} ${child.line}`, ...drawUnder(child, `${indent}${last ? '   ' : '│  '}`, paint)];
  });
}
