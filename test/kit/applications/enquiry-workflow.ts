import { defineWorkflow } from 'laneway/workflow';
import { Ask, enquiries, EnquiryMade, OpinionWanted } from './enquiry-topology.js';

/** Asks, and is done with the answer. */
export const enquire = defineWorkflow(enquiries, 'enquire', { startedBy: EnquiryMade }, (flow, made) => {
  flow.request('ask', Ask, { question: made.question }, { timeout: '2 minutes' });
  return flow.complete('answered');
});

/** Asks once, then the deputy, whatever the channel's ladder says. */
export const opinion = defineWorkflow(enquiries, 'opinion', { startedBy: OpinionWanted }, (flow, wanted) => {
  const told = flow.request(
    'ask',
    Ask,
    { question: wanted.question },
    { timeout: '6 seconds', deadline: '1 minute', fallback: 'deputy' },
  );
  return flow.complete('answered', { by: told.by });
});
