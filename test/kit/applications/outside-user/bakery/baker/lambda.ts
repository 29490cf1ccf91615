import { lambda } from 'laneway/lambda';
import { baker } from './agent.js';

export const handler = lambda(baker);
