import { parseReplyReference } from '../../functions/vehicle-maintenance/customer-engagement/reply-reference.js';
import type { NoticeMail, Bystanders } from './demo-bystanders.js';

/** The customer of the demonstration, who stands outside the system: reads the notices and answers each once. */
export interface DemoCustomer {
  /** Reads new notices, and accepts what they propose. @returns number of notices answered */
  answer(): Promise<number>;
  /** Notices by conversation. */
  readonly mails: ReadonlyMap<string, NoticeMail>;
}

/**
 * A customer who reads the mails and text messages that were sent, and answers them.
 * @param silent reads, but does not answer
 */
export function demoCustomer(
  bystanders: Bystanders,
  conversations: ReadonlySet<string>,
  silent: boolean,
): DemoCustomer {
  const mails = new Map<string, NoticeMail>();
  const answered = new Set<string>();
  const read = new Set<string>();
  return {
    mails,
    answer: async () => {
      const fresh = (await bystanders.notices()).filter(({ id }) => !read.has(id));
      const answers = fresh.flatMap((notice) => {
        read.add(notice.id);
        const reference = parseReplyReference(notice.text);
        if (!reference || !conversations.has(reference.correlationId)) return [];
        if ('subject' in notice) mails.set(reference.correlationId, notice);
        // The same notice may come by mail and by text message; a person answers once.
        if (silent || answered.has(reference.requestId)) return [];
        answered.add(reference.requestId);
        return [reference];
      });
      await Promise.all(answers.map(({ reference, correlationId }) => bystanders.accept(reference, correlationId)));
      return answers.length;
    },
  };
}
