import { lambda } from 'laneway/lambda';
import { pricing } from './agent.js';

export const handler = lambda(pricing);
