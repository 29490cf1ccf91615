import { lambda } from 'laneway/lambda';
import { desk } from '../agents.js';

export const handler = lambda(desk);
