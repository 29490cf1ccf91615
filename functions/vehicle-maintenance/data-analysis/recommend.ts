import type { Reason, ReasonCode, Recommendation } from '../schemas.js';
import { weightiest } from './failure-estimate.js';

const ROUTINE: Recommendation = {
  component: null,
  action: 'No action needed; keep to the usual service interval.',
  urgency: 'routine',
};

const BY_CODE: Readonly<Record<ReasonCode, Recommendation>> = {
  OIL_PRESSURE_CRITICAL: {
    component: 'lubrication',
    action: 'Stop the engine, check the oil level, and have oil pump and bearings inspected before driving on.',
    urgency: 'immediate',
  },
  OIL_PRESSURE_LOW: {
    component: 'lubrication',
    action: 'Check oil level and grade, replace the oil filter, and measure the oil pressure at the workshop.',
    urgency: 'soon',
  },
  OIL_PRESSURE_DIP: { component: 'lubrication', action: 'Check the oil level at the next stop.', urgency: 'routine' },
  COOLANT_OVERHEATING: {
    component: 'cooling',
    action: 'Stop, let the engine cool down, and have coolant, thermostat and water pump inspected.',
    urgency: 'immediate',
  },
  COOLANT_HOT: {
    component: 'cooling',
    action: 'Check the coolant level, the fan and the thermostat.',
    urgency: 'soon',
  },
  OIL_OVERHEATING: {
    component: 'lubrication',
    action: 'Stop, let the engine cool down, and have the oil replaced.',
    urgency: 'immediate',
  },
  OIL_HOT: { component: 'lubrication', action: 'Check oil level and oil cooler.', urgency: 'soon' },
  FUEL_PRESSURE_UNUSUAL: {
    component: 'fuel',
    action: 'Check fuel filter, pump and pressure regulator.',
    urgency: 'soon',
  },
  COOLANT_PRESSURE_UNUSUAL: {
    component: 'cooling',
    action: 'Check the cooling system for leaks and test the cap.',
    urgency: 'soon',
  },
  COOLANT_TEMP_UNUSUAL: { component: 'cooling', action: 'Check thermostat and fan.', urgency: 'soon' },
  OIL_TEMP_UNUSUAL: { component: 'lubrication', action: 'Check oil level and oil cooler.', urgency: 'soon' },
};

/** Work for the weightiest finding; without findings, nothing beyond the usual service. */
export function recommend(reasons: readonly Reason[]): Recommendation {
  const first = weightiest(reasons);
  return first === undefined ? ROUTINE : BY_CODE[first.code];
}
