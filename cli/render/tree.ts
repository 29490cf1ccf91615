import type { LedgerEntry } from '../../shared/domain/evidence/conversation.js';
import { deliveryStatus, operatorLines, requestLines, storyHead } from './delivery-status.js';
import { paintPriority, plainPaint, type Paint } from './paint.js';
import { tellStory, type Story, type StoryDelivery, type StoryMessage } from './story.js';
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
  const story = tellStory(entries);
  const branches = story.roots.map((message) => messageBranch(message, story, paint));
  const requests = [...requestLines(story, paint), ...operatorLines(story, paint)];
  const unread = story.unread.map(
    (letter) => `${paint.bad(`unreadable: ${letter.reason}`)} ${letter.error.message.split('\n')[0] ?? ''}`,
  );
  return [
    ...storyHead(story, paint),
    ...branches.flatMap((branch) => ['', ...drawRoot(branch, paint)]),
    ...(requests.length === 0 ? [] : ['', ...requests]),
    ...(unread.length === 0 ? [] : ['', ...unread]),
  ].join('\n');
}

function messageBranch(message: StoryMessage, story: Story, paint: Paint): Branch {
  const { type, priority, publisher, publisherKind, channel, attempt } = message;
  const again = attempt > 1 ? `, attempt ${attempt}` : '';
  const from = publisherKind === 'agent' ? '' : ` from ${publisher}`;
  const at = paint.faint(`+${span(between(story.began, message.time))}`);
  return {
    line: `${paint.strong(type)} ${paintPriority(priority, paint)(priority)}${from} on ${channel}${again}  ${at}`,
    under: [
      ...message.deliveries.map((delivery) => deliveryBranch(message, delivery, story, paint)),
      ...(message.deliveries.length === 0 ? [{ line: paint.faint('(no subscriber)'), under: [] }] : []),
      ...message.led.map((led) => messageBranch(led, story, paint)),
    ],
  };
}

function deliveryBranch(message: StoryMessage, delivery: StoryDelivery, story: Story, paint: Paint): Branch {
  const status = deliveryStatus(message, delivery);
  const waited = status.waited === undefined ? '' : paint.faint(`  waited ${status.waited}`);
  const trouble = status.trouble === undefined ? [] : [{ line: paint.bad(status.trouble), under: [] }];
  return {
    line: `${delivery.receiver}: ${paint[status.tone](`${status.sign} ${status.text}`)}${waited}`,
    under: [...trouble, ...delivery.emitted.map((emitted) => messageBranch(emitted, story, paint))],
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
