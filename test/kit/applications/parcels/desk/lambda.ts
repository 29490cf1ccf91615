import { lambda } from 'laneway/lambda';
import { desk } from './agent.js';

export const handler = lambda(desk, ({ bind }) => ({ witness: bind('witness') }));
