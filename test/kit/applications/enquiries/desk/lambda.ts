import { createAgent } from 'laneway/agent';
import { lambda } from 'laneway/lambda';
import { enquiries } from '../../enquiry-topology.js';

/** Hears everything and does nothing. */
export const handler = lambda(createAgent(enquiries, 'desk').handle({ otherwise: () => undefined }));
