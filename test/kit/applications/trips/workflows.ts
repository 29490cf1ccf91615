import { defineWorkflow, type Flow, type Ref } from 'laneway/workflow';
import { Book, Cancel, travel, TripAsked } from '../trip-topology.js';

/** Books one thing, which is cancelled when what follows fails. */
function book(
  flow: Flow<typeof Book | typeof Cancel>,
  trip: Ref<string>,
  what: string,
  timeout: '10 minutes' | '1 minute',
): void {
  const data = { trip, what };
  flow.request(what, Book, data, {
    timeout,
    compensate: { with: Cancel, data: (booked) => ({ trip, what: booked.what, booking: booked.booking }) },
  });
}

/** Books, and then thinks about it for so long that somebody stops it. */
export const ponderTrip = defineWorkflow(travel, 'ponder-trip', { startedBy: TripAsked }, (flow, asked) => {
  book(flow, asked.trip, 'hotel', '10 minutes');
  book(flow, asked.trip, 'flight', '10 minutes');
  flow.wait('think', '1 hour');
  flow.request('car', Book, { trip: asked.trip, what: 'car' }, { timeout: '10 minutes' });
  flow.complete('booked');
});

/** Has no time to wait for an agency that confirms later. */
export const hastyTrip = defineWorkflow(travel, 'hasty-trip', { startedBy: TripAsked }, (flow, asked) => {
  book(flow, asked.trip, 'hotel', '10 minutes');
  book(flow, asked.trip, 'flight', '1 minute');
  flow.request('car', Book, { trip: asked.trip, what: 'car' }, { timeout: '10 minutes' });
  flow.complete('booked');
});
