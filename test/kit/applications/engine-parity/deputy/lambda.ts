import { lambda } from 'laneway/lambda';
import { deputy } from '../agents.js';

export const handler = lambda(deputy);
