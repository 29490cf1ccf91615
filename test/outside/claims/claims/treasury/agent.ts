import { createAgent, PermanentError } from 'laneway/agent';
import { claims } from '../topology.js';

/** The bank's own record of what was done. */
export interface Bank {
  note(line: string): void;
}

const largeFrom = 150_000;

export const treasury = createAgent(claims, 'treasury')
  .needs<{ readonly bank: Bank }>()
  .handle({
    ReserveMoney: ({ data: { claim, parts } }, { deps }) => {
      const cents = parts.reduce((sum, part) => sum + part.cents, 0);
      deps.bank.note(`reserved for ${claim}`);
      return { reservation: `R-${claim}`, size: cents < largeFrom ? 'small' : 'large' };
    },
    ReleaseReservation: ({ data: { reservation } }, { deps }) => {
      deps.bank.note(`released ${reservation}`);
      return { reservation };
    },
    PayClaim: ({ data }, { deps }) => {
      const { claim, reservation } = data;
      if (claim.startsWith('blocked')) throw new PermanentError(`the account of claim ${claim} is blocked`);
      deps.bank.note(`paid ${claim} from ${reservation}${'reference' in data ? ` for ${String(data.reference)}` : ''}`);
      return { transfer: `T-${claim}` };
    },
  });
