import { createAgent } from 'laneway/agent';
import { claims } from '../topology.js';

/** Tells people what is asked of them; a line in the log stands for the mail. */
export const letters = createAgent(claims, 'letters').handle({
  ApprovalRequested: ({ data: { title, approvers } }, { log }) =>
    log.info('asked for a decision', { title, approvers }),
});
