import { createHash } from 'node:crypto';
import type { ServiceRequest, ServiceResult, Slot } from '../schemas.js';
import { laterSlots, type Candidate } from './slot-candidates.js';
import type { ServiceCentre } from './service-centre.js';

/** Minutes for which a provisional booking keeps its slot. */
export const HOLD_MINUTES = 120;
/** Most later slots that an answer `unavailable` names. */
export const MAX_ALTERNATIVES = 3;

/** A booking as it is kept: which slot, whose, and in which state. */
export interface Booking {
  readonly bookingId: string;
  readonly vin: string;
  readonly slot: Slot;
  readonly centreName: string;
  readonly distanceKm?: number;
  readonly state: 'booked' | 'held' | 'released' | 'converted';
  /** Of a hold: until when it keeps its slot. */
  readonly holdExpires?: string;
  /** Of a converted hold: the booking that took its slot over. */
  readonly convertedTo?: string;
  /** Of a released one: the effect key of the release. */
  readonly releasedBy?: string;
}

/**
 * The book of all slots. Every promise holds among any number of concurrent callers:
 *
 * - one slot has at most one booking or unexpired hold; nothing confirmed is ever displaced, however urgent the newcomer;
 * - the same `effectKey` gives the same booking, whatever the request then says and however often it comes;
 * - a slot lost to another is followed by the next best one of the request, until none is left.
 */
export interface SlotBook {
  /**
   * Books the best free slot, or, with `request.holdId`, the slot of that hold if it still has it. With `request.mode` `hold`
   * it does what {@link SlotBook.hold} does.
   *
   * @returns `booked` with the slot, or `unavailable` with free slots after `request.latest`, if there are any
   */
  book(request: ServiceRequest, effectKey: string): Promise<ServiceResult>;
  /** Books the best free slot provisionally: after {@link HOLD_MINUTES} another may take it. */
  hold(request: ServiceRequest, effectKey: string): Promise<ServiceResult>;
  /**
   * Frees the slot of a booking or hold; of a hold that a booking took over, the slot of that booking, because it is what
   * became of the hold. The same `effectKey` again gets the same answer.
   *
   * @returns false when there is no such booking, it lost its slot to another, or somebody else released it before
   */
  release(bookingId: string, effectKey: string): Promise<boolean>;
}

/** Centres and clock of a book of slots. `now` is the only clock of all calendar logic. */
export interface SlotBookOptions {
  readonly centres: readonly ServiceCentre[];
  readonly now: () => Date;
}

/** The booking id that belongs to an effect key: always the same, and safe to show. */
export function bookingIdFor(effectKey: string): string {
  return `bk-${createHash('sha256').update(effectKey).digest('hex').slice(0, 20)}`;
}

/** The booking of a candidate as it will be kept. */
export function draftBooking(
  candidate: Candidate,
  request: ServiceRequest,
  effectKey: string,
  mode: 'book' | 'hold',
  now: Date,
): Booking {
  return {
    bookingId: bookingIdFor(effectKey),
    vin: request.vin,
    slot: candidate.slot,
    centreName: candidate.centre.name,
    ...(candidate.distanceKm === undefined ? {} : { distanceKm: Number(candidate.distanceKm.toFixed(1)) }),
    state: mode === 'hold' ? 'held' : 'booked',
    ...(mode === 'hold' ? { holdExpires: new Date(now.getTime() + HOLD_MINUTES * 60_000).toISOString() } : {}),
  };
}

/** The answer that a booking is. A released one is answered as unavailable: its effect must not happen a second time. */
export function resultOf(booking: Booking): ServiceResult {
  if (booking.state === 'released')
    return { vin: booking.vin, status: 'unavailable', bookingId: booking.bookingId, alternatives: [] };
  return {
    vin: booking.vin,
    status: booking.state === 'booked' ? 'booked' : 'held',
    bookingId: booking.bookingId,
    slot: booking.slot,
    centreName: booking.centreName,
    ...(booking.distanceKm === undefined ? {} : { distanceKm: booking.distanceKm }),
    ...(booking.holdExpires === undefined ? {} : { holdExpires: booking.holdExpires }),
    alternatives: [],
  };
}

/** The answer when nothing in the request's window is free; `takenOf` tells which of the later slots are not free. */
export async function unavailable(
  request: ServiceRequest,
  options: SlotBookOptions,
  now: Date,
  takenOf: (slots: readonly Slot[]) => Promise<ReadonlySet<string>>,
): Promise<ServiceResult> {
  const later = laterSlots(request, options.centres, now).slice(0, 50);
  const taken = await takenOf(later.map(({ slot }) => slot));
  const free = later.filter(({ slot }) => !taken.has(slot.id)).slice(0, MAX_ALTERNATIVES);
  return { vin: request.vin, status: 'unavailable', alternatives: free.map(({ slot }) => slot) };
}
