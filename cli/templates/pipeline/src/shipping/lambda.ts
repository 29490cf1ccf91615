import { lambda } from 'laneway/lambda';
import { shipping } from './agent.js';

export const handler = lambda(shipping);
