import { createAgent, PermanentError } from 'laneway/agent';
import { lambda } from 'laneway/lambda';
import { enquiries } from '../../enquiry-topology.js';

/** Never knows anything. */
export const handler = lambda(
  createAgent(enquiries, 'reserve').handle({
    Ask: ({ data }) => {
      throw new PermanentError(`'${data.question}' is not in any book`);
    },
  }),
);
