import type { FullReading } from '../../../functions/vehicle-maintenance/schemas.js';

/** A reading in the middle of the fleet, with what a test changes. */
export const reading = (changes: Partial<FullReading> = {}): FullReading => ({
  rpm: 750,
  oilPressureBar: 3.16,
  fuelPressureBar: 6.2,
  coolantPressureBar: 2.17,
  oilTempC: 76.8,
  coolantTempC: 78.3,
  ...changes,
});

export const VIN = '1M8GDM9AXKP042788';
