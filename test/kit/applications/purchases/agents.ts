import { createAgent } from 'laneway/agent';
import { purchases } from '../purchase-topology.js';

/** Told what was done, outside everything Laneway keeps. */
export interface Witness {
  readonly tell: (line: string) => void;
}

/** Does and undoes; its tickets name what was done. */
export const buyer = createAgent(purchases, 'buyer')
  .needs<Witness>()
  .handle({
    Act: ({ data: { purchase, what } }, { deps }) => {
      deps.tell(`${purchase} ${what}`);
      return { ticket: `${purchase}-${what}` };
    },
    Undo: ({ data: { purchase, ticket } }, { deps }) => {
      deps.tell(`${purchase} undo ${ticket}`);
      return { ticket };
    },
  });

/** Stands in for the mail: what was asked of whom, with the link. */
export const mailer = createAgent(purchases, 'mailer')
  .needs<Witness>()
  .handle({
    ApprovalRequested: ({ data }, { deps }) => {
      deps.tell(JSON.stringify(data));
    },
  });
