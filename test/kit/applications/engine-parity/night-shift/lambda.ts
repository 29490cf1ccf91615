import { lambda } from 'laneway/lambda';
import { nightShift } from '../agents.js';

export const handler = lambda(nightShift);
