import { lambda } from 'laneway/lambda';
import { auditor } from './agent.js';

export const handler = lambda(auditor);
