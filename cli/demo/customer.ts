import { sentMails, sentTexts, type SentMail } from '../../infra/engines/sent-messages.js';
import type { EngineTarget } from '../../infra/engines/engine.js';
import { parseReplyReference } from '../../functions/vehicle-maintenance/customer-engagement/reply-reference.js';
import { CustomerResponded } from '../../functions/vehicle-maintenance/messages.js';
import { vehicles } from '../../functions/vehicle-maintenance/topology.js';
import { connect } from '../../shared/client/connect.js';

/** The customer of the demonstration, who stands outside the system: reads the notices and answers each once. */
export interface DemoCustomer {
  /** Reads new notices, and accepts what they propose. @returns how many were answered */
  answer(): Promise<number>;
  /** Notices by conversation. */
  readonly mails: ReadonlyMap<string, SentMail>;
}

/**
 * A customer who reads the mails and text messages that the engine kept and answers as the client `customer-portal`.
 * @param silent reads, but does not answer
 */
export async function demoCustomer(
  target: EngineTarget,
  conversations: ReadonlySet<string>,
  silent: boolean,
): Promise<DemoCustomer> {
  const portal = await connect(vehicles, { as: 'customer-portal' });
  const mails = new Map<string, SentMail>();
  const answered = new Set<string>();
  const read = new Set<string>();
  return {
    mails,
    answer: async () => {
      const [letters, texts] = await Promise.all([sentMails(target), sentTexts(target)]);
      const fresh = [...letters, ...texts].filter(({ id }) => !read.has(id));
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
      await Promise.all(
        answers.map(({ reference, correlationId }) =>
          portal.publish(CustomerResponded, { reference, answer: 'accept' }, { correlationId }),
        ),
      );
      return answers.length;
    },
  };
}
