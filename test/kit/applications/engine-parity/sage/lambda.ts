import { lambda } from 'laneway/lambda';
import { sage } from '../agents.js';

export const handler = lambda(sage);
