import { createAgent, PermanentError } from 'laneway/agent';
import { EngageCustomer } from '../messages.js';
import { vehicles } from '../topology.js';
import type { CustomerDirectory } from './customer-directory.js';
import { planNotices, sendNotices } from './engage.js';
import type { OutreachStore } from './outreach-store.js';
import { parseReplyReference } from './reply-reference.js';
import { renderApproval } from './render-approval.js';
import { recordResponse } from './response-tracking.js';
import type { MailSender, TextSender } from './senders.js';

/** Stores and senders of the engagement agent. */
export interface CustomerEngagementNeeds {
  readonly directory: CustomerDirectory;
  readonly outreach: OutreachStore;
  readonly senders: { readonly mail: MailSender; readonly text: TextSender };
  /** Mail addresses of those who approve, by the name under which workflows ask for them. */
  readonly approvers: Readonly<Record<string, string>>;
}

/**
 * Sends customers notices about their vehicles, and answers the engagement when they answer. Sends mails about the decisions
 * that workflows wait for to the people who decide.
 */
export const customerEngagement = createAgent(vehicles, 'customer-engagement')
  .needs<CustomerEngagementNeeds>()
  .handle({
    EngageCustomer: async (
      { data, time, deadline, expires, correlationId, requestId },
      { deps, replyLater, effectKey, log },
    ) => {
      const { vin, severity } = data;
      const key = requestId ?? effectKey;
      const customer = await deps.directory.customerOf(vin);
      const plan = customer && planNotices(data, customer, { correlationId, requestId: key }, effectKey, time);
      if (!customer || !plan?.channels.length) {
        log.warn('nobody can be told', {
          vin,
          why: customer ? 'no channel is open' : 'no customer',
          until: plan?.deferUntil,
        });
        return { vin, outcome: 'unreachable', channels: [], severity };
      }
      const until = deadline ?? expires;
      await deps.outreach.open({
        correlationId,
        requestId: key,
        vin,
        customerId: customer.customerId,
        severity,
        channels: [...plan.channels],
        sentAt: time.toISOString(),
        deadline: until.toISOString(),
      });
      const reached = await sendNotices(plan, deps.senders);
      log.info('customer told', { vin, channels: reached });
      return replyLater({ key, within: `${Math.max(1, until.getTime() - time.getTime())} milliseconds` });
    },

    ApprovalRequested: async ({ data }, { deps, effectKey, log }) => {
      const { approvers, approval } = data;
      const to = Object.hasOwn(deps.approvers, approvers) ? deps.approvers[approvers] : undefined;
      if (to === undefined) throw new PermanentError(`'${approvers}' are to decide, and no address is bound for them`);
      await deps.senders.mail.send({ to, ...renderApproval(data), effectKey: `${effectKey}-email` });
      log.info('people are asked', { approval, approvers });
    },

    CustomerResponded: async ({ data, time }, { deps, replyTo, log }) => {
      const address = parseReplyReference(data.reference);
      if (!address)
        throw new PermanentError(`'${data.reference.slice(0, 80)}' is no reference of a notice (LW-...-...-....)`);
      const awaited = await deps.outreach.get(address.requestId);
      if (!awaited) throw new PermanentError(`no engagement waits for the answer to ${address.reference}`);
      const recorded = recordResponse(awaited, data, time);
      if (recorded === awaited && awaited.answer !== data.answer) {
        log.info('the answer changes nothing', { reference: address.reference, standing: awaited.answer ?? 'silent' });
        return;
      }
      await deps.outreach.answer(recorded);
      await replyTo(EngageCustomer, address.requestId, {
        vin: awaited.vin,
        outcome: data.answer === 'accept' ? 'accepted' : 'declined',
        channels: [...awaited.channels],
        severity: awaited.severity,
      });
    },
  });
