import { setTimeout as sleep } from 'node:timers/promises';
import type { EngineTarget } from '../../infra/engines/engine.js';
import { VehicleTelemetryReported } from '../../functions/vehicle-maintenance/messages.js';
import { vehicles } from '../../functions/vehicle-maintenance/topology.js';
import { connect } from '../../shared/client/connect.js';
import { openDeployed } from '../context/open-deployed.js';
import { readQueues } from '../commands/messages/read-queues.js';
import type { DemoWorld } from './demo-world.js';
import { bystandersOf } from './demo-bystanders.js';

/**
 * The vehicle application as it is deployed on an engine.
 * @throws LanewayError NOT_FOUND when it is not
 */
export async function deployedWorld(target: EngineTarget): Promise<DemoWorld> {
  const gateway = await connect(vehicles, { as: 'telemetry-gateway' });
  const { conversations } = await openDeployed(vehicles);
  return {
    engine: target.kind,
    clock: {
      now: Date.now,
      pause: (ms, signal) => sleep(ms, undefined, { signal }).catch(() => undefined),
    },
    reader: conversations,
    bystanders: await bystandersOf(target),
    report: async (telemetry, priority) => {
      const options = priority === undefined ? {} : { priority };
      return (await gateway.publish(VehicleTelemetryReported, telemetry, options)).correlationId;
    },
    queues: () => readQueues(vehicles.model, gateway.deployment, { ages: false }),
    remarks: () => [],
  };
}
