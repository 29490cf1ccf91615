import * as z from 'zod';
import { ReasonCode } from './schemas.js';

/** Cost of a job: parts at list price, and hours of work. */
const Job = z.object({ parts: z.number().nonnegative(), hours: z.number().nonnegative() });

/**
 * Prices of the operator's workshops: the work that a finding leads to, by the finding's code, in one currency. It is the
 * operator's own list and comes as configuration; nothing here is learned from data.
 */
export const PriceList = z.object({
  /** Code of ISO 4217. */
  currency: z.string().regex(/^[A-Z]{3}$/, 'a currency has three capitals, as in ISO 4217'),
  labourPerHour: z.number().nonnegative(),
  jobs: z.partialRecord(ReasonCode, Job),
});
export type PriceList = z.infer<typeof PriceList>;

/**
 * An invented price list for the demonstration and the tests: round figures for a light commercial vehicle, of no
 * workshop. An operator puts the list of its own there.
 */
export const SAMPLE_PRICES: PriceList = {
  currency: 'EUR',
  labourPerHour: 120,
  jobs: {
    // Pump and bearing shells: the oil pan comes off, and the engine may have to.
    OIL_PRESSURE_CRITICAL: { parts: 700, hours: 9 },
    OIL_PRESSURE_LOW: { parts: 80, hours: 1.5 },
    OIL_PRESSURE_DIP: { parts: 15, hours: 0.25 },
    // Water pump, thermostat and coolant.
    COOLANT_OVERHEATING: { parts: 420, hours: 5 },
    COOLANT_HOT: { parts: 120, hours: 1.5 },
    OIL_OVERHEATING: { parts: 140, hours: 1 },
    OIL_HOT: { parts: 260, hours: 2 },
    FUEL_PRESSURE_UNUSUAL: { parts: 380, hours: 2.5 },
    COOLANT_PRESSURE_UNUSUAL: { parts: 90, hours: 1.5 },
    COOLANT_TEMP_UNUSUAL: { parts: 120, hours: 1.5 },
    OIL_TEMP_UNUSUAL: { parts: 260, hours: 2 },
  },
};
