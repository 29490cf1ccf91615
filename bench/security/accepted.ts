import type { Accepted } from './matrix.js';

/**
 * Possibilities that the work of a role takes. The roles here run the platform's own code, which handles neither the text of a
 * model nor code of an agent, or belong to whoever decides anyway. An entry that nothing needs any more fails the run.
 */
export const ACCEPTED: readonly Accepted[] = [
  {
    ...{ attack: 'forge-intent', role: /platform sweeper$/, severity: 'medium' },
    why: 'settles what others recorded, and so writes their rows; it runs no code of an application',
  },
  {
    ...{ attack: 'forge-decision', role: /platform sweeper$/, severity: 'medium' },
    why: 'sends the messages that the page of approvals recorded, and settles them',
  },
  {
    ...{ attack: 'forge-decision', role: /platform deadlines$/, severity: 'medium' },
    why: 'decides for the silent when the time of an approval is over',
  },
  {
    ...{ attack: 'publish-as-platform', role: /platform sweeper$/, severity: 'medium' },
    why: 'sends what the platform and its operators recorded and could not send',
  },
  {
    ...{ attack: 'publish-as-another', role: /platform sweeper$/, severity: 'medium' },
    why: 'sends what others recorded and could not send, under their names; whose it is follows from the key of the row',
  },
  {
    ...{ attack: 'publish-undeclared', role: /page approval-page$/, severity: 'low' },
    why: 'is the one that publishes decisions: under its own source, after KMS has verified the link',
  },
  {
    ...{
      attack: 'publish-undeclared',
      role: /platform (sweeper|replies|deadlines|dispatcher|workflow-events|supervisor)$/,
      severity: 'low',
    },
    why: "sends the application's types for requests and steps, under its own source; types of the system that are not its own are denied",
  },
  {
    ...{ attack: 'write-into-lane', role: /platform/, severity: 'low' },
    why: 'sends commands of direct channels, or returns copies to the lane in which they died',
  },
  {
    ...{ attack: 'prewrite-delivery', role: /platform (dead-letters|sweeper|replies)$/, severity: 'medium' },
    why: 'settles deliveries that died, were lost or were taken back',
  },
  {
    ...{ attack: 'forge-breaker', role: /platform sweeper$/, severity: 'medium' },
    why: 'may write every row of the ledger, as it settles what others recorded; it runs no code of an application',
  },
  {
    ...{ attack: 'forge-later-reply', role: /platform sweeper$/, severity: 'medium' },
    why: 'may write every row of the ledger, as it settles what others recorded; it runs no code of an application',
  },
  {
    ...{ attack: 'forge-pause', role: /platform sweeper$/, severity: 'medium' },
    why: 'may write every row of the ledger, as it settles what others recorded; it runs no code of an application',
  },
  {
    ...{ attack: 'read-conversations', role: /client/, severity: 'medium' },
    why: 'follows conversations for its users, of which rows have no key that names the client',
  },
];
