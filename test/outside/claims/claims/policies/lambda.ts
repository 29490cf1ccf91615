import { readFileSync } from 'node:fs';
import { lambda } from 'laneway/lambda';
import { policies } from './agent.js';

export const handler = lambda(policies, ({ bind }) => ({
  register: { has: (policy) => readFileSync(bind('register'), 'utf8').split('\n').includes(policy) },
}));
