import { laterItemKey } from '../ledger-item.js';

/**
 * Place of the record of emergencies. It stands among what is no entry of the ledger, under the name of no agent: the rights of agents
 * there begin with their own names, and none is empty.
 */
export const EMERGENCY_KEY = laterItemKey('', 'emergency', 'latest');
