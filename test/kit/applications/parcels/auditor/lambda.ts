import { createAgent } from 'laneway/agent';
import { lambda } from 'laneway/lambda';
import { parcels } from '../../parcel-topology.js';

/** Hears everything and does nothing. */
export const handler = lambda(createAgent(parcels, 'auditor').handle({ otherwise: () => undefined }));
