import { lambda } from 'laneway/lambda';
import { courier } from './agent.js';

export const handler = lambda(courier, ({ bind }) => ({ bicycleCarries: Number(bind('bicycleCarries')) }));
