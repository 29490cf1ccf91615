import { defineTopology } from 'laneway/topology';
import { CheckExpense, ExpenseChecked, ExpenseClaimed } from './messages.js';

export const topology = defineTopology('my-app', {
  channels: {
    'expenses.claimed': { carries: [ExpenseClaimed] },
    'expenses.requests': { carries: [CheckExpense] },
    'expenses.results': { carries: [ExpenseChecked] },
  },
  agents: {
    auditor: { subscribes: ['expenses.requests'] },
  },
  clients: {
    desk: { publishes: [ExpenseClaimed] },
  },
});
