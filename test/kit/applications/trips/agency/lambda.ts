import { appendFileSync } from 'node:fs';
import { createAgent, PermanentError } from 'laneway/agent';
import { lambda } from 'laneway/lambda';
import { Book, travel } from '../../trip-topology.js';

/**
 * The agency, deployed. The name of a trip says what goes wrong with it: `trip,refuse book car`; `trip,put off flight`, which
 * is booked and confirmed when a trip `other,confirm trip flight` is. What it does is written down outside everything Laneway
 * keeps.
 */
const agency = createAgent(travel, 'agency')
  .needs<{ readonly witness: string }>()
  .handle({
    Book: async ({ data: { trip, what } }, { deps, replyLater, replyTo }) => {
      act(deps.witness, trip, `book ${what}`);
      const [name = '', ...wishes] = trip.split(',');
      if (wishes.includes(`put off ${what}`)) return replyLater({ key: `${name} ${what}`, within: '1 hour' });
      const [, other, thing = ''] = /confirm (\S+) (\S+)/.exec(trip) ?? [];
      if (other !== undefined && what === 'car')
        await replyTo(Book, `${other} ${thing}`, { what: thing, booking: `${other},put off ${thing}-${thing}` });
      return { what, booking: `${trip}-${what}` };
    },
    Cancel: ({ data }, { deps }) => {
      if (data.booking !== `${data.trip}-${data.what}`) throw new PermanentError(`no booking ${data.booking}`);
      act(deps.witness, data.trip, `cancel ${data.what}`);
      return { booking: data.booking };
    },
  });

function act(witness: string, trip: string, what: string): void {
  if (trip.split(',').includes(`refuse ${what}`)) throw new PermanentError(`${what}: not to be had`);
  appendFileSync(witness, `${trip}: ${what}\n`);
}

export const handler = lambda(agency, ({ bind }) => ({ witness: bind('witness') }));
