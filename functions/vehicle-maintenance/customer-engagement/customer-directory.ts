import { createHash } from 'node:crypto';
import type { Location, NoticeChannel } from '../schemas.js';

/** Person who is responsible for a vehicle, with addresses and wishes for notices. */
export interface Customer {
  readonly customerId: string;
  readonly name: string;
  readonly email?: string;
  /** E.164, for example +12025550142. */
  readonly phone?: string;
  /** Channels in the order the customer likes them; any other channel is used in an emergency only. */
  readonly preferred: readonly NoticeChannel[];
  /** Channels the customer has forbidden; never used. */
  readonly optedOut: readonly NoticeChannel[];
  /** Local hours (0-23) between which nothing may ring, from inclusive to exclusive; may pass midnight. */
  readonly quietHours?: { readonly from: number; readonly to: number };
  /** Offset of the customer's local time from UTC, in minutes. */
  readonly utcOffsetMinutes: number;
  readonly location: Location;
}

/** Finds the customer of a vehicle. */
export interface CustomerDirectory {
  /** The customer, or undefined when the vehicle is nobody's. */
  customerOf(vin: string): Promise<Customer | undefined>;
}

/** A directory in memory that knows the given vehicles and, unless `fallback` says so, no others. */
export function memoryDirectory(
  customers: Readonly<Record<string, Customer>>,
  fallback: (vin: string) => Customer | undefined = () => undefined,
): CustomerDirectory {
  return { customerOf: (vin) => Promise.resolve(customers[vin] ?? fallback(vin)) };
}

/** A directory in which every vehicle has its {@link sampleCustomer}. */
export const sampleDirectory = (): CustomerDirectory => memoryDirectory({}, sampleCustomer);

const NAMES = [
  'Alex Berger',
  'Sam Okafor',
  'Kim Lindqvist',
  'Noor Haddad',
  'Jo Moreau',
  'Robin Vega',
  'Mika Tanaka',
  'Charlie Novak',
];
const PREFERENCES: readonly (readonly NoticeChannel[])[] = [
  ['email'],
  ['sms', 'email'],
  ['email', 'sms'],
  ['push', 'email'],
];

/**
 * An invented customer for a VIN, always the same. Addresses are in example.com (RFC 2606), numbers in 555-0100 to 555-0199,
 * which are set aside for fiction; the location lies within about 60 km of Munich.
 */
export function sampleCustomer(vin: string): Customer {
  const digest = createHash('sha256').update(vin).digest();
  const pick = (at: number, of: number): number => (digest[at] ?? 0) % of;
  return {
    customerId: `customer-${digest.toString('hex').slice(0, 8)}`,
    name: NAMES[pick(0, NAMES.length)] ?? 'Customer',
    email: `customer-${digest.toString('hex').slice(0, 8)}@example.com`,
    phone: `+1202555${String(100 + pick(1, 100)).padStart(4, '0')}`,
    preferred: PREFERENCES[pick(2, PREFERENCES.length)] ?? ['email'],
    optedOut: [],
    quietHours: { from: 22, to: 7 },
    utcOffsetMinutes: 60,
    location: { lat: 48.137 + (pick(3, 100) - 50) / 100, lon: 11.575 + (pick(4, 100) - 50) / 100 },
  };
}
