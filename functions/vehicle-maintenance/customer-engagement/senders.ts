/** A mail to one receiver. */
export interface Mail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** The same for every try of the same delivery: by it, a sender that can drops repetitions, and a person recognises them. */
  readonly effectKey: string;
}

/** A text message to one phone, number in E.164. */
export interface TextMessage {
  readonly to: string;
  readonly text: string;
  readonly effectKey: string;
}

/** Answer of the mail or text service: the id under which it knows the message. */
export interface SendReceipt {
  readonly messageId: string;
}

/** Sends mails. A rejected promise means: not accepted by the service, worth another try unless the error says otherwise. */
export interface MailSender {
  send(mail: Mail): Promise<SendReceipt>;
}

/** Sends text messages, as {@link MailSender} does mails. */
export interface TextSender {
  send(message: TextMessage): Promise<SendReceipt>;
}

/** Senders that keep what they are given and drop repetitions of an effect key; for tests and harnesses. */
export function memorySenders(): { mail: MailSender & { sent: Mail[] }; text: TextSender & { sent: TextMessage[] } } {
  return { mail: memorySender<Mail>(), text: memorySender<TextMessage>() };
}

function memorySender<T extends { readonly effectKey: string }>(): {
  sent: T[];
  send(message: T): Promise<SendReceipt>;
} {
  const sent: T[] = [];
  return {
    sent,
    send: (message) => {
      if (!sent.some(({ effectKey }) => effectKey === message.effectKey)) sent.push(message);
      return Promise.resolve({ messageId: `memory-${message.effectKey}` });
    },
  };
}
