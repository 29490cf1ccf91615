import type { Priority } from '../../shared/domain/base/priority.js';
import type { Telemetry } from '../../functions/vehicle-maintenance/schemas.js';
import { sampleVin } from '../../functions/vehicle-maintenance/vin.js';

/** A vehicle of the demonstration, what it reports, and the states its conversation may end in. */
export interface DemoVehicle {
  readonly name: string;
  readonly telemetry: Telemetry;
  readonly priority: Priority;
  readonly expected: readonly string[];
}

const munich = { lat: 48.137, lon: 11.575 };
const healthy = {
  rpm: 800,
  oilPressureBar: 3.3,
  fuelPressureBar: 6.5,
  coolantPressureBar: 2.3,
  oilTempC: 78,
  coolantTempC: 78,
};

/** Three vehicles: one whose engine runs hot, one without oil pressure, one in order. */
export function threeVehicles(silentCustomer: boolean): DemoVehicle[] {
  const vehicle = { model: 'Courier', modelYear: 2023, plant: 'Leipzig', location: munich };
  return [
    {
      name: 'potential engine problem',
      priority: 'normal',
      telemetry: {
        vin: sampleVin(0),
        vehicle,
        readings: [{ ...healthy, rpm: 1_500, oilPressureBar: 3.6, coolantTempC: 108, oilTempC: 96 }],
      },
      expected: silentCustomer ? ['unanswered'] : ['scheduled'],
    },
    {
      name: 'critically low oil pressure',
      priority: 'critical',
      telemetry: { vin: sampleVin(1), vehicle, readings: [{ ...healthy, rpm: 2_400, oilPressureBar: 0.4 }] },
      expected: silentCustomer ? ['escalated'] : ['scheduled'],
    },
    {
      name: 'normal readings',
      priority: 'normal',
      telemetry: { vin: sampleVin(2), vehicle, readings: [healthy] },
      expected: ['healthy'],
    },
  ];
}
