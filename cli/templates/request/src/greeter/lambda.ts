import { lambda } from 'laneway/lambda';
import { greeter } from './agent.js';

export const handler = lambda(greeter);
