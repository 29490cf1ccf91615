import { clamp } from './robust-statistics.js';

/**
 * Documented limits of a passenger-car or light-truck engine at working temperature. They are rules of the trade for
 * engines in general; an application that knows the engine replaces them by the maker's service data.
 */
export const PHYSICAL_LIMITS = {
  /** Workshop rule of thumb: at least 10 psi (0.69 bar) of oil pressure for each 1000 rpm. */
  oilPressureBarPer1000Rpm: 0.69,
  /** Oil-pressure warning switches commonly close between 0.3 and 0.5 bar (5-7 psi): below it the lamp is on at idle. */
  oilPressureFloorBar: 0.5,
  /** The rule speaks of the pump at idle and above; what a relief valve holds (3-5 bar) bounds it at high speed. */
  oilPressureCeilingBar: 3,
  /** Below this the engine is cranking or stopped, and low oil pressure says nothing (cranking runs at 150-250 rpm). */
  runningRpm: 300,
  /** Thermostats open at 82-95 °C and fans hold 95-105 °C; a gauge over about 110 °C is treated as running hot. */
  coolantHotC: 110,
  /** Water and glycol 50:50 boils near 129 °C under a usual 1 bar cap, locally earlier; over 115 °C stop the engine. */
  coolantOverheatC: 115,
  /** Mineral oils age quickly and lose their film over about 125-130 °C of sump temperature. */
  oilHotC: 125,
  /** Beyond about 150 °C also synthetic oil breaks down. */
  oilOverheatC: 150,
} as const;

/**
 * Lowest oil pressure (bar) at which a running engine may go on at `rpm`; undefined when it does not run.
 * Between the warning-switch floor and the relief-valve ceiling it grows by 0.69 bar for each 1000 rpm.
 */
export function lowestOilPressureBar(rpm: number): number | undefined {
  if (rpm < PHYSICAL_LIMITS.runningRpm) return undefined;
  const byRule = (rpm / 1000) * PHYSICAL_LIMITS.oilPressureBarPer1000Rpm;
  return clamp(byRule, PHYSICAL_LIMITS.oilPressureFloorBar, PHYSICAL_LIMITS.oilPressureCeilingBar);
}
