import { createAgent, PermanentError } from 'laneway/agent';
import { claims } from '../topology.js';

/** The insurer's policies. */
export interface Register {
  has(policy: string): boolean;
}

export const policies = createAgent(claims, 'policies')
  .needs<{ readonly register: Register }>()
  .handle({
    CheckCover: ({ data: { policy } }, { deps }) => {
      if (!deps.register.has(policy)) throw new PermanentError(`there is no policy ${policy}`);
      return { cover: policy.startsWith('lapsed') ? 'none' : 'full', excessCents: 30_000 };
    },
  });
