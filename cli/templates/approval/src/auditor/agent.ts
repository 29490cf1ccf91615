import { createAgent } from 'laneway/agent';
import { topology } from '../topology.js';

const SMALL_CENTS = 10_000;

export const auditor = createAgent(topology, 'auditor').handle({
  CheckExpense: ({ data: { claim, cents } }) => ({ claim, cents, verdict: cents <= SMALL_CENTS ? 'small' : 'large' }),
});
