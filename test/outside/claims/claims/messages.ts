import { command, event } from 'laneway/message';
import * as z from 'zod';

const claim = z.string().min(1);
const cents = z.int().nonnegative();

export const ClaimReported = event(
  'ClaimReported',
  z.object({ claim, policy: z.string().min(1), photos: z.array(z.string().min(1)).min(1).max(20) }),
);

export const CoverChecked = event('CoverChecked', z.object({ cover: z.enum(['full', 'none']), excessCents: cents }));
export const CheckCover = command('CheckCover', z.object({ policy: z.string() }), { reply: CoverChecked });

export const PhotoAppraised = event('PhotoAppraised', z.object({ part: z.string(), cents }));
export const AppraisePhoto = command('AppraisePhoto', z.object({ claim, photo: z.string() }), {
  reply: PhotoAppraised,
});

export const MoneyReserved = event(
  'MoneyReserved',
  z.object({ reservation: z.string(), size: z.enum(['small', 'large']) }),
);
export const ReserveMoney = command('ReserveMoney', z.object({ claim, parts: z.array(z.object({ cents })) }), {
  reply: MoneyReserved,
});
export const ReservationReleased = event('ReservationReleased', z.object({ reservation: z.string() }));
export const ReleaseReservation = command('ReleaseReservation', z.object({ reservation: z.string() }), {
  reply: ReservationReleased,
});

export const ClaimPaid = event('ClaimPaid', z.object({ transfer: z.string() }));
export const PayClaim = command('PayClaim', z.object({ claim, reservation: z.string() }), { reply: ClaimPaid });
