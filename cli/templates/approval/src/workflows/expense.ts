import { defineWorkflow } from 'laneway/workflow';
import { CheckExpense, ExpenseClaimed } from '../messages.js';
import { topology } from '../topology.js';

/** A small claim is paid; a large one when a person approves. Runs once, to record the steps. */
export const expense = defineWorkflow(topology, 'expense', { startedBy: ExpenseClaimed }, (flow, { claim, cents }) => {
  const checked = flow.request('check', CheckExpense, { claim, cents }, { timeout: '1 minute' });
  flow.match(checked.verdict, {
    small: () => flow.complete('paid', { claim }),
    large: () => {
      const { decision, by } = flow.approval('budget', {
        title: 'Pay this expense?',
        details: { claim, cents },
        approvers: 'team leads',
        timeout: '8 hours',
      });
      flow.match(decision, {
        approved: () => flow.complete('paid', { claim, by }),
        rejected: () => flow.complete('refused', { claim, by }),
        silent: () => flow.fail('Silent', 'nobody decided within 8 hours'),
      });
    },
  });
});
