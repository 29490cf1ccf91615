import { sentMails, sentTexts, type SentMail, type SentText } from '../../infra/engines/bridge/sent-messages.js';
import type { EngineTarget } from '../../infra/engines/engine.js';
import { CustomerResponded } from '../../functions/vehicle-maintenance/messages.js';
import { vehicles } from '../../functions/vehicle-maintenance/topology.js';
import { connect } from '../../shared/client/connect.js';
import { approvalById, decideApproval } from '../../shared/operator/requests/decide-approval.js';
import type { Actor } from '../../shared/operator/operator-services.js';
import { openDeployed } from '../context/open-deployed.js';

/** A mail to a customer or to those who approve, as its reader sees it. */
export type NoticeMail = Pick<SentMail, 'id' | 'to' | 'subject' | 'text'>;

/** A mail or a text message that the application sent. */
export type SentNotice = NoticeMail | SentText;

/** People outside the application: the notices that reach them, and the answers that they give. */
export interface Bystanders {
  /** All mails and text messages that were sent so far. */
  notices(): Promise<readonly SentNotice[]>;
  /** Accepts what a notice proposes, as the client `customer-portal`. */
  accept(reference: string, correlationId: string): Promise<unknown>;
  /** The conversation that waits for an approval; undefined when it has been decided. */
  waitingFor(approval: string): Promise<string | undefined>;
  /** Approves, as `laneway approval approve` does. */
  approve(approval: string, actor: Actor): Promise<unknown>;
}

/** The outside of the vehicle application on an engine, which keeps what was sent. */
export async function bystandersOf(target: EngineTarget): Promise<Bystanders> {
  const portal = await connect(vehicles, { as: 'customer-portal' });
  const answers = await openDeployed(vehicles);
  return {
    notices: async () => (await Promise.all([sentMails(target), sentTexts(target)])).flat(),
    accept: (reference, correlationId) =>
      portal.publish(CustomerResponded, { reference, answer: 'accept' }, { correlationId }),
    waitingFor: async (approval) => {
      const { outcome, correlationId } = await approvalById(approval, answers);
      return outcome ? undefined : correlationId;
    },
    approve: (approval, actor) => decideApproval(approval, 'approved', actor, answers),
  };
}
