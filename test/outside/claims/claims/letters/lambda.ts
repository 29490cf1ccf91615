import { lambda } from 'laneway/lambda';
import { letters } from './agent.js';

export const handler = lambda(letters);
