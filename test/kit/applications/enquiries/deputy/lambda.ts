import { createAgent, PermanentError } from 'laneway/agent';
import { lambda } from 'laneway/lambda';
import { enquiries } from '../../enquiry-topology.js';
import { witness } from '../witness.js';

/** Answers at once; refuses questions that begin with `never`. */
const deputy = createAgent(enquiries, 'deputy')
  .needs<{ readonly witness: string }>()
  .handle({
    Ask: ({ data, attempt }, { deps }) => {
      witness(deps.witness, 'deputy', attempt, data.question);
      if (data.question.startsWith('never')) throw new PermanentError('nobody can know that');
      return { question: data.question, by: 'deputy' };
    },
  });

export const handler = lambda(deputy, ({ bind }) => ({ witness: bind('witness') }));
