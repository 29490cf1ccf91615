import type { ServiceRequest, ServiceResult, Slot } from '../schemas.js';
import {
  bookingIdFor,
  draftBooking,
  resultOf,
  unavailable,
  type Booking,
  type SlotBook,
  type SlotBookOptions,
} from './slot-book.js';
import { chooseSlot, rankSlots } from './slot-candidates.js';

/** A {@link SlotBook} in memory, for tests and harnesses. Each call decides and writes in one turn, so that none can come between. */
export function memorySlots(options: SlotBookOptions): SlotBook & { readonly bookings: () => readonly Booking[] } {
  const bookings = new Map<string, Booking>();
  const ownerOfSlot = new Map<string, string>();

  const keepsSlot = (booking: Booking | undefined, now: Date): boolean =>
    booking?.state === 'booked' || (booking?.state === 'held' && Date.parse(booking.holdExpires ?? '') > now.getTime());
  const takenOf = (slots: readonly Slot[], now: Date): Set<string> =>
    new Set(slots.map(({ id }) => id).filter((id) => keepsSlot(bookings.get(ownerOfSlot.get(id) ?? ''), now)));

  function keep(booking: Booking): ServiceResult {
    bookings.set(booking.bookingId, booking);
    ownerOfSlot.set(booking.slot.id, booking.bookingId);
    return resultOf(booking);
  }

  function takeOver(request: ServiceRequest, effectKey: string): ServiceResult | undefined {
    const hold = bookings.get(request.holdId ?? '');
    if (hold?.state !== 'held' || hold.vin !== request.vin || ownerOfSlot.get(hold.slot.id) !== hold.bookingId)
      return undefined;
    const bookingId = bookingIdFor(effectKey);
    bookings.set(hold.bookingId, { ...hold, state: 'converted', convertedTo: bookingId });
    const { holdExpires: _expires, ...rest } = hold;
    return keep({ ...rest, bookingId, state: 'booked' });
  }

  async function take(request: ServiceRequest, effectKey: string, mode: 'book' | 'hold'): Promise<ServiceResult> {
    const now = options.now();
    const known = bookings.get(bookingIdFor(effectKey));
    if (known) return resultOf(known);
    const overtaken = mode === 'book' ? takeOver(request, effectKey) : undefined;
    if (overtaken) return overtaken;
    const candidates = rankSlots(request, options.centres, now);
    const chosen = chooseSlot(
      candidates,
      takenOf(
        candidates.map(({ slot }) => slot),
        now,
      ),
    );
    if (chosen) return keep(draftBooking(chosen, request, effectKey, mode, now));
    return unavailable(request, options, now, (slots) => Promise.resolve(takenOf(slots, now)));
  }

  function release(bookingId: string, effectKey: string): boolean {
    const booking = bookings.get(bookingId);
    if (booking?.state === 'converted') return release(booking.convertedTo ?? '', effectKey);
    if (booking?.state === 'released') return booking.releasedBy === effectKey;
    if (!booking || ownerOfSlot.get(booking.slot.id) !== bookingId) return false;
    ownerOfSlot.delete(booking.slot.id);
    bookings.set(bookingId, { ...booking, state: 'released', releasedBy: effectKey });
    return true;
  }

  return {
    book: (request, effectKey) => take(request, effectKey, request.mode ?? 'book'),
    hold: (request, effectKey) => take(request, effectKey, 'hold'),
    release: (bookingId, effectKey) => Promise.resolve(release(bookingId, effectKey)),
    bookings: () => [...bookings.values()],
  };
}
