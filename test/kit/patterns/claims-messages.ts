import * as z from 'zod';
import { command, event } from 'laneway/message';

/** Messages of the examples in docs/how-to/workflow-patterns: an insurer settles claims for damaged cars. */

// #region messages
const claim = z.string();
const cents = z.int();

export const ClaimReported = event(
  'ClaimReported',
  z.object({ claim, policy: z.string(), photos: z.array(z.string()) }),
);
export const RepairAgreed = event('RepairAgreed', z.object({ claim }));
export const InvoiceReceived = event('InvoiceReceived', z.object({ invoice: z.string(), cents }));
export const ClaimMoved = event('ClaimMoved', z.object({ claim, status: z.string() }));

export const CoverChecked = event('CoverChecked', z.object({ cover: z.enum(['full', 'partial', 'none']), cents }));
export const CheckCover = command('CheckCover', z.object({ policy: z.string() }), { reply: CoverChecked });

export const DamageAssessed = event('DamageAssessed', z.object({ cents, by: z.string() }));
export const AssessDamage = command('AssessDamage', z.object({ claim }), { reply: DamageAssessed });

export const ClaimScreened = event('ClaimScreened', z.object({ verdict: z.enum(['clear', 'suspicious', 'unknown']) }));
export const ScreenClaim = command('ScreenClaim', z.object({ claim }), { reply: ClaimScreened });

export const PhotoRead = event('PhotoRead', z.object({ part: z.string(), cents }));
export const ReadPhoto = command('ReadPhoto', z.object({ photo: z.string() }), { reply: PhotoRead });

export const FileScanned = event('FileScanned', z.object({ sheets: z.int(), pages: z.string() }));
export const ScanFile = command('ScanFile', z.object({ claim }), { reply: FileScanned });
export const FileKept = event('FileKept', z.object({ shelf: z.string() }));
export const KeepFile = command('KeepFile', z.object({ claim, pages: z.string() }), { reply: FileKept });

export const PaidOut = event('PaidOut', z.object({ transfer: z.string() }));
export const PayOut = command('PayOut', z.object({ claim, cents }), { reply: PaidOut });

export const TowBooked = event('TowBooked', z.object({ booking: z.string() }));
export const BookTow = command('BookTow', z.object({ claim }), { reply: TowBooked });
export const TowCancelled = event('TowCancelled', z.object({ booking: z.string() }));
export const CancelTow = command('CancelTow', z.object({ booking: z.string() }), { reply: TowCancelled });

export const CarLent = event('CarLent', z.object({ car: z.string() }));
export const LendCar = command('LendCar', z.object({ claim }), { reply: CarLent });
export const CarTakenBack = event('CarTakenBack', z.object({ car: z.string() }));
export const TakeBackCar = command('TakeBackCar', z.object({ car: z.string() }), { reply: CarTakenBack });

export const RepairBooked = event('RepairBooked', z.object({ garage: z.string(), day: z.string() }));
export const BookRepair = command('BookRepair', z.object({ claim }), { reply: RepairBooked });
// #endregion
