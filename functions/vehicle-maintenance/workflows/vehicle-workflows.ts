import { engagement, type EngagementTimes } from './engagement.js';
import { maintenance, type MaintenanceOptions } from './maintenance.js';

/** Options of {@link vehicleWorkflows}. */
export type VehicleWorkflowOptions = EngagementTimes & MaintenanceOptions;

/** The workflows of the application: `maintenance`, which telemetry starts, and `engagement`, which it runs. */
export function vehicleWorkflows(options: VehicleWorkflowOptions) {
  const engaged = engagement(options);
  return [maintenance(engaged, options), engaged] as const;
}
