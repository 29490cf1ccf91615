import { approvalIn } from '../../functions/vehicle-maintenance/customer-engagement/render-approval.js';
import type { Bystanders } from './demo-bystanders.js';

/** The service desk of the demonstration: reads its mail, and decides what it is asked for. */
export interface DemoServiceDesk {
  /** Reads new mails, and approves what they ask for. @returns number of approvals */
  decide(): Promise<number>;
}

/** A service desk that approves every repair it gets a mail about, of these conversations. */
export function demoServiceDesk(bystanders: Bystanders, conversations: ReadonlySet<string>): DemoServiceDesk {
  const read = new Set<string>();
  return {
    decide: async () => {
      const mails = (await bystanders.notices()).filter(({ id }) => !read.has(id));
      const asked = mails.flatMap(({ id, text }) => {
        read.add(id);
        return approvalIn(text) ?? [];
      });
      const approved = await Promise.all(
        // The second request is about the same approval.
        [...new Set(asked)].map(async (approval) => {
          const conversation = await bystanders.waitingFor(approval);
          if (conversation === undefined || !conversations.has(conversation)) return 0;
          await bystanders.approve(approval, { by: 'demo service desk', why: 'cheaper than a breakdown' });
          return 1;
        }),
      );
      return approved.reduce<number>((sum, one) => sum + one, 0);
    },
  };
}
