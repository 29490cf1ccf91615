import { defineWorkflow } from 'laneway/workflow';
import { Act, purchases, PurchaseWanted, Undo } from '../purchase-topology.js';

const definition = { startedBy: PurchaseWanted, deadline: '30 days' } as const;

/** A purchase before it is redesigned: reserved, decided, ordered. Whoever is in a hurry is answered within seconds. */
export const first = defineWorkflow(purchases, 'purchase', definition, (flow, { purchase, patience }) => {
  const reserved = flow.request(
    'reserve',
    Act,
    { purchase, what: 'reserve' },
    { timeout: '5 minutes', compensate: { with: Undo, data: ({ ticket }) => ({ purchase, ticket }) } },
  );
  const asked = {
    title: 'Buy <it>?',
    details: { ticket: reserved.ticket, cost: 12, because: ['it is', '"broken"'] },
    approvers: 'team leads',
    escalateTo: 'management',
  };
  const decided = flow.match(patience, {
    long: () => flow.approval('budget', { ...asked, timeout: '10 days' }),
    short: () => flow.approval('quick budget', { ...asked, timeout: '20 seconds' }),
  });
  flow.match(decided.decision, {
    approved: () => {
      flow.request('order', Act, { purchase, what: 'order' }, { timeout: '5 minutes' });
      flow.complete('ordered', { by: decided.by });
    },
    rejected: () => flow.fail('Rejected', 'the budget was not approved'),
    silent: () => flow.fail('Silent', 'nobody said anything'),
  });
});

/** The same redesigned: a step is new, others have other names, payloads and people; nobody is in a hurry any more. */
export const second = defineWorkflow(purchases, 'purchase', definition, (flow, { purchase }) => {
  flow.request('look', Act, { purchase, what: 'look' }, { timeout: '5 minutes' });
  flow.request(
    'set aside',
    Act,
    { purchase, what: 'set aside', cost: 12 },
    { timeout: '5 minutes', compensate: { with: Undo, data: ({ ticket }) => ({ purchase, ticket }) } },
  );
  const { decision, by } = flow.approval('consent', { title: 'Buy?', approvers: 'the board', timeout: '20 days' });
  flow.match(decision, {
    approved: () => {
      flow.request('pay', Act, { purchase, what: 'pay', cost: 12 }, { timeout: '5 minutes' });
      flow.complete('paid', { by });
    },
    rejected: () => flow.fail('Refused'),
    silent: () => flow.fail('Silent'),
  });
});
