import type { Story, StoryDelivery, StoryMessage } from './story.js';

/** One hop of a conversation: a message to one receiver, or to nobody. */
export interface SequenceStep {
  readonly message: StoryMessage;
  readonly delivery?: StoryDelivery;
  /** Not the first receiver of its message. */
  readonly repeated: boolean;
}

/** The hops in the order in which their messages were published; a message without subscribers is a step as well. */
export function stepsOf(story: Story): SequenceStep[] {
  return story.messages.flatMap((message): SequenceStep[] =>
    message.deliveries.length === 0
      ? [{ message, repeated: false }]
      : message.deliveries.map((delivery, index) => ({ message, delivery, repeated: index > 0 })),
  );
}

/** Who takes part, in the order of their first appearance. */
export function participantsOf(story: Story): string[] {
  const names = stepsOf(story).flatMap(({ message, delivery }) =>
    delivery === undefined ? [message.publisher] : [message.publisher, delivery.receiver],
  );
  return [...new Set(names)];
}
