import { lambda } from 'laneway/lambda';
import { workshop } from '../agents.js';

export const handler = lambda(workshop);
