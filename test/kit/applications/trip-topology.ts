import * as z from 'zod';
import { createAgent, PermanentError } from 'laneway/agent';
import { command, event } from 'laneway/message';
import { defineTopology } from 'laneway/topology';
import { defineWorkflow, type Ref } from 'laneway/workflow';

/** Booking a trip: three things, each of which can be booked and cancelled, and each booking can fail. */
const Booking = z.object({ what: z.string(), booking: z.string(), sure: z.boolean().default(true) });
export const TripWanted = event('TripWanted', z.object({ trip: z.string(), travellers: z.array(z.string()) }));
export const TripAsked = event('TripAsked', z.object({ trip: z.string() }));
export const Booked = event('Booked', Booking);
export const Cancelled = event('Cancelled', z.object({ booking: z.string() }));
export const Book = command('Book', z.object({ trip: z.string(), what: z.string() }), { reply: Booked });
export const Cancel = command('Cancel', Booking.extend({ trip: z.string() }), { reply: Cancelled });

export const travel = defineTopology('travel', {
  channels: {
    wishes: { carries: [TripWanted, TripAsked] },
    bookings: { carries: [Book, Cancel], qos: { tries: 3, backoff: { first: '1 second', most: '1 second' } } },
    booked: { carries: [Booked, Cancelled] },
  },
  agents: { agency: { subscribes: ['bookings'] } },
  clients: { traveller: { publishes: [TripWanted, TripAsked] } },
});

/** An engine on a busy machine takes a minute for the first call of a function. */
const within = { timeout: '10 minutes' } as const;

/** Books hotel, flight and car one after the other; each is cancelled when a later one cannot be had. */
export const bookTrip = defineWorkflow(travel, 'book-trip', { startedBy: TripWanted }, (flow, wish) => {
  const book = (what: string) =>
    flow.request(
      what,
      Book,
      { trip: wish.trip, what },
      {
        ...within,
        compensate: {
          with: Cancel,
          data: (booked) => ({ trip: wish.trip, what: booked.what, booking: booked.booking }),
        },
      },
    );
  book('hotel');
  book('flight');
  flow.request('car', Book, { trip: wish.trip, what: 'car' }, within);
  flow.complete('booked');
});

/** The machine of it in the form in which CloudFormation gives it. */
export const deployedTrip = JSON.parse(
  JSON.stringify(bookTrip.asl).replaceAll('${DispatcherArn}', 'arn:aws:lambda:eu-west-1:1:function:dispatcher'),
) as typeof bookTrip.asl;

/** A seat for each traveller side by side, and a hotel beside them; then the car, which decides about all of them. */
export const bookGroup = defineWorkflow(travel, 'book-group', { startedBy: TripWanted }, (flow, wish) => {
  const undo = {
    with: Cancel,
    data: (booked: Ref<z.output<typeof Booking>>) => ({ trip: wish.trip, what: booked.what, booking: booked.booking }),
  };
  flow.parallel({
    seats: () =>
      flow.map('seats', wish.travellers, (traveller) => {
        flow.request('seat', Book, { trip: wish.trip, what: traveller }, { ...within, compensate: undo });
      }),
    hotel: () => void flow.request('hotel', Book, { trip: wish.trip, what: 'hotel' }, { ...within, compensate: undo }),
  });
  flow.request('car', Book, { trip: wish.trip, what: 'car' }, within);
  flow.complete('booked');
});

/**
 * The agency. What it does goes to `witness`, outside Laneway: `book hotel`, `cancel hotel`. What `refuses` names cannot
 * be booked or cancelled, ever.
 */
export function agency(witness: string[], refuses: readonly string[] = ['book car']) {
  const act = (what: string): void => {
    if (refuses.includes(what)) throw new PermanentError(`${what}: not to be had`);
    witness.push(what);
  };
  return createAgent(travel, 'agency')
    .handle({
      Book: ({ data }) => {
        act(`book ${data.what}`);
        return { what: data.what, booking: `${data.trip}-${data.what}` };
      },
      Cancel: ({ data }) => {
        if (data.booking !== `${data.trip}-${data.what}`) throw new PermanentError(`no booking ${data.booking}`);
        act(`cancel ${data.what}`);
        return { booking: data.booking };
      },
    })
    .with({});
}
