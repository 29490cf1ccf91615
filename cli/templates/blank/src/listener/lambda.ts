import { lambda } from 'laneway/lambda';
import { listener } from './agent.js';

export const handler = lambda(listener);
