import type { ConversationView, DeliveryView, MessageView } from './conversation-view.js';

/** One hop of a conversation: a message to one receiver, or to nobody. */
export interface SequenceStep {
  readonly message: MessageView;
  readonly delivery?: DeliveryView;
  /** Not the first receiver of its message. */
  readonly repeated: boolean;
}

/** The hops in the order in which their messages were published; a message without subscribers is a step as well. */
export function stepsOf(view: ConversationView): SequenceStep[] {
  return view.messages.flatMap((message): SequenceStep[] =>
    message.deliveries.length === 0
      ? [{ message, repeated: false }]
      : message.deliveries.map((delivery, index) => ({ message, delivery, repeated: index > 0 })),
  );
}

/** Names of publishers and receivers, in the order of their first appearance. */
export function participantsOf(view: ConversationView): string[] {
  const names = stepsOf(view).flatMap(({ message, delivery }) =>
    delivery === undefined ? [message.publisher] : [message.publisher, delivery.receiver],
  );
  return [...new Set(names)];
}
