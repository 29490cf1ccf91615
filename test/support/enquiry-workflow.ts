import { defineWorkflow } from 'laneway/workflow';
import { Ask, enquiries, EnquiryMade } from './enquiry-topology.js';

/** Asks, and is done with the answer. */
export const enquire = defineWorkflow(enquiries, 'enquire', { startedBy: EnquiryMade }, (flow, made) => {
  flow.request('ask', Ask, { question: made.question }, { timeout: '2 minutes' });
  return flow.complete('answered');
});
